namespace Ballast.Lab;

/// <summary>What the <see cref="Doctor"/> says of a network.</summary>
/// <param name="Findings">What was found, the gravest first.</param>
/// <param name="Skipped">The checks that could not be made, and what they need.</param>
/// <param name="Normalizations">How many batch normalizations the network has, those inside of graphs too.</param>
/// <param name="Batches">How many batches it was run on.</param>
public sealed record Diagnosis(
    IReadOnlyList<Finding> Findings, IReadOnlyList<SkippedCheck> Skipped, int Normalizations, int Batches)
{
    /// <summary>The gravest finding's severity; null where there is none.</summary>
    public Severity? Worst => Findings.Count == 0 ? null : Findings.Max(static finding => finding.Severity);
}

/// <summary>A check that could not be made.</summary>
/// <param name="Check">Which: <c>eval-gap</c>.</param>
/// <param name="Reason">What it needs.</param>
public sealed record SkippedCheck(string Check, string Reason);
