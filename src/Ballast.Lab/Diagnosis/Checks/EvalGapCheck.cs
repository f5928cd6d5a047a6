namespace Ballast.Lab;

/// <summary>The same data does far worse in evaluation mode than in training mode: the running statistics do not fit.</summary>
sealed class EvalGapCheck : DoctorCheck
{
    public override string Name => "eval-gap";

    public override string Reference => "pytorch/pytorch#4741, keras-team/keras#7265";

    internal override bool LooksInside => true;

    public override string? Missing(Examination examination) =>
        !examination.IsTrained ? NeedsTrained
        : examination.Measured is not { Batches: > 0 } ? NeedsBatches
        : examination.Measured.TrainingLoss is null ? NeedsLoss
        : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var measured = examination.Measured!;
        double training = measured.TrainingLoss!.Value, evaluation = measured.EvaluationLoss!.Value;
        if (!double.IsFinite(training) || evaluation <= 1.25 * training + 0.05)
            yield break;
        var worst = ("", 0.0, 1.0);
        foreach (var (name, norm) in examination.Norms)
        {
            if (measured.Training.Of(norm) is not { } seen || measured.Running(norm) is not var (mean, variance))
                continue;
            var (distance, ratio) = seen.Staleness(mean, variance);
            if (distance + Math.Abs(Math.Log(ratio)) > worst.Item2 + Math.Abs(Math.Log(worst.Item3)))
                worst = (name, distance, ratio);
        }

        var inside = examination.Inside.Select(static kept => kept.Name).ToHashSet();
        if (inside.Count > 0 && examination.Options.Batches is DataLoader loader)
        {
            // The distances of the module's own normalizations are those of the run; a graph's are measured.
            var options = examination.Options;
            foreach (var found in StatisticsDistance.Measure(examination.Model, loader, options.MaxBatches, options.Cancellation))
            {
                double ratio = 1 / found.VarianceRatio;
                if (inside.Contains(found.Name)
                    && found.Distance + Math.Abs(Math.Log(ratio)) > worst.Item2 + Math.Abs(Math.Log(worst.Item3)))
                    worst = (found.Name, found.Distance, ratio);
            }
        }

        if (measured.Settled is { } settled && Settles(settled.Loss, training, evaluation))
        {
            yield return Unsettled(examination, worst, settled, training, evaluation);
            yield break;
        }

        bool useless = measured.EvaluationAccuracy < 0.5 * measured.TrainingAccuracy || evaluation > 2 * training + 1;
        string where = worst.Item1.Length == 0 ? "No running statistics are far from the batches': look at dropout and at modules of your own."
            : $"The running statistics of {worst.Item1} are the farthest from the batches'.";
        yield return Found(useless ? Severity.Error : Severity.Warning, Confidence.Certain, worst.Item1,
            $"On the same batches the network does far worse in evaluation mode than in training mode. {where}",
            "Compute the running statistics anew from the training data with the weights as they are (PreciseStatistics.Update; "
                + "ballast evaluate --statistics population shows what that gives), or train some steps more at a small learning "
                + "rate. A momentum of the statistics that is too small, dropout before a normalization and averaged weights have this effect too.",
            ("loss_in_training_mode", training), ("loss_in_evaluation_mode", evaluation),
            ("accuracy_in_training_mode", measured.TrainingAccuracy), ("accuracy_in_evaluation_mode", measured.EvaluationAccuracy),
            ("mean_distance", worst.Item2), ("variance_ratio", worst.Item3));
    }

    // With the statistics of the batches at hand most of the gap is gone: that they lag is all there is.
    static bool Settles(double settled, double training, double evaluation) => settled - training < 0.25 * (evaluation - training);

    Finding Unsettled(
        Examination examination, (string Layer, double Distance, double Ratio) worst,
        (double Loss, double Accuracy) settled, double training, double evaluation)
    {
        var measured = examination.Measured!;
        long batches = examination.Norms.Select(static entry => entry.Norm.NumBatchesTracked).DefaultIfEmpty(0).Max();
        var plan = examination.Plan;
        bool early = plan?.Steps is { } steps && batches < steps && (batches <= steps / plan.Epochs
            || examination.Norms.Any(static entry => UnconvergedStatisticsCheck.InitialWeight(entry.Norm) > UnconvergedStatisticsCheck.Negligible));
        bool useless = measured.EvaluationAccuracy < 0.5 * measured.TrainingAccuracy || evaluation > 2 * training + 1;
        return Found(early ? Severity.Note : useless ? Severity.Error : Severity.Warning, Confidence.Certain, worst.Layer,
            "On the same batches the network does far worse in evaluation mode than in training mode, and only because the running "
                + $"statistics lag behind the weights: with those of these batches the loss is {Number(settled.Loss)}, not {Number(evaluation)}. "
                + $"Those of {worst.Layer} are the farthest off.{(early ? " Early in a training that is usual, and passes." : "")}",
            early ? "Nothing yet: look again after some epochs. Before it is used, PreciseStatistics.Update measures the statistics anew."
                : "Compute the running statistics anew from the training data with the weights as they are (PreciseStatistics.Update; "
                    + "ballast evaluate --statistics population shows what that gives), train some steps more "
                    + "at a small learning rate, or take a larger momentum.",
            ("loss_in_training_mode", training), ("loss_in_evaluation_mode", evaluation), ("loss_with_statistics_measured_again", settled.Loss),
            ("accuracy_in_training_mode", measured.TrainingAccuracy), ("accuracy_in_evaluation_mode", measured.EvaluationAccuracy),
            ("accuracy_with_statistics_measured_again", settled.Accuracy), ("mean_distance", worst.Distance), ("variance_ratio", worst.Ratio));
    }

    static string Number(double value) => value.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);
}
