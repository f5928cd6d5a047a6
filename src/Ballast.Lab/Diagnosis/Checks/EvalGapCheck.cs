namespace Ballast.Lab;

/// <summary>The same data does far worse in evaluation mode than in training mode: the running statistics do not fit.</summary>
sealed class EvalGapCheck : DoctorCheck
{
    public override string Name => "eval-gap";

    public override string Reference => "pytorch/pytorch#4741, keras-team/keras#7265";

    public override string? Missing(Examination examination) =>
        !examination.IsTrained ? NeedsTrained
        : examination.Measured is not { Batches: > 0 } ? NeedsBatches
        : examination.Measured.TrainingLoss is null ? "It needs a loss of the network's outputs."
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

        bool useless = measured.EvaluationAccuracy < 0.5 * measured.TrainingAccuracy || evaluation > 2 * training + 1;
        string where = worst.Item1.Length == 0 ? "No running statistics are far from the batches': look at dropout and at modules of your own."
            : $"The running statistics of {worst.Item1} are the farthest from the batches'.";
        yield return Found(useless ? Severity.Error : Severity.Warning, Confidence.Certain, worst.Item1,
            $"On the same batches the network does far worse in evaluation mode than in training mode. {where}",
            "Compute the running statistics anew from the training data with the weights as they are (PreciseStatistics.Update; ballast evaluate --statistics population shows what that gives), or train some steps more at a small learning rate. A momentum of the statistics that is too small, dropout before a normalization and averaged weights have this effect too.",
            ("loss_in_training_mode", training), ("loss_in_evaluation_mode", evaluation),
            ("accuracy_in_training_mode", measured.TrainingAccuracy), ("accuracy_in_evaluation_mode", measured.EvaluationAccuracy),
            ("mean_distance", worst.Item2), ("variance_ratio", worst.Item3));
    }
}
