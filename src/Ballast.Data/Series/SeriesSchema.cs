using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ballast;

/// <summary>A time series as it was trained on, kept with the network: <see cref="ToJson"/>, <see cref="FromJson"/>.</summary>
/// <param name="Time">The column that says when; null where rows are only in their order.</param>
/// <param name="Columns">The columns that are predicted from, in their order.</param>
/// <param name="Targets">Those of them that are predicted.</param>
/// <param name="Window">How many rows are predicted from.</param>
/// <param name="Horizon">How many rows are predicted.</param>
/// <param name="Mean">The mean of each column in the rows that were trained on.</param>
/// <param name="Std">Their standard deviations.</param>
/// <param name="Network">The kind of network.</param>
public sealed record SeriesSchema(
    string? Time, IReadOnlyList<string> Columns, IReadOnlyList<string> Targets, int Window, int Horizon, IReadOnlyList<float> Mean,
    IReadOnlyList<float> Std, SeriesNetworkKind Network)
{
    /// <summary>The places of the targets among the columns.</summary>
    [JsonIgnore]
    public IReadOnlyList<int> TargetColumns => [.. Targets.Select(target => Columns.ToList().IndexOf(target))];

    /// <summary>The schema as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SeriesJson.Default.SeriesSchema);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Another text.</exception>
    public static SeriesSchema FromJson(string json)
    {
        try
        {
            var schema = JsonSerializer.Deserialize(json, SeriesJson.Default.SeriesSchema) ?? throw new JsonException("null is no schema.");
            if (schema.Window < 1 || schema.Horizon < 1 || schema.Columns.Count == 0 || schema.Targets.Count == 0
                || schema.Mean.Count != schema.Columns.Count || schema.Std.Count != schema.Columns.Count
                || !schema.Mean.All(float.IsFinite) || !schema.Std.All(static std => std > 0 && float.IsFinite(std))
                || schema.TargetColumns.Contains(-1))
            {
                throw new JsonException("its columns, targets, sizes or scales do not go together.");
            }

            return schema;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The schema of a series cannot be read: {e.Message} Train again, or put back a copy of it.", e);
        }
    }
}

/// <summary>The networks for a series.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SeriesNetworkKind>))]
public enum SeriesNetworkKind
{
    /// <summary>1-D convolutions with batch normalization.</summary>
    Convolution,

    /// <summary>An LSTM.</summary>
    Lstm,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SeriesSchema))]
sealed partial class SeriesJson : JsonSerializerContext;
