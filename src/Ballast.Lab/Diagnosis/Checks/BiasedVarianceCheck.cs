namespace Ballast.Lab;

/// <summary>A running variance that divides by m where it should divide by m - 1, as of weights that came from Keras or ONNX: at m = 10
/// it is a tenth too small.</summary>
sealed class BiasedVarianceCheck : DoctorCheck
{
    const int MostValues = 32;  // at m = 32 the two differ by 3 %, which other things do as well

    public override string Name => "biased-variance";

    public override string Reference => "pytorch/pytorch#19916";

    public override string? Missing(Examination examination) =>
        !examination.IsTrained ? NeedsTrained
        : examination.Measured is not { Batches: >= 16 } measured ? "It needs 16 batches of training data to run the network on."
        : measured.Training.Norms.All(static norm => norm.Values > MostValues)
            ? $"With more than {MostValues} values a channel the two variances are too near to each other to be told apart, and to matter."
            : null;

    // Under the hypothesis of each layer the ratio of the variances is 1 or (m - 1) / m. All layers with few values have to say the
    // second, beyond what chance does: statistics that lag behind the weights would not lag by that ratio everywhere.
    public override IEnumerable<Finding> Find(Examination examination)
    {
        var measured = examination.Measured!;
        List<(string Name, double Ratio, double Expected, double Error)> layers = [];
        foreach (var (name, norm) in examination.Norms)
        {
            if (measured.Training.Of(norm) is not { Values: > 1 and <= MostValues } seen || measured.Running(norm) is not var (_, variance))
                continue;
            if (norm is BatchRenorm)
                continue; // its sigma is that of the biased variance, as in the paper
            int channels = norm.NumFeatures;
            double sum = 0, squares = 0, m = seen.Values;
            for (int c = 0; c < channels; c++)
            {
                double logarithm = Math.Log((variance[c] + 1e-30) / (seen.Variance(c) * m / (m - 1) + 1e-30));
                sum += logarithm;
                squares += logarithm * logarithm;
            }

            double mean = sum / channels;
            double error = Math.Sqrt(Math.Max(0, squares / channels - mean * mean) / Math.Max(1, channels - 1));
            layers.Add((name, Math.Exp(mean), (m - 1) / m, error));
        }

        bool all = layers.Count > 0 && layers.All(static layer =>
        {
            double expected = Math.Log(layer.Expected), ratio = Math.Log(layer.Ratio);
            return Math.Abs(ratio - expected) < 0.25 * -expected + layer.Error && -ratio > 3 * layer.Error;
        });
        if (!all)
            yield break;
        var (first, found, wanted, _) = layers[0];
        yield return Found(Severity.Warning, Confidence.Possible, first,
            $"The running variances of {List([.. layers.Select(static layer => layer.Name)])} are smaller than "
                + "the batches' unbiased ones by just (m - 1) / m. They seem to divide by m, as those of Keras and ONNX do.",
            "Multiply running variances that were imported by m / (m - 1), with m the values a channel had in "
                + "a batch; or compute them anew from the training data (PreciseStatistics.Update).",
            ("running_over_unbiased_variance", found), ("expected_if_biased", wanted), ("layers", layers.Count));
    }
}
