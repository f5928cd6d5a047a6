namespace Ballast.Lab;

/// <summary>How the trainings of an arm went, as far as that decides whether anything can be concluded from them.</summary>
/// <param name="Trials">How many there are.</param>
/// <param name="Diverged">How many had a loss that was no number.</param>
/// <param name="AtChance">How many ended no better than a network that always names the commonest class.</param>
/// <param name="AtCeiling">How many name all test images right but a few.</param>
/// <param name="NeverArrived">How many never reached the level of a <see cref="MeasureReach"/>.</param>
public sealed record ArmCondition(int Trials, int Diverged, int AtChance, int AtCeiling, int NeverArrived)
{
    const double Errors = 2, ErrorShare = 0.001;

    /// <summary>Whether half of the trainings or more stayed at chance.</summary>
    public bool StayedAtChance => Trials > 0 && 2 * AtChance >= Trials;

    /// <summary>An arm's condition.</summary>
    public static ArmCondition Of(StudyResult result, StudyArm arm, StudyMeasure measure)
    {
        var trials = result.Of(arm).ToList();
        var accuracies = trials.Select(Accuracy).OfType<double>().ToList();
        int images = result.TestImages, never = measure.Reach is { } reach && result.Level(reach) is not null
            ? trials.Count(trial => trial.Curve(reach.Curve) is not null && result.Value(trial, measure) is null) : 0;
        double chance = ChanceLimit(result.Record.Chance ?? 1.0 / Math.Max(2, result.Record.Samples.ClassNames.Count), images);
        return new ArmCondition(
            trials.Count, trials.Count(static trial => trial.DivergedAt is not null), accuracies.Count(accuracy => accuracy <= chance),
            accuracies.Count(accuracy => 1 - accuracy <= Math.Max(Errors / images, ErrorShare)), never);
    }

    /// <summary>Why nothing is concluded of two arms by a measure; null where something is.</summary>
    public static string? Obstacle(StudyResult result, StudyArm a, StudyArm b, StudyMeasure measure)
    {
        var (one, other) = (Of(result, a, measure), Of(result, b, measure));
        if (measure.Reach is { } reach)
        {
            // A training that diverges never arrives, and counts as one that does not.
            return Of(result, result.Definition.Arm(reach.Arm), measure).StayedAtChance
                ? $"{reach.Arm} stayed at chance, so that its accuracy is no level to reach"
                : one.NeverArrived == one.Trials && other.NeverArrived == other.Trials ? $"neither {a.Name} nor {b.Name} ever arrived" : null;
        }

        foreach (var (arm, condition) in ((StudyArm, ArmCondition)[])[(a, one), (b, other)])
        {
            if (condition.Diverged > 0)
                return $"{condition.Diverged} of {condition.Trials} trainings of {arm.Name} diverged";
            if (condition.StayedAtChance)
                return $"{arm.Name} stayed at chance in {condition.AtChance} of {condition.Trials} trainings";
        }

        return measure is { Format: MeasureFormat.Percent } && one.AtCeiling == one.Trials && other.AtCeiling == other.Trials
            ? $"{a.Name} and {b.Name} are both at the ceiling, where no difference is left to see" : null;
    }

    /// <summary>The accuracy of always naming the commonest class.</summary>
    public static double Chance(Dataset images)
    {
        var counts = new Dictionary<int, int>();
        for (int i = 0; i < images.Count; i++)
            counts[images.Label(i)] = counts.GetValueOrDefault(images.Label(i)) + 1;
        return (double)counts.Values.Max() / images.Count;
    }

    /// <summary>The accuracy that a network that has learned nothing stays below: chance and three standard errors of so many images.
    /// </summary>
    public static double ChanceLimit(double chance, int images) => chance + 3 * Math.Sqrt(chance * (1 - chance) / Math.Max(1, images));

    static double? Accuracy(TrialResult trial) => trial.Values.TryGetValue("accuracy", out double accuracy) ? accuracy : null;
}
