namespace Ballast;

/// <summary>What a stored tensor is to the network.</summary>
enum StoredKind
{
    /// <summary>A number or a list that says what to do.</summary>
    Constant,

    /// <summary>What is learned.</summary>
    Parameter,

    /// <summary>A running mean or variance.</summary>
    Statistic,
}

/// <summary>Tells what is learned from what is not, by who reads it.</summary>
static class StoredKinds
{
    // Inputs whose place alone makes them learned.
    static readonly Dictionary<string, int[]> Learned = new()
    {
        ["Conv"] = [1, 2],
        ["ConvTranspose"] = [1, 2],
        ["Gemm"] = [0, 1, 2],
        ["MatMul"] = [0, 1],
        ["BatchNormalization"] = [1, 2],
        ["InstanceNormalization"] = [1, 2],
        ["GroupNormalization"] = [1, 2],
        ["LayerNormalization"] = [1, 2],
        ["RMSNormalization"] = [1],
        ["SimplifiedLayerNormalization"] = [1],
        ["PRelu"] = [1],
        ["LSTM"] = [1, 2, 3],
        ["GRU"] = [1, 2, 3],
        ["RNN"] = [1, 2, 3],
        ["Gather"] = [0],
        ["Einsum"] = [0, 1],
    };

    // Operators that pass on what they read: whether it is learned is told by who reads that.
    static readonly string[] Passing = ["Reshape", "Transpose", "Unsqueeze", "Squeeze", "Identity", "Expand", "Cast", "Split", "Slice", "Concat"];

    static readonly string[] Arithmetic = ["Add", "Sub", "Mul", "Div", "Max", "Min"];

    /// <summary>What each stored tensor is.</summary>
    public static Dictionary<string, StoredKind> Of(NodeGraph graph)
    {
        Dictionary<string, StoredKind> kinds = [];
        var byReader = graph.Nodes.SelectMany(static node => node.Inputs.Select((name, place) => (name, node, place)))
            .Where(static read => read.name.Length > 0).ToLookup(static read => read.name, static read => (read.node, read.place));
        var made = graph.Nodes.SelectMany(static node => node.Outputs).ToHashSet();
        foreach (var (name, tensor) in graph.Initializers)
        {
            if (tensor.ElementType != ElementType.Float32 || tensor.Length == 0 || (graph.IsOwn && IsNamedConstant(name)))
                continue;
            if (byReader[name].Any(static read => read.node.OpType == "BatchNormalization" && read.place > 2))
                kinds[name] = StoredKind.Statistic;
            else if (byReader[name].Any(read => IsLearned(graph, byReader, read.node, read.place, tensor, 0)))
                kinds[name] = StoredKind.Parameter;
        }

        return kinds;
    }

    /// <summary>Whether a name in one of the library's own files is none of the network's state, where all that is learned has its name.</summary>
    public static bool IsNamedConstant(string name) =>
        name.AsSpan(name.LastIndexOf('/') + 1).StartsWith(GraphRecording.ConstantName) || name.StartsWith("preprocessing.", StringComparison.Ordinal);

    static bool IsLearned(
        NodeGraph graph, ILookup<string, (OnnxNode Node, int Place)> readers, OnnxNode node, int place, Tensor tensor, int depth)
    {
        if (Learned.TryGetValue(node.OpType, out int[]? places))
            return places.Contains(place);
        // A number of its own is a setting; so is one that a node of constants makes.
        if (Arithmetic.Contains(node.OpType))
            return tensor.Shape.Rank > 0 && (tensor.Length > 1 || IsBehindProduct(graph, node));
        return depth < 8 && (place == 0 || node.OpType == "Concat") && Passing.Contains(node.OpType)
            && node.Outputs.Any(output => readers[output].Any(read => IsLearned(graph, readers, read.Node, read.Place, tensor, depth + 1)));
    }

    // The bias of a product with one result.
    static bool IsBehindProduct(NodeGraph graph, OnnxNode node) => node.OpType == "Add"
        && graph.Nodes.Exists(other => other.OpType is "MatMul" or "Conv" or "ConvTranspose" && other.Outputs.Any(node.Inputs.Contains));
}
