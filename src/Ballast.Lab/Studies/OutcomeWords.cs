namespace Ballast.Lab;

/// <summary>What is said of an <see cref="ExpectationOutcome"/>.</summary>
public static class OutcomeWords
{
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
