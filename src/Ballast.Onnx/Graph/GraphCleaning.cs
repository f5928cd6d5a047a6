using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>Leaves out of a graph what it can do without.</summary>
static class GraphCleaning
{
    const int SmallValues = 64;

    /// <summary>Makes one of equal small constants, and of the nodes that only pass a value on to a result's name.</summary>
    public static void Share(NodeGraph graph)
    {
        Dictionary<string, string> known = [], same = [];
        foreach (var (name, tensor) in graph.Initializers)
        {
            // What has a name in the network's state keeps it.
            if (tensor.Length > SmallValues || tensor is Parameter || !name.Contains("constant", StringComparison.Ordinal))
                continue;
            string key = $"{tensor.ElementType} {tensor.Shape} {Convert.ToHexString(Bytes(tensor))}";
            if (!known.TryAdd(key, name))
                same[name] = known[key];
        }

        foreach (string name in same.Keys)
            graph.Initializers.Remove(name);
        graph.Nodes = [.. graph.Nodes.Select(node => node.Inputs.Any(same.ContainsKey)
            ? node.WithInputs(Array.ConvertAll(node.Inputs, input => same.GetValueOrDefault(input, input))) : node)];
        Rename(graph);
    }

    /// <summary>Makes what is added to each channel of a transposed convolution alone its bias.</summary>
    public static void GiveBiases(NodeGraph graph)
    {
        var readers = graph.CountReaders();
        var makers = graph.Nodes.SelectMany(static node => node.Outputs.Select(output => (output, node))).ToDictionary();
        OnnxNode? Maker(string name, string opType) => makers.GetValueOrDefault(name) is { } node && node.OpType == opType ? node : null;
        foreach (var sum in graph.Nodes.Where(static node => node.OpType == "Add").ToList())
        {
            if (Maker(sum.Inputs[0], "ConvTranspose") is not { Inputs.Length: 2 } product || readers[sum.Inputs[0]] != 1
                || Maker(sum.Inputs[1], "Reshape") is not { } reshape
                || !graph.Initializers.TryGetValue(reshape.Inputs[0], out var bias) || bias.Shape.Rank != 1
                || !graph.Initializers.TryGetValue(product.Inputs[1], out var weight)
                || !graph.Initializers.TryGetValue(reshape.Inputs[1], out var sizes)
                || !sizes.AsSpan<long>().SequenceEqual([bias.Length, .. Enumerable.Repeat(1L, weight.Shape.Rank - 2)]))
                continue;
            graph.Nodes[graph.Nodes.IndexOf(product)] = product.WithInputs([.. product.Inputs, reshape.Inputs[0]]).WithOutputs(sum.Outputs);
            graph.Nodes.Remove(sum);
        }
    }

    /// <summary>Makes stored tensors of constants that stand in nodes, as some programs write weights.</summary>
    public static void Store(NodeGraph graph)
    {
        foreach (var node in graph.Nodes)
        {
            if (node.OpType == "Constant" && OnnxOperators.Run(new OperatorCall(node, [], graph.Opset))[0] is { } value)
                graph.Initializers[node.Outputs[0]] = value;
        }

        graph.Nodes.RemoveAll(node => node.OpType == "Constant" && graph.Initializers.ContainsKey(node.Outputs[0]));
    }

    // A node that computes a result takes its name, where nobody else does.
    static void Rename(NodeGraph graph)
    {
        var made = graph.Nodes.SelectMany(static node => node.Outputs.Select(output => (output, node))).ToDictionary();
        foreach (var identity in graph.Nodes.Where(static node => node.OpType == "Identity").ToList())
        {
            string from = identity.Inputs[0], to = identity.Outputs[0];
            if (!made.TryGetValue(from, out var maker) || maker.OpType == "Identity" || graph.Outputs.Exists(output => output.Name == from)
                || !graph.Outputs.Exists(output => output.Name == to))
                continue;
            graph.Nodes.Remove(identity);
            string Renamed(string name) => name == from ? to : name;
            for (int i = 0; i < graph.Nodes.Count; i++)
            {
                var node = graph.Nodes[i];
                if (node.Inputs.Contains(from))
                    node = node.WithInputs(Array.ConvertAll(node.Inputs, Renamed));
                if (node.Outputs.Contains(from))
                    node = node.WithOutputs(Array.ConvertAll(node.Outputs, Renamed));
                graph.Nodes[i] = node;
            }

            made = graph.Nodes.SelectMany(static node => node.Outputs.Select(output => (output, node))).ToDictionary();
        }
    }

    static ReadOnlySpan<byte> Bytes(Tensor tensor) => tensor.ElementType switch
    {
        ElementType.Int64 => MemoryMarshal.AsBytes(tensor.AsSpan<long>()),
        ElementType.Bool => MemoryMarshal.AsBytes(tensor.AsSpan<bool>()),
        ElementType.UInt8 => tensor.AsSpan<byte>(),
        _ => MemoryMarshal.AsBytes(tensor.AsSpan()),
    };
}
