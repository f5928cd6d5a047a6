namespace Ballast.Lab;

/// <summary>A trained network that does no better than one that has learned nothing, on the data it was trained on.</summary>
sealed class AtChanceCheck : DoctorCheck
{
    public override string Name => "at-chance";

    public override string Reference => "Karpathy 2019, \"A recipe for training neural networks\": verify the loss at chance";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => !examination.IsTrained ? NeedsTrained
        : examination.Measured is not { Batches: > 0 } ? NeedsBatches
        : examination.Measured.TrainingLoss is null ? NeedsLoss : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        if (!Applies(examination))
            yield break;
        var (measured, data) = (examination.Measured!, examination.Data!);
        double accuracy = Math.Max(measured.TrainingAccuracy, measured.EvaluationAccuracy);
        yield return Found(Severity.Error, Confidence.Certain, "",
            "The network has learned nothing: on the data it was trained on it is no better than always naming "
                + "the commonest class, and its loss is that of guessing.",
            "Look at the other findings for why. If there is none: train on ten samples alone until their loss "
                + "is 0; if that fails the fault is in the network or its settings, else in the data.",
            ("accuracy", accuracy), ("accuracy_at_chance", data.Chance), ("loss", measured.TrainingLoss!.Value), ("loss_at_chance", data.ChanceLoss));
    }

    /// <summary>Whether a trained network has learned nothing of the data it is run on.</summary>
    public static bool Applies(Examination examination)
    {
        if (!examination.IsTrained || examination.Measured is not { TrainingLoss: { } loss } measured
            || examination.Data is not { Classes.Count: > 1 } data)
            return false;
        double accuracy = Math.Max(measured.TrainingAccuracy, measured.EvaluationAccuracy);
        return accuracy <= ArmCondition.ChanceLimit(data.Chance, measured.Samples) && !(loss < 0.97 * data.ChanceLoss);
    }
}
