using Onnx;

namespace Ballast;

/// <summary>An ONNX file in words: <see cref="OnnxFile.Describe"/>.</summary>
/// <param name="Name">The graph's name.</param>
/// <param name="Producer">The program that wrote it, with its version; empty where the file does not say.</param>
/// <param name="IrVersion">The version of the format.</param>
/// <param name="Opsets">The version of each set of operators; ONNX's own is <c>ai.onnx</c>.</param>
/// <param name="Inputs">What goes in, without what is stored.</param>
/// <param name="Outputs">What comes out.</param>
/// <param name="Operators">How many nodes there are of each operator, the most first.</param>
/// <param name="Unknown">Those operators that <see cref="OnnxFile.Load"/> does not know.</param>
/// <param name="Metadata">The texts that the file keeps, by their names.</param>
public sealed record OnnxDescription(
    string Name, string Producer, long IrVersion, IReadOnlyDictionary<string, long> Opsets, IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs, IReadOnlyDictionary<string, int> Operators, IReadOnlyList<string> Unknown,
    IReadOnlyDictionary<string, string> Metadata)
{
    const string Own = "ai.onnx";

    internal static OnnxDescription Of(ModelProto model)
    {
        var stored = model.Graph.Initializer.Select(static tensor => tensor.Name).ToHashSet();
        var kinds = model.Graph.Node.GroupBy(static node => node.Domain is "" or Own ? node.OpType : $"{node.Domain}.{node.OpType}")
            .OrderByDescending(static kind => kind.Count()).ThenBy(static kind => kind.Key, StringComparer.Ordinal).ToList();
        return new OnnxDescription(
            model.Graph.Name, $"{model.ProducerName} {model.ProducerVersion}".Trim(), model.IrVersion,
            model.OpsetImport.GroupBy(static set => set.Domain is "" ? Own : set.Domain)
                .ToDictionary(static set => set.Key, static set => set.Last().Version),
            [.. model.Graph.Input.Where(input => !stored.Contains(input.Name)).Select(OnnxValue.Of)],
            [.. model.Graph.Output.Select(OnnxValue.Of)],
            kinds.ToDictionary(static kind => kind.Key, static kind => kind.Count()),
            [.. kinds.Where(static kind => !OnnxOperators.Has(new OnnxNode(kind.First().OpType, [], []) { Domain = kind.First().Domain }))
                .Select(static kind => kind.Key)],
            OnnxStates.Metadata(model));
    }
}

/// <summary>An input or a result of an ONNX file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements as ONNX calls it: <c>float</c>, <c>int64</c>; of what is no tensor its kind, <c>sequence</c>.</param>
/// <param name="Sizes">For each axis its size, or the name of one that is open, <c>?</c> where it has none; null where the file does not say.
/// </param>
public sealed record OnnxValue(string Name, string Type, IReadOnlyList<string>? Sizes)
{
    internal static OnnxValue Of(ValueInfoProto value)
    {
        if (value.Type?.TensorType is not { } tensor)
        {
            string kind = (value.Type?.ValueCase ?? TypeProto.ValueOneofCase.None).ToString();
            return new OnnxValue(value.Name, kind is "None" ? "?" : kind.Replace("Type", "", StringComparison.Ordinal).ToLowerInvariant(), null);
        }

        return new OnnxValue(value.Name, OnnxTypes.Name(tensor.ElemType), tensor.Shape is null ? null : [.. tensor.Shape.Dim.Select(static size =>
            size.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? $"{size.DimValue}"
                : size.DimParam is { Length: > 0 } name ? name : "?")]);
    }

    /// <summary>Name, type and sizes: <c>input float [N, 3, 32, 32]</c>.</summary>
    public override string ToString() => Sizes is null ? $"{Name} {Type}" : $"{Name} {Type} [{string.Join(", ", Sizes)}]";
}
