namespace Ballast.Lab;

/// <summary>Parameters, running statistics or batches that are not finite.</summary>
sealed class NonFiniteCheck : DoctorCheck
{
    public override string Name => "non-finite";

    public override string Reference => "pytorch/pytorch#90342";

    public override bool NeedsNorms => false;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        List<string> entries = [];
        long values = 0;
        foreach (var (key, entry) in examination.Model.StateDict())
        {
            int count = entry.Tensor.ElementType == ElementType.Float32 ? Count(entry.Tensor.AsSpan()) : 0;
            if (count == 0)
                continue;
            entries.Add(key);
            values += count;
        }

        if (entries.Count > 0)
        {
            yield return Found(Severity.Error, Confidence.Certain, Owner(entries[0]),
                $"Values of the state are not finite: {List(entries)}. Every output that uses them is not a number.",
                "Take weights from before that. Running statistics alone can be computed again from the training data.",
                ("entries", entries.Count), ("values", values));
        }

        // The first in the order of the network: what is behind it follows from it.
        var broken = examination.Seen?.Norms.Where(static norm => norm.NonFinite > 0).ToList();
        if (broken is { Count: > 0 })
        {
            var norm = broken[0];
            yield return Found(Severity.Error, Confidence.Certain, norm.Name,
                $"{norm.Norm} was given batches whose mean or variance is not finite. They were kept out of its "
                    + "running statistics; the loss is not a number.",
                "Look for NaN and infinities in the data, and for a learning rate at which activations overflow.",
                ("batches", norm.NonFinite), ("of", norm.NonFinite + norm.Count), ("layers", broken.Count));
            yield break;
        }

        var kept = examination.Norms.Where(static entry => entry.Norm.UntrackedBatches > 0).ToList();
        if (kept.Count > 0)
        {
            var (name, norm) = kept[0];
            yield return Found(Severity.Warning, Confidence.Certain, name,
                $"{norm} was given training batches whose mean or variance is not finite. They were kept out of its running statistics.",
                "Look for NaN and infinities in the data, and for a learning rate at which activations overflow.",
                ("batches", norm.UntrackedBatches), ("layers", kept.Count));
        }
    }

    static int Count(ReadOnlySpan<float> values)
    {
        int count = 0;
        foreach (float value in values)
            count += float.IsFinite(value) ? 0 : 1;
        return count;
    }

    static string Owner(string key) => key.LastIndexOf('.') is > 0 and var dot ? key[..dot] : "";
}
