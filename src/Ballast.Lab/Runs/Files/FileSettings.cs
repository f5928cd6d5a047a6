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

    /// <summary>Of a series, how many rows are predicted from; null where it is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Window { get; init; }

    /// <summary>How many rows are predicted; null for 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Horizon { get; init; }

    /// <summary>How many rows a window begins after the one before it; null for 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Stride { get; init; }

    /// <summary>Of a table, whether each class is held out in its share; null for not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Stratified { get; init; }

    /// <summary>Of a table, the column that names groups which are held out whole; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Group { get; init; }

    /// <summary>The column that says when. Of a table, by which the last rows are held out; null for none. Of a series, null for the one that holds
    /// dates, where there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Time { get; init; }

    /// <summary>Of a table, how many networks of all rows are averaged; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Members { get; init; }

    /// <summary>Of a table, how many folds the cross validation has that this run is or is one of; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Folds { get; init; }

    /// <summary>Which fold is left to test on, from 1; null where this is no fold.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Fold { get; init; }

    /// <summary>Whether the network of a series is an LSTM; null for one of convolutions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Lstm { get; init; }

    /// <summary>What the network is called where layers are named otherwise.</summary>
    [JsonIgnore]
    public string Network => Kind == LearnedKind.Table ? "table" : Lstm == true ? "series lstm" : "series convolutions";

    /// <summary>Refuses what no run has, in a file that was read.</summary>
    /// <exception cref="ArgumentException">No target, or a name that is empty.</exception>
    internal void Check()
    {
        if (Kind == LearnedKind.Series != Window is not null || Window < 1 || Horizon < 1 || Stride < 1)
            throw new ArgumentException("file: expected a window, a horizon and a stride of 1 or more of a series, and none of a table.");
        if (Members < 1 || (Kind == LearnedKind.Series && Members is not null))
            throw new ArgumentException("file: expected 1 or more members of a table, and none of a series.");
        if (Folds < 2 || Fold < 1 || Fold > (Folds ?? 0) || (Kind == LearnedKind.Series && Folds is not null))
            throw new ArgumentException("file: expected 2 or more folds of a table, and a fold of them.");
        if (Targets.Count == 0 || Targets.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException("file: expected the names of the columns that are predicted, got none.");
    }
}

/// <summary>The files of one's own that a run can learn besides pictures.</summary>
public enum LearnedKind
{
    /// <summary>A table: a row is a sample.</summary>
    Table,

    /// <summary>A time series: a window of rows is a sample.</summary>
    Series,
}
