namespace Ballast.Lab;

/// <summary>Something that is wrong with a network, its settings or its state, or may be.</summary>
/// <param name="Check">Which check found it: <c>redundant-bias</c>. The documentation of the doctor has a section for each.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Confidence">How sure it is.</param>
/// <param name="Layer">The name of the layer, <c>layers.1</c>; empty where it is the network as a whole.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Evidence">What it was seen by: numbers by their names.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Reference">Where to read on: a paper, a report of somebody who met it.</param>
public sealed record Finding(
    string Check, Severity Severity, Confidence Confidence, string Layer, string Message,
    IReadOnlyDictionary<string, double> Evidence, string Remedy, string Reference);

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Good to know. Nothing has to be done.</summary>
    Note,

    /// <summary>It costs accuracy, or will in other circumstances.</summary>
    Warning,

    /// <summary>Results are wrong or useless.</summary>
    Error,
}

/// <summary>How sure a finding is.</summary>
public enum Confidence
{
    /// <summary>What was seen has other explanations too.</summary>
    Possible,

    /// <summary>Other explanations are rare.</summary>
    Likely,

    /// <summary>It follows from what was seen.</summary>
    Certain,
}
