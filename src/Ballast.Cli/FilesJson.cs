using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ballast.Cli;

/// <summary>A tensor as <c>inspect --json</c> and <c>convert --json</c> tell it.</summary>
sealed record InspectedTensor(string Name, StoredType Type, IReadOnlyList<long> Shape, long Bytes)
{
    /// <summary>What is known of a tensor without reading it.</summary>
    public static InspectedTensor Of(StoredTensor tensor) => new(tensor.Name, tensor.Type, tensor.Shape, tensor.ByteLength);
}

/// <summary>What <c>inspect --json</c> prints.</summary>
sealed record InspectionResult(
    string File, StoredFormat Format, string? Module, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<InspectedTensor> Tensors,
    IReadOnlyDictionary<string, string> Values, InspectedGraph? Graph, string? Note);

/// <summary>The graph of an ONNX file as <c>inspect --json</c> tells it.</summary>
sealed record InspectedGraph(
    string Name, string Producer, long IrVersion, IReadOnlyDictionary<string, long> Opsets, IReadOnlyList<InspectedValue> Inputs,
    IReadOnlyList<InspectedValue> Outputs, IReadOnlyDictionary<string, int> Operators, IReadOnlyList<string> Unknown);

/// <summary>An input or a result of a graph.</summary>
sealed record InspectedValue(string Name, string Type, IReadOnlyList<string>? Sizes);

/// <summary>What <c>convert --json</c> prints.</summary>
sealed record ConversionResult(
    string From, string To, IReadOnlyList<string> Files, IReadOnlyList<InspectedTensor> Tensors, IReadOnlyList<string> Widened,
    IReadOnlyList<string> LeftOut);

/// <summary>What the commands about files print where a program reads.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(StoredFormatJson), typeof(StoredTypeJson)])]
[JsonSerializable(typeof(InspectionResult))]
[JsonSerializable(typeof(ConversionResult))]
sealed partial class FilesJson : JsonSerializerContext
{
    public static void Print(InspectionResult result) => Output.WriteData(JsonSerializer.Serialize(result, Default.InspectionResult));

    public static void Print(ConversionResult result) => Output.WriteData(JsonSerializer.Serialize(result, Default.ConversionResult));
}

sealed class StoredFormatJson() : JsonStringEnumConverter<StoredFormat>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class StoredTypeJson() : JsonStringEnumConverter<StoredType>(namingPolicy: null, allowIntegerValues: false);
