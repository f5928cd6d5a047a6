using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>How a run reads the file that it learns: kept in <c>run.json</c>, so that the run can go on, be looked at and be reported anew.</summary>
/// <param name="Kind">What the file is.</param>
/// <param name="Targets">The columns that are predicted.</param>
public sealed record FileSettings(LearnedKind Kind, IReadOnlyList<string> Targets)
{
    /// <summary>What is predicted, in the words of <c>--task</c>; null where the target says it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Task { get; init; }

    /// <summary>Columns that are not learned from.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Ignore { get; init; }

    /// <summary>Refuses what no run has, in a file that was read.</summary>
    /// <exception cref="ArgumentException">No target, or a name that is empty.</exception>
    internal void Check()
    {
        if (Targets.Count == 0 || Targets.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException("file: expected the names of the columns that are predicted, got none.");
    }
}

/// <summary>The files of one's own that a run can learn besides pictures.</summary>
public enum LearnedKind
{
    /// <summary>A table: a row is a sample.</summary>
    Table,
}
