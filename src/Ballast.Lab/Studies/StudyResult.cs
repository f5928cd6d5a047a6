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

    /// <summary>What a trial ended with; null where it did not get there.</summary>
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

    /// <summary>An arm's values of a measure, summarized.</summary>
    public SampleSummary Summary(StudyArm arm, StudyMeasure measure) =>
        SampleSummary.Of([.. Of(arm).Select(trial => Value(trial, measure)).OfType<double>()]);

    /// <summary>Whether any trial has a value of a measure.</summary>
    public bool Has(StudyArm arm, StudyMeasure measure) => Of(arm).Any(trial => Value(trial, measure) is not null);

    /// <summary>Tests the first arm against the second, paired by repetition; null where fewer than two pairs have values.
    /// </summary>
    public PairedTest? Test(string a, string b, StudyMeasure measure) => PairedTest.Of(Differences(a, b, measure), Overlap);

    /// <summary>The differences of two arms, by repetition.</summary>
    public IReadOnlyList<double> Differences(string a, string b, StudyMeasure measure)
    {
        var differences = new List<double>();
        foreach (var repeat in Definition.Repeats)
        {
            if (trials.TryGetValue((a, repeat), out var one) && trials.TryGetValue((b, repeat), out var other)
                && Value(one, measure) is { } x && Value(other, measure) is { } y)
            {
                differences.Add(x - y);
            }
        }

        return differences;
    }

    /// <summary>All comparisons by all their measures, their p values corrected for how many there are.</summary>
    public IReadOnlyList<MeasuredComparison> Comparisons()
    {
        var found = new List<MeasuredComparison>();
        foreach (var comparison in Definition.Comparisons)
        {
            foreach (var measure in Definition.Measures)
            {
                if (comparison.Measures is { } only && !only.Contains(measure.Name))
                    continue;
                if (Test(comparison.A, comparison.B, measure) is { } test)
                    found.Add(new MeasuredComparison(Definition.Arm(comparison.A), Definition.Arm(comparison.B), measure, test, test.P));
            }
        }

        var corrected = PairedTest.Holm([.. found.Select(static comparison => comparison.Test.P)]);
        return [.. found.Select((comparison, i) => comparison with { CorrectedP = corrected[i] })];
    }

    /// <summary>What became of something that was published.</summary>
    public ExpectationOutcome Outcome(StudyExpectation expectation)
    {
        var measure = Definition.Measure(expectation.Measure);
        var test = Test(expectation.Higher, expectation.Lower, measure);
        if (test is null)
        {
            var differences = Differences(expectation.Higher, expectation.Lower, measure);
            return differences.Count == 0 ? ExpectationOutcome.NotMeasured
                : differences[0] > 0 ? ExpectationOutcome.SameDirection : ExpectationOutcome.OtherDirection;
        }

        return (test.IsSignificant, test.Mean > 0) switch
        {
            (true, true) => ExpectationOutcome.Reproduced,
            (true, false) => ExpectationOutcome.Contradicted,
            (false, true) => ExpectationOutcome.SameDirection,
            _ => ExpectationOutcome.OtherDirection,
        };
    }

    // Folds of a cross validation share what they train on.
    double Overlap => Definition.Folds > 1 ? 1.0 / (Definition.Folds - 1) : 0;
}

/// <summary>Two arms held against each other by one measure.</summary>
/// <param name="A">The one.</param>
/// <param name="B">The other.</param>
/// <param name="Measure">By what.</param>
/// <param name="Test">A less B.</param>
/// <param name="CorrectedP">The test's p value by Holm's correction for all tests of the study.</param>
public sealed record MeasuredComparison(StudyArm A, StudyArm B, StudyMeasure Measure, PairedTest Test, double CorrectedP);

/// <summary>What became of a <see cref="StudyExpectation"/>.</summary>
public enum ExpectationOutcome
{
    /// <summary>There is nothing to tell it by.</summary>
    NotMeasured,

    /// <summary>It came out, significantly.</summary>
    Reproduced,

    /// <summary>It came out, but within what chance does.</summary>
    SameDirection,

    /// <summary>It came out the other way round, but within what chance does.</summary>
    OtherDirection,

    /// <summary>It came out the other way round, significantly.</summary>
    Contradicted,
}
