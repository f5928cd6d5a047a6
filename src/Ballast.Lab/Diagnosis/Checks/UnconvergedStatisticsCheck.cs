namespace Ballast.Lab;

/// <summary>Running statistics in which the initial mean 0 and variance 1 still have a weight.</summary>
sealed class UnconvergedStatisticsCheck : DoctorCheck
{
    /// <summary>The weight of the initial values that no longer matters.</summary>
    public const double Negligible = 0.01;

    /// <summary>The weight that the initial values still have in a layer's running statistics.</summary>
    public static double InitialWeight(BatchNorm norm) => norm.Momentum is not { } momentum ? (norm.NumBatchesTracked == 0 ? 1 : 0)
        : Math.Pow(1 - momentum, norm.NumBatchesTracked);

    public override string Name => "unconverged-statistics";

    public override string Reference => "tensorflow/tensorflow#1122";

    public override string? Missing(Examination examination) =>
        examination.IsTrained || examination.Plan?.Steps is not null || examination.Norms.Any(static entry => entry.Norm.NumBatchesTracked > 0)
            ? null : "It needs the number of training steps, or a trained network.";

    public override IEnumerable<Finding> Find(Examination examination)
    {
        if (examination.Options.StatisticsRecomputed)
            yield break; // from the data alone, over however few batches
        List<(string Name, BatchNorm Norm, double Weight, long Steps)> found = [];
        foreach (var (name, norm) in examination.Norms.Where(static entry => entry.Norm.RunningMean is not null))
        {
            bool counted = norm.NumBatchesTracked > 0;
            // Without a count, values that have left their initial ones say that it was not kept.
            if (!counted && examination.IsTrained && !IsInitial(norm))
                continue;
            long? steps = counted ? norm.NumBatchesTracked : examination.IsTrained ? 0 : examination.Plan?.Steps;
            if (steps is not { } known)
                continue;
            double weight = norm.Momentum is not { } momentum ? (known == 0 ? 1 : 0) : Math.Pow(1 - momentum, known);
            if (weight > Negligible)
                found.Add((name, norm, weight, known));
        }

        if (found.Count == 0)
            yield break;
        var worst = found.MaxBy(static entry => entry.Weight);
        double? needed = worst.Norm.Momentum is > 0 and < 1 and { } m ? Math.Ceiling(Math.Log(Negligible) / Math.Log(1 - m)) : null;
        string layers = List([.. found.Select(static entry => entry.Name)]);
        string message = worst.Steps == 0
            ? $"The running statistics of {layers} were never moved: they are the initial mean 0 and variance 1."
            : worst.Norm.Momentum == 0
            ? $"The running statistics of {layers} have momentum 0 and never leave their initial mean 0 and variance 1."
            : $"The running statistics of {layers} have not settled: after {worst.Steps} batches with momentum "
                + $"{Number(worst.Norm.Momentum)} the initial mean 0 and variance 1 still have {Percent(worst.Weight)} of the weight.";
        // A training that goes on brings them there.
        bool goesOn = worst.Steps > 0 && examination.Plan?.Steps is { } planned && worst.Steps < planned
            && Math.Pow(1 - (worst.Norm.Momentum ?? 1), planned) <= Negligible;
        yield return Found(goesOn ? Severity.Note : worst.Weight > 0.5 ? Severity.Error : Severity.Warning, Confidence.Certain, worst.Name, message,
            "Compute precise statistics from the training data at the end (PreciseStatistics.Update), train longer, "
                + "or use a larger momentum or null, the plain average over all batches.",
            ("initial_weight", worst.Weight), ("batches", worst.Steps), ("momentum", worst.Norm.Momentum ?? double.NaN),
            ("batches_needed", needed ?? double.NaN), ("layers", found.Count));
    }

    static bool IsInitial(BatchNorm norm) => norm.RunningMean!.AsSpan().IndexOfAnyExcept(0) < 0
        && (norm is BatchRenorm renorm ? renorm.RunningStd : norm.RunningVar!).AsSpan().IndexOfAnyExcept(1) < 0;

    static string Number(double? value) => value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null";

    static string Percent(double share) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{100 * share:0.#} %");
}
