using System.Text.Json;
using System.Text.Json.Serialization;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>The first line of <c>train --json</c>; the run's metrics follow.</summary>
sealed record RunStart(string Folder, string Layers, string Type = "run");

/// <summary>The last line of <c>train --json</c>.</summary>
sealed record RunEnd(string Folder, string? Weights, double? FirstStepSeconds, string Type = "end");

/// <summary>What <c>evaluate --json</c> prints.</summary>
sealed record EvaluationResult(
    string Run, string Weights, double Loss, double Accuracy, int Count, FoldingReport? Folding, string? Statistics,
    float? TentLearningRate, TestTimeAugmentation Tta);

/// <summary>What <c>doctor --json</c> prints.</summary>
sealed record DoctorResult(string Subject, string? Weights, Diagnosis Diagnosis);

/// <summary>What <c>data --json</c> prints.</summary>
sealed record DataStatus(string Dataset, string Folder, bool Good, IReadOnlyList<DataFileStatus> Files);

/// <summary>What the command prints where a program reads.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(DataFileStateJson), typeof(SeverityJson), typeof(ConfidenceJson), typeof(TestTimeAugmentationJson)])]
[JsonSerializable(typeof(RunStart))]
[JsonSerializable(typeof(RunEnd))]
[JsonSerializable(typeof(EvaluationResult))]
[JsonSerializable(typeof(DoctorResult))]
[JsonSerializable(typeof(DataStatus))]
[JsonSerializable(typeof(PicturePrediction))]
sealed partial class CliJson : JsonSerializerContext
{
    public static void Print(RunStart start) => Output.WriteData(JsonSerializer.Serialize(start, Default.RunStart));

    public static void Print(RunEnd end) => Output.WriteData(JsonSerializer.Serialize(end, Default.RunEnd));

    public static void Print(EvaluationResult result) =>
        Output.WriteData(JsonSerializer.Serialize(result, Default.EvaluationResult));

    public static void Print(DoctorResult result) => Output.WriteData(JsonSerializer.Serialize(result, Default.DoctorResult));

    public static void Print(PicturePrediction prediction) =>
        Output.WriteData(JsonSerializer.Serialize(prediction, Default.PicturePrediction));

    public static void Print(DataStatus status) => Output.WriteData(JsonSerializer.Serialize(status, Default.DataStatus));
}

sealed class DataFileStateJson() : JsonStringEnumConverter<DataFileState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class TestTimeAugmentationJson() : JsonStringEnumConverter<TestTimeAugmentation>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

sealed class SeverityJson() : JsonStringEnumConverter<Severity>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class ConfidenceJson() : JsonStringEnumConverter<Confidence>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
