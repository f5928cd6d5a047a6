namespace Ballast.Lab;

/// <summary>What a study has measured so far, and what follows from it.</summary>
public sealed class StudyResult
{
    readonly Dictionary<(string Arm, StudyRepeat Repeat), TrialResult> trials = [];
    readonly Dictionary<string, double?> levels = [];

    /// <summary>Puts the trials together.</summary>
    /// <param name="record">What is studied.</param>
    /// <param name="trials">What its trials measured.</param>
    public StudyResult(StudyRecord record, IReadOnlyList<TrialResult> trials)
    {
        Record = record;
        Trials = trials;
        foreach (var trial in trials)
            this.trials[(trial.Arm, trial.Repeat)] = trial;
    }

    /// <summary>What is studied, and where it comes from.</summary>
    public StudyRecord Record { get; }

    /// <summary>What is studied.</summary>
    public StudyDefinition Definition => Record.Definition;

    /// <summary>What the trials measured.</summary>
    public IReadOnlyList<TrialResult> Trials { get; }

    /// <summary>How many trials a complete study has.</summary>
    public int Planned => Definition.Arms.Count * Definition.Repeats.Count();

    /// <summary>Whether all trials were run.</summary>
    public bool IsComplete => Trials.Count == Planned;

    /// <summary>The trials of an arm, in the order of the repetitions.</summary>
    public IEnumerable<TrialResult> Of(StudyArm arm) =>
        Definition.Repeats.Select(repeat => trials.GetValueOrDefault((arm.Name, repeat))).OfType<TrialResult>();

    /// <summary>What a trial ended with; null where it diverged or did not get there.</summary>
    public double? Value(TrialResult trial, StudyMeasure measure)
    {
        if (measure.Reach is not { } reach)
            return trial.Values.TryGetValue(measure.Name, out double value) && double.IsFinite(value) ? value : null;
        if (Level(reach) is not { } level || trial.Curve(reach.Curve) is not { } curve)
            return null;
        for (int i = 0; i < curve.Y.Count; i++)
        {
            if (curve.Y[i] >= level)
                return curve.X[i];
        }

        return null;
    }

    /// <summary>The level of a <see cref="MeasureReach"/>; null before it is known.</summary>
    public double? Level(MeasureReach reach)
    {
        string key = $"{reach.Arm} {reach.Curve}";
        if (!levels.TryGetValue(key, out var level))
        {
            double[] ends = [.. Of(Definition.Arm(reach.Arm)).Select(trial => trial.Curve(reach.Curve)).OfType<TrialCurve>()
                .Where(static curve => curve.Y.Count > 0).Select(static curve => curve.Y[^1])];
            levels[key] = level = ends.Length == 0 ? null : ends.Min();
        }

        return level;
    }

    /// <summary>What a trial counts with: its value, or where it never reached a <see cref="MeasureReach"/> the last step that any
    /// trial was measured at.</summary>
    public double? Counted(TrialResult trial, StudyMeasure measure) => Value(trial, measure) is { } value ? value
        : measure.Reach is { } reach && trial.Curve(reach.Curve) is not null ? Horizon(reach) : null;

    /// <summary>The last step that any trial's curve was measured at; null before there is one.</summary>
    public double? Horizon(MeasureReach reach)
    {
        double last = Trials.Select(trial => trial.Curve(reach.Curve)).OfType<TrialCurve>()
            .Where(static curve => curve.X.Count > 0).Select(static curve => curve.X[^1]).DefaultIfEmpty(0).Max();
        return last > 0 && Level(reach) is not null ? last : null;
    }

    /// <summary>An arm's values of a measure, summarized.</summary>
    public SampleSummary Summary(StudyArm arm, StudyMeasure measure) =>
        SampleSummary.Of([.. Of(arm).Select(trial => Counted(trial, measure)).OfType<double>()]);

    /// <summary>Whether any trial has a value of a measure.</summary>
    public bool Has(StudyArm arm, StudyMeasure measure) => Of(arm).Any(trial => Counted(trial, measure) is not null);

    /// <summary>Tests the first arm against the second, paired by repetition and corrected for all pairs that the study asks about by
    /// the measure; null where fewer than two pairs have values.</summary>
    public PairedTest? Test(string a, string b, StudyMeasure measure) =>
        PairedTest.Of(Differences(a, b, measure), Overlap, Math.Max(1, Definition.Family(measure).Count), Step(measure));

    /// <summary>The differences of two arms, by repetition.</summary>
    public IReadOnlyList<double> Differences(string a, string b, StudyMeasure measure)
    {
        var differences = new List<double>();
        foreach (var repeat in Definition.Repeats)
        {
            if (trials.TryGetValue((a, repeat), out var one) && trials.TryGetValue((b, repeat), out var other)
                && Counted(one, measure) is { } x && Counted(other, measure) is { } y)
            {
                differences.Add(x - y);
            }
        }

        return differences;
    }

    /// <summary>The comparisons that can be tested, measure by measure.</summary>
    public IReadOnlyList<MeasuredComparison> Comparisons() =>
    [
        .. from measure in Definition.Measures
           from pair in Definition.Family(measure)
           let found = Compare(pair.A, pair.B, measure)
           where found is not null
           select found,
    ];

    /// <summary>Two arms held against each other by a measure; null where fewer than two pairs have values.</summary>
    public MeasuredComparison? Compare(string a, string b, StudyMeasure measure)
    {
        var (one, other) = (Definition.Arm(a), Definition.Arm(b));
        return Test(a, b, measure) is { } test
            ? new MeasuredComparison(one, other, measure, test, ArmCondition.Obstacle(this, one, other, measure)) : null;
    }

    /// <summary>What became of something that was published.</summary>
    public ExpectationOutcome Outcome(StudyExpectation expectation)
    {
        var measure = Definition.Measure(expectation.Measure);
        if (Compare(expectation.Higher, expectation.Lower, measure) is not { } found)
        {
            var differences = Differences(expectation.Higher, expectation.Lower, measure);
            return differences.Count == 0 ? ExpectationOutcome.NotMeasured
                : differences[0] > 0 ? ExpectationOutcome.SameDirection : ExpectationOutcome.OtherDirection;
        }

        return found.Obstacle is not null ? ExpectationOutcome.NoConclusion : (found.IsDifferent, found.Test.Mean > 0) switch
        {
            (true, true) => ExpectationOutcome.Reproduced,
            (true, false) => ExpectationOutcome.Contradicted,
            (false, true) => ExpectationOutcome.SameDirection,
            _ => ExpectationOutcome.OtherDirection,
        };
    }

    /// <summary>The step that a measure's values are measured in: one test image of all, or the most mini-batches from one test of a
    /// curve to the next; 0 where values are as fine as numbers are.</summary>
    public double Step(StudyMeasure measure) => measure.Reach is { } reach
        ? Trials.Select(trial => trial.Curve(reach.Curve)).OfType<TrialCurve>()
            .SelectMany(static curve => curve.X.Zip(curve.X.Skip(1), static (before, after) => after - before)).DefaultIfEmpty(0).Max()
        : measure.Format == MeasureFormat.Percent ? 1.0 / TestImages : 0;

    /// <summary>How many images a trial is tested on.</summary>
    internal int TestImages => Math.Max(1, Definition.Folds > 0 ? Record.TrainImages / Definition.Folds : Record.TestImages);

    // Folds of a cross validation share what they train on.
    double Overlap => Definition.Folds > 1 ? 1.0 / (Definition.Folds - 1) : 0;
}

/// <summary>Two arms held against each other by one measure.</summary>
/// <param name="A">The one.</param>
/// <param name="B">The other.</param>
/// <param name="Measure">By what.</param>
/// <param name="Test">A less B, corrected for the measure's family.</param>
/// <param name="Obstacle">Why no conclusion is drawn from it; null where one is.</param>
public sealed record MeasuredComparison(StudyArm A, StudyArm B, StudyMeasure Measure, PairedTest Test, string? Obstacle)
{
    /// <summary>Whether the two are different: the test is significant, and nothing stands in the way of concluding from it.</summary>
    public bool IsDifferent => Obstacle is null && Test.IsSignificant;

    /// <summary>Whether A is better, where the two are different.</summary>
    public bool FavoursA => Test.Mean > 0 == (Measure.Better != MeasureBetter.Lower);
}

/// <summary>What became of a <see cref="StudyExpectation"/>.</summary>
public enum ExpectationOutcome
{
    /// <summary>There is nothing to tell it by.</summary>
    NotMeasured,

    /// <summary>Reproduced: the same direction, significantly.</summary>
    Reproduced,

    /// <summary>The same direction, not significant.</summary>
    SameDirection,

    /// <summary>The other direction, not significant.</summary>
    OtherDirection,

    /// <summary>The other direction, significantly.</summary>
    Contradicted,

    /// <summary>Arms that diverged, stayed at chance or are at their ceiling: nothing is concluded.</summary>
    NoConclusion,
}
