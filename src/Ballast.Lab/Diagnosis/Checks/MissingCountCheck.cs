namespace Ballast.Lab;

/// <summary>A state without <c>num_batches_tracked</c>: how many batches the running statistics have seen is not known.</summary>
sealed class MissingCountCheck : DoctorCheck
{
    public override string Name => "missing-count";

    public override string Reference => "pytorch/pytorch#8430";

    public override string? Missing(Examination examination) =>
        examination.Options.LoadedState is null ? "It needs the state as its file had it: DoctorOptions.LoadedState." : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var state = examination.Options.LoadedState!;
        var missing = examination.Norms.Where(entry =>
            state.TryGetValue(Key(entry.Name, "running_mean"), out _) && !state.TryGetValue(Key(entry.Name, "num_batches_tracked"), out _)).ToList();
        if (missing.Count == 0)
            yield break;
        var average = missing.Where(static entry => entry.Norm.Momentum is null).ToList();
        yield return Found(average.Count > 0 ? Severity.Warning : Severity.Note, Confidence.Certain, (average.Count > 0 ? average : missing)[0].Name,
            $"The state has no num_batches_tracked of {List([.. missing.Select(static entry => entry.Name)])}; it counts from 0. "
            + (average.Count > 0 ? "With momentum null the first batch of further training replaces the running statistics."
                : "Evaluation does not need it."),
            average.Count > 0 ? "Add the count to the state before training goes on, or use a momentum."
                : "Nothing, unless training goes on with momentum null.",
            ("layers", missing.Count), ("with_momentum_null", average.Count));
    }

    static string Key(string layer, string name) => layer.Length == 0 ? name : $"{layer}.{name}";
}
