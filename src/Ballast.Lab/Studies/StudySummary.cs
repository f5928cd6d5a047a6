using System.Text;
using System.Text.Json;

namespace Ballast.Lab;

/// <summary>A study's numbers for programs: <c>results.json</c>. Nothing in it depends on when or how fast it was run.</summary>
/// <param name="Study">The study's name.</param>
/// <param name="Fingerprint">The definition's fingerprint.</param>
/// <param name="Primary">The primary measure's name.</param>
/// <param name="Answer">The answer in a sentence or two.</param>
/// <param name="Trials">How many trials were run.</param>
/// <param name="Planned">How many there are.</param>
/// <param name="Measurements">Each arm by each measure.</param>
/// <param name="Comparisons">The arms against each other.</param>
/// <param name="Ranks">The arms by the primary measure, the best first; empty where the study does not rank them.</param>
/// <param name="Published">What became of what was published.</param>
/// <param name="Format">The version of the file.</param>
public sealed record StudySummary(
    string Study, string Fingerprint, string Primary, string Answer, int Trials, int Planned, IReadOnlyList<SummaryMeasurement> Measurements,
    IReadOnlyList<SummaryComparison> Comparisons, IReadOnlyList<RankedArm> Ranks,
    IReadOnlyList<SummaryOutcome> Published, int Format = StudyDefinition.CurrentFormat)
{
    /// <summary>Summarizes a result.</summary>
    public static StudySummary Of(StudyResult result)
    {
        var definition = result.Definition;
        return new StudySummary(
            definition.Study, definition.Fingerprint(), definition.Primary.Name, StudyAnswer.Of(result).Text(), result.Trials.Count, result.Planned,
            [
                .. from measure in definition.Measures
                   from arm in definition.Arms
                   where result.Has(arm, measure)
                   let summary = result.Summary(arm, measure)
                   select new SummaryMeasurement(
                       measure.Name, arm.Name, summary.Count, summary.Mean, summary.Deviation, ArmCondition.Of(result, arm, measure),
                       [.. result.Of(arm).Select(trial => new SummaryValue(trial.Seed, trial.Fold, result.Value(trial, measure)))]),
            ],
            [
                .. result.Comparisons().Select(static found => new SummaryComparison(
                    found.Measure.Name, found.A.Name, found.B.Name, found.Test.Count, found.Test.Mean, found.Test.Low,
                    found.Test.High, found.Test.T, found.Test.P, found.Test.Family, found.Test.Needed, found.IsDifferent, found.Obstacle)),
            ],
            [.. Ranking.Of(result)],
            [.. definition.Expectations.Select(claim => new SummaryOutcome(claim.Claim, result.Outcome(claim).ToString()))]);
    }

    /// <summary>The JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, StudyJson.Default.StudySummary) + "\n";

    /// <summary>Writes it to a file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToJson())));
}

/// <summary>An arm by a measure. Trials that never reached a level count with the last step; <c>condition</c> has how many they are,
/// and how many diverged, stayed at chance or are at the ceiling.</summary>
public sealed record SummaryMeasurement(
    string Measure, string Arm, int Count, double Mean, double? Deviation, ArmCondition Condition, IReadOnlyList<SummaryValue> Values);

/// <summary>A trial's value of a measure.</summary>
public sealed record SummaryValue(long Seed, int? Fold, double? Value);

/// <summary>Two arms by a measure: A less B, with Student's t. p, the interval and how many pairs would find such a difference four
/// times out of five are all those of the test that is corrected, by Bonferroni, for the <c>family</c> of pairs that the study asks
/// about by the measure. <c>obstacle</c> says why nothing is concluded.</summary>
public sealed record SummaryComparison(
    string Measure, string A, string B, int Pairs, double Mean, double Low, double High, double T, double P, int Family,
    int? Needed, bool Different, string? Obstacle);

/// <summary>What became of something that was published.</summary>
public sealed record SummaryOutcome(string Claim, string Outcome);
