using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ballast;

/// <summary>The kinds of columns that are recognized.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ColumnKind>))]
public enum ColumnKind
{
    /// <summary>Numbers, with a point or a comma before the decimals.</summary>
    Number,

    /// <summary>Texts of which there are few different ones; yes and no, true and false are two of them.</summary>
    Category,

    /// <summary>Days, perhaps with a time: counted in days from 1970-01-01 on.</summary>
    Date,
}

/// <summary>What is predicted.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TableTask>))]
public enum TableTask
{
    /// <summary>A number.</summary>
    Regression,

    /// <summary>One of two or more classes.</summary>
    Classification,

    /// <summary>Labels, of which a row may have any number: each is yes or no.</summary>
    MultiLabel,
}

/// <summary>A column as it was in the training rows: all that is needed to read it again.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Mean">The mean of its numbers, or of its days.</param>
/// <param name="Std">Their standard deviation.</param>
/// <param name="HasMissing">Whether values were missing; numbers then get a second input that says so.</param>
/// <param name="Categories">Its categories in ordinal order; empty for numbers.</param>
public sealed record ColumnSchema(
    string Name, ColumnKind Kind, double Mean, double Std, bool HasMissing, IReadOnlyList<string> Categories);

/// <summary>A table as it was trained on, kept with the network: <see cref="ToJson"/>, <see cref="FromJson"/>.</summary>
/// <param name="Task">What is predicted.</param>
/// <param name="Target">The column that is predicted. Of several labels they are its categories, each a column of the table.</param>
/// <param name="Columns">The columns that it is predicted from, in the order of the network's inputs.</param>
/// <param name="Ignored">Columns that are not used, with the reason.</param>
/// <param name="Rows">How many rows there were.</param>
public sealed record TableSchema(
    TableTask Task, ColumnSchema Target, IReadOnlyList<ColumnSchema> Columns, IReadOnlyDictionary<string, string> Ignored, int Rows)
{
    /// <summary>How many numbers a row becomes: one for each number, one more where it may be missing.</summary>
    [JsonIgnore]
    public int Numbers => Columns.Sum(static column => column.Kind == ColumnKind.Category ? 0 : column.HasMissing ? 2 : 1);

    /// <summary>The categorical columns.</summary>
    [JsonIgnore]
    public IEnumerable<ColumnSchema> Categorical => Columns.Where(static column => column.Kind == ColumnKind.Category);

    /// <summary>The columns that are predicted.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Targets => Task == TableTask.MultiLabel ? Target.Categories : [Target.Name];

    /// <summary>The classes; none for numbers and labels.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> ClassNames => Task == TableTask.Classification ? Target.Categories : [];

    /// <summary>How many values the network gives: one for a number, else one for each class or label.</summary>
    [JsonIgnore]
    public int Outputs => Task == TableTask.Regression ? 1 : Target.Categories.Count;

    /// <summary>How many values a row is: its numbers, then the position of each category, from 1; 0 for one that is missing or was not
    /// there in the training rows.</summary>
    [JsonIgnore]
    public int Inputs => Numbers + Categorical.Count();

    /// <summary>What each of these values is called: as its column, and the input that says that a number is missing as
    /// <c>NAME (missing)</c>.</summary>
    [JsonIgnore]
    public IEnumerable<string> InputNames => Columns.Where(static column => column.Kind != ColumnKind.Category)
        .SelectMany(static column => column.HasMissing ? new[] { column.Name, $"{column.Name} (missing)" } : [column.Name])
        .Concat(Categorical.Select(static column => column.Name));

    /// <summary>The schema as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TableJson.Default.TableSchema);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Another text.</exception>
    public static TableSchema FromJson(string json)
    {
        try
        {
            var schema = JsonSerializer.Deserialize(json, TableJson.Default.TableSchema) ?? throw new JsonException("null is no schema.");
            if (schema.Columns.Count == 0 || schema.Columns.Append(schema.Target).Any(static column =>
                !double.IsFinite(column.Mean) || !(column.Std > 0) || column.Kind == ColumnKind.Category != column.Categories.Count > 0))
            {
                throw new JsonException("a column has no deviation above 0, or a category has no values.");
            }

            return schema;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The schema of a table cannot be read: {e.Message} Train again, or put back a copy of it.", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TableSchema))]
sealed partial class TableJson : JsonSerializerContext;
