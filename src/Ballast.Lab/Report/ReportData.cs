using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>What the page's script reads: the charts' numbers, as JSON inside of the page.</summary>
sealed record ReportData(IReadOnlyList<ChartData> Charts)
{
    /// <summary>The JSON. Its strings have every angle bracket escaped, so that no text can end the script element that
    /// holds it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.ReportData);
}

/// <summary>A line chart; <see cref="Id"/> names the figure that it is drawn in.</summary>
sealed record ChartData(string Id)
{
    /// <summary>What stands before a value of the horizontal axis: <c>mini-batch</c>.</summary>
    public required string Unit { get; init; }

    /// <summary>What the vertical axis shows: <c>loss</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The horizontal axis' first value.</summary>
    public required double From { get; init; }

    /// <summary>The horizontal axis' last value.</summary>
    public required double To { get; init; }

    /// <summary>The points' positions, rising.</summary>
    public required IReadOnlyList<double> X { get; init; }

    /// <summary>The lines.</summary>
    public required IReadOnlyList<ChartSeries> Series { get; init; }

    /// <summary>Stretches of the axis that are named and marked off from each other.</summary>
    public IReadOnlyList<ChartBand> Bands { get; init; } = [];

    /// <summary>Whether the reading shows the first line's value less the second's.</summary>
    public bool Difference { get; init; }

    /// <summary>How values are written: <c>loss</c>, <c>percent</c>, <c>count</c> or <c>number</c>.</summary>
    public string Format { get; init; } = "loss";

    /// <summary>Whether the horizontal axis is logarithmic.</summary>
    public bool Log { get; init; }

    /// <summary>Whether the horizontal axis has values that are not whole numbers.</summary>
    public bool Fine { get; init; }
}

/// <summary>A line of a <see cref="ChartData"/>: a value for each of its positions, null where there is none.</summary>
sealed record ChartSeries(string Name, string Tone, IReadOnlyList<double?> Values)
{
    /// <summary>What stands at the line's end; null for nothing.</summary>
    public string? Label { get; init; }

    /// <summary>Whether it was published by others: drawn thin and dashed.</summary>
    public bool Published { get; init; }

    /// <summary>Which pattern of dashes it is drawn with, where several lines have one tone; 0 for none.</summary>
    public int Dash { get; init; }

    /// <summary>The lower edge of the spread around the line, at each of its positions; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double?>? Low { get; init; }

    /// <summary>The upper edge.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double?>? High { get; init; }
}

/// <summary>A stretch of a chart's horizontal axis.</summary>
sealed record ChartBand(double From, double To, string Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReportData))]
sealed partial class ReportJson : JsonSerializerContext;
