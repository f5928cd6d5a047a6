namespace Ballast;

/// <summary>How a table becomes a <see cref="TableDataset"/>.</summary>
public sealed record TableOptions
{
    /// <summary>What is predicted; null, the default, for a class where the target holds texts or at most 20 different whole numbers, for labels
    /// where there are several targets, and for a number otherwise.</summary>
    public TableTask? Task { get; init; }

    /// <summary>Columns that are not used.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];
}
