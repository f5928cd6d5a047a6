namespace Ballast.Lab;

/// <summary>What is said of an <see cref="ExpectationOutcome"/>.</summary>
public static class OutcomeWords
{
    /// <summary>What became of something that was published, in a few words. What was measured once has a direction, and is not tested.</summary>
    public static string InWords(this StudyResult result, StudyExpectation claim)
    {
        var outcome = result.Outcome(claim);
        bool isTested = result.Compare(claim.Higher, claim.Lower, result.Definition.Measure(claim.Measure)) is not null;
        return (outcome, isTested) switch
        {
            (ExpectationOutcome.SameDirection, false) => "same direction, measured once",
            (ExpectationOutcome.OtherDirection, false) => "other direction, measured once",
            _ => outcome.InWords(),
        };
    }

    /// <summary>In a few words: <c>same direction, not significant</c>.</summary>
    public static string InWords(this ExpectationOutcome outcome) => outcome switch
    {
        ExpectationOutcome.Reproduced => "reproduced",
        ExpectationOutcome.SameDirection => "same direction, not significant",
        ExpectationOutcome.OtherDirection => "not reproduced: other direction, not significant",
        ExpectationOutcome.Contradicted => "not reproduced: other direction, significant",
        ExpectationOutcome.NoConclusion => "no conclusion",
        _ => "not measured",
    };
}
