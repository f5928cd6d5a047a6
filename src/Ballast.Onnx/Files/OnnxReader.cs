using Google.Protobuf;
using Onnx;

namespace Ballast;

/// <summary>Makes a graph of an ONNX file's message. Nothing of a file is run; sizes are checked before memory is taken.</summary>
static class OnnxReader
{
    const int NewestOpset = 23, MostNested = 64;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">A file that is damaged, or none of ONNX, or one with operators that are not known here.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NodeGraph Read(string path)
    {
        var model = Parse(path);
        try
        {
            return Graph(model, new StoredTensors(Path.GetDirectoryName(Path.GetFullPath(path))!));
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"{path}: {failure.Message}", failure);
        }
    }

    /// <summary>The message that a file is, of whatever version and operators.</summary>
    /// <exception cref="InvalidDataException">A file that is damaged, or none of ONNX.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ModelProto Parse(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (stream.Length == 0)
            throw new InvalidDataException($"{path} is empty. Export or copy it again.");
        ModelProto model;
        try
        {
            using var coded = CodedInputStream.CreateWithLimits(stream, int.MaxValue, MostNested);
            model = ModelProto.Parser.ParseFrom(coded);
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{path} is no ONNX file, or it is damaged: {failure.Message} Export or copy it again.", failure);
        }

        return model.Graph is null
            ? throw new InvalidDataException($"{path} is no ONNX file: it has no graph. Export or copy it again.") : model;
    }

    static NodeGraph Graph(ModelProto model, StoredTensors tensors)
    {
        int opset = Opset(model);
        Refuse(model, opset);
        NodeGraph graph = new()
        {
            Name = model.Graph.Name is { Length: > 0 } name ? name : "graph",
            Opset = opset,
            IsOwn = model.ProducerName == OnnxWriter.Producer,
        };
        foreach (var entry in model.MetadataProps)
            graph.Metadata[entry.Key] = entry.Value;
        if (model.Graph.SparseInitializer.Count > 0)
            throw new InvalidDataException("It has sparse weights, which Ballast does not have. Export them as dense ones.");
        foreach (var stored in model.Graph.Initializer)
            graph.Initializers[Named(stored.Name, "stored tensor")] = tensors.Read(stored);
        foreach (var input in model.Graph.Input)
        {
            // Older files list what is stored as inputs too.
            if (!graph.Initializers.ContainsKey(input.Name))
                graph.Inputs.Add(Value(input));
        }

        foreach (var output in model.Graph.Output)
            graph.Outputs.Add(Value(output));
        foreach (var node in model.Graph.Node)
            graph.Nodes.Add(Node(node, tensors));
        GraphOrder.Sort(graph);
        return graph;
    }

    static int Opset(ModelProto model)
    {
        long opset = 1;
        foreach (var set in model.OpsetImport)
        {
            if (set.Domain is "" or "ai.onnx")
                opset = set.Version;
        }

        var older = opset >= OldOperators.Since ? [] : model.Graph.Node.Where(static node => node.Domain is "" or "ai.onnx")
            .Select(static node => node.OpType).Where(static name => !OldOperators.Mean(name)).Distinct().Select(Printable).Take(100).ToList();
        if (opset is < 1 or > NewestOpset || older.Count > 0)
        {
            string which = older.Count == 0 ? "" : $", of {string.Join(", ", older)}";
            throw new InvalidDataException(
                $"Its operators are of version {opset}, and versions {OldOperators.Since} to {NewestOpset} are known here{which}. "
                    + "Export it with one of these.");
        }

        return (int)opset;
    }

    // All operators that are not known, at once.
    static void Refuse(ModelProto model, int opset)
    {
        var missing = model.Graph.Node
            .Where(static node => !OnnxOperators.Has(new OnnxNode(node.OpType, [], []) { Domain = node.Domain }))
            .GroupBy(static node => node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}.{node.OpType}")
            .Select(static kind => kind.Count() == 1 ? Printable(kind.Key) : $"{Printable(kind.Key)} ({kind.Count()} times)")
            .Order(StringComparer.Ordinal)
            .ToList();
        if (missing.Count == 0)
            return;
        const int Shown = 100;
        string more = missing.Count > Shown ? $" and {missing.Count - Shown} more" : "";
        throw new InvalidDataException(
            $"Ballast has no {string.Join(", ", missing.Take(Shown))}{more}, which this file of opset {opset} needs. "
                + "Export the network without them, or cut the file in front of them.");
    }

    static string Printable(string text) => string.Concat((text.Length > 80 ? text[..80] : text).Select(static c => char.IsControl(c) ? '?' : c));

    static string Named(string name, string what) =>
        name.Length > 0 ? name : throw new InvalidDataException($"A {what} has no name. The file is damaged.");

    static GraphValue Value(ValueInfoProto value)
    {
        string name = Named(value.Name, "input or result");
        if (value.Type?.TensorType is not { } tensor)
            return value.Type is null ? new GraphValue(name, ElementType.Float32, null)
                : throw new InvalidDataException($"\"{name}\" is a sequence or a map, and networks here take tensors.");
        var type = OnnxOperators.TypeOf(tensor.ElemType)
            ?? throw new InvalidDataException($"\"{name}\" has values of {OnnxTypes.Name(tensor.ElemType)}{OnnxTypes.Known}");
        return new GraphValue(name, type, tensor.Shape is null ? null : [.. tensor.Shape.Dim.Select(static dim =>
            dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? $"{dim.DimValue}" : dim.DimParam ?? "")]);
    }

    static OnnxNode Node(NodeProto node, StoredTensors tensors)
    {
        Dictionary<string, object> attributes = [];
        foreach (var attribute in node.Attribute)
            attributes[attribute.Name] = Attribute(attribute, node, tensors);
        string domain = node.Domain is "ai.onnx" ? "" : node.Domain;
        return new OnnxNode(node.OpType, node.Input, node.Output) { Name = node.Name, Domain = domain, Attributes = attributes };
    }

    static object Attribute(AttributeProto attribute, NodeProto node, StoredTensors tensors) => attribute.Type switch
    {
        AttributeProto.Types.AttributeType.Int => attribute.I,
        AttributeProto.Types.AttributeType.Float => attribute.F,
        AttributeProto.Types.AttributeType.String => attribute.S.ToStringUtf8(),
        AttributeProto.Types.AttributeType.Ints => attribute.Ints.ToArray(),
        AttributeProto.Types.AttributeType.Floats => attribute.Floats.ToArray(),
        AttributeProto.Types.AttributeType.Strings => attribute.Strings.Select(static text => text.ToStringUtf8()).ToArray(),
        AttributeProto.Types.AttributeType.Tensor when attribute.T is not null => tensors.Read(attribute.T),
        _ => throw new InvalidDataException(
            $"The node {Printable(node.OpType)} \"{Printable(node.Name)}\" has an attribute {Printable(attribute.Name)} of the kind "
                + $"{attribute.Type}, which nodes here do not have."),
    };
}
