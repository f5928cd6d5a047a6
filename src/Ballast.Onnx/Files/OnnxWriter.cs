using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;

namespace Ballast;

/// <summary>Writes a graph as the message that an ONNX file is.</summary>
static class OnnxWriter
{
    /// <summary>Who wrote a file.</summary>
    public const string Producer = "Ballast";

    /// <summary>The message of a graph.</summary>
    /// <exception cref="NotSupportedException">More than 2 GB, which the format does not have in one file.</exception>
    public static ModelProto Message(NodeGraph graph)
    {
        long bytes = graph.Initializers.Values.Sum(static tensor => (long)tensor.Length * tensor.ElementType.Size());
        if (bytes > int.MaxValue - (64 << 20))
            throw new NotSupportedException($"The network has {bytes} bytes of weights, and an ONNX file in one piece has at most 2 GB.");
        ModelProto model = new()
        {
            IrVersion = IrVersion(graph.Opset),
            ProducerName = Producer,
            ProducerVersion = typeof(NodeGraph).Assembly.GetName().Version?.ToString(3) ?? "",
            Graph = new GraphProto { Name = graph.Name },
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = graph.Opset });
        foreach (string domain in graph.Nodes.Select(static node => node.Domain).Where(static domain => domain is not ("" or "ai.onnx")).Distinct())
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = 1 });
        foreach (var (key, value) in graph.Metadata)
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        model.Graph.Input.AddRange(graph.Inputs.Select(Value));
        model.Graph.Output.AddRange(graph.Outputs.Select(Value));
        model.Graph.Node.AddRange(graph.Nodes.Select(Node));
        model.Graph.Initializer.AddRange(graph.Initializers.Select(static entry => Stored(entry.Key, entry.Value)));
        return model;
    }

    // The oldest format that has the operators, which most programs read.
    static long IrVersion(int opset) => opset switch { < 9 => 3, < 10 => 4, < 11 => 5, < 12 => 6, < 15 => 7, < 19 => 8, < 21 => 9, _ => 10 };

    static ValueInfoProto Value(GraphValue value)
    {
        TypeProto.Types.Tensor tensor = new() { ElemType = (int)OnnxTypes.Code(value.Type) };
        if (value.Sizes is not null)
        {
            tensor.Shape = new TensorShapeProto();
            foreach (string size in value.Sizes)
            {
                tensor.Shape.Dim.Add(long.TryParse(size, out long known)
                    ? new TensorShapeProto.Types.Dimension { DimValue = known } : new TensorShapeProto.Types.Dimension { DimParam = size });
            }
        }

        return new ValueInfoProto { Name = value.Name, Type = new TypeProto { TensorType = tensor } };
    }

    static NodeProto Node(OnnxNode node)
    {
        NodeProto message = new() { OpType = node.OpType, Name = node.Name, Domain = node.Domain };
        message.Input.AddRange(node.Inputs);
        message.Output.AddRange(node.Outputs);
        foreach (var (name, value) in node.Attributes)
            message.Attribute.Add(Attribute(name, value));
        return message;
    }

    static AttributeProto Attribute(string name, object value)
    {
        AttributeProto message = new() { Name = name };
        switch (value)
        {
            case long number:
                (message.Type, message.I) = (AttributeProto.Types.AttributeType.Int, number);
                break;
            case float number:
                (message.Type, message.F) = (AttributeProto.Types.AttributeType.Float, number);
                break;
            case string text:
                (message.Type, message.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] numbers:
                message.Type = AttributeProto.Types.AttributeType.Ints;
                message.Ints.AddRange(numbers);
                break;
            case float[] numbers:
                message.Type = AttributeProto.Types.AttributeType.Floats;
                message.Floats.AddRange(numbers);
                break;
            case string[] texts:
                message.Type = AttributeProto.Types.AttributeType.Strings;
                message.Strings.AddRange(texts.Select(ByteString.CopyFromUtf8));
                break;
            case Tensor tensor:
                (message.Type, message.T) = (AttributeProto.Types.AttributeType.Tensor, Stored("", tensor));
                break;
        }

        return message;
    }

    static TensorProto Stored(string name, Tensor tensor)
    {
        TensorProto message = new() { Name = name, DataType = (int)OnnxTypes.Code(tensor.ElementType) };
        foreach (int size in tensor.Shape)
            message.Dims.Add(size);
        message.RawData = ByteString.CopyFrom(tensor.ElementType switch
        {
            ElementType.Int64 => MemoryMarshal.AsBytes(tensor.AsSpan<long>()),
            ElementType.Bool => MemoryMarshal.AsBytes(tensor.AsSpan<bool>()),
            ElementType.UInt8 => tensor.AsSpan<byte>(),
            _ => MemoryMarshal.AsBytes(tensor.AsSpan()),
        });
        return message;
    }
}
