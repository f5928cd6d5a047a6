namespace Ballast;

/// <summary>How the losses of a batch become one tensor.</summary>
public enum Reduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>As they are: one for each sample.</summary>
    None,
}
