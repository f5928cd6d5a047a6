namespace Ballast;

/// <summary>A network that was read from an ONNX file: a module that runs, trains, is frozen, cut, folded, made part of others and exported again.
/// Its nodes are computed by the library's operations, so gradients go back through them.</summary>
/// <remarks>
/// What the graph stores as floats and learns (weights, biases, scales, tables) are parameters under their names in the file, with dots between the
/// parts; running statistics are buffers, and move in training mode unless <see cref="Freezing"/> holds them. Constants such as the bounds of a clip
/// stay what they are.
/// </remarks>
public sealed partial class OnnxGraph : Module, IFoldsItself
{
    NodeGraph graph;
    readonly Dictionary<string, Tensor> stored = [];
    readonly Dictionary<string, GraphNorm> norms = [];

    internal OnnxGraph(NodeGraph graph)
    {
        this.graph = graph;
        TakeStored();
        Eval();
    }

    // Makes what the graph stores parts of the module.
    void TakeStored()
    {
        var kinds = StoredKinds.Of(graph);
        var root = new NameTree(Register, Register, RegisterBuffer);
        foreach (var (name, tensor) in graph.Initializers)
        {
            stored[name] = kinds.GetValueOrDefault(name) switch
            {
                StoredKind.Parameter => root.Add(name, tensor as Parameter ?? new Parameter(tensor)),
                StoredKind.Statistic => root.AddBuffer(name, tensor is Parameter ? tensor.Clone() : tensor),
                _ => tensor,
            };
        }

        foreach (var node in graph.Nodes.Where(static node => node.OpType == "BatchNormalization" && node.Inputs.Length > 2))
        {
            var read = node.Inputs.Skip(1).Select(name => stored.GetValueOrDefault(name)).ToArray();
            norms[node.Outputs[0]] = root.AddPart(node.Name.Length > 0 ? node.Name : node.Outputs[0], new GraphNorm(read));
        }

        graph.Initializers.Clear();
    }

    /// <summary>The names of the inputs, in order.</summary>
    public IReadOnlyList<string> InputNames => [.. graph.Inputs.Select(static input => input.Name)];

    /// <summary>The names of the results, in order.</summary>
    public IReadOnlyList<string> OutputNames => [.. graph.Outputs.Select(static output => output.Name)];

    /// <summary>The version of ONNX's operators that the file has.</summary>
    public int Opset => graph.Opset;

    /// <summary>The texts that the file keeps, by their names.</summary>
    public IReadOnlyDictionary<string, string> Metadata => graph.Metadata;

    /// <summary>The nodes in the order in which they run: their names, operators, and the names of their results.</summary>
    public IReadOnlyList<(string Name, string OpType, IReadOnlyList<string> Outputs)> Nodes =>
        [.. graph.Nodes.Select(static node => (node.Name, node.OpType, (IReadOnlyList<string>)node.Outputs))];

    /// <summary>The sizes of an input's axes as the file has them: a number, or null where it is open; null where the file does not say.</summary>
    /// <param name="index">The input.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public IReadOnlyList<int?>? InputSizes(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, graph.Inputs.Count);
        var input = graph.Inputs[index];
        return input.Sizes is null ? null : [.. input.Sizes.Select((_, axis) => input.Size(axis))];
    }

    /// <summary>The type of an input's elements.</summary>
    /// <param name="index">The input.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public ElementType InputType(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, graph.Inputs.Count);
        return graph.Inputs[index].Type;
    }

    /// <summary>The first result for an input.</summary>
    /// <param name="input">The input.</param>
    /// <exception cref="ArgumentException">The graph has several inputs, or takes none of this type or shape.</exception>
    /// <exception cref="InvalidDataException">A node cannot be computed: the message names it.</exception>
    public override Tensor Forward(Tensor input) => Run([input])[0];

    /// <summary>All results for all inputs.</summary>
    /// <param name="inputs">The inputs, in the order of <see cref="InputNames"/>.</param>
    /// <returns>The results, in the order of <see cref="OutputNames"/>.</returns>
    /// <exception cref="ArgumentException">Another number of inputs, or one of another type or shape.</exception>
    /// <exception cref="InvalidDataException">A node cannot be computed: the message names it.</exception>
    public Tensor[] Run(params ReadOnlySpan<Tensor> inputs)
    {
        Throw.Unless(inputs.Length == graph.Inputs.Count,
            $"OnnxGraph: expected {graph.Inputs.Count} inputs ({string.Join(", ", InputNames)}), got {inputs.Length}.");
        for (int i = 0; i < inputs.Length; i++)
            Check(graph.Inputs[i], inputs[i]);
        return GraphRun.Run(graph, stored, inputs.ToArray(), Training, node => norms.GetValueOrDefault(node.Outputs[0]));
    }

    static void Check(GraphValue expected, Tensor got)
    {
        Throw.Unless(got.ElementType.Joins(expected.Type),
            $"OnnxGraph: the input \"{expected.Name}\" takes {expected.Type.Name()}, got {got.ElementType.Name()} {got.Shape}. Convert it with To.");
        if (expected.Sizes is null)
            return;
        bool fits = got.Shape.Rank == expected.Sizes.Length;
        for (int axis = 0; fits && axis < got.Shape.Rank; axis++)
            fits = expected.Size(axis) is not { } size || size == got.Shape[axis] || size < 1;
        Throw.Unless(fits, $"OnnxGraph: the input \"{expected.Name}\" takes [{string.Join(", ", expected.Sizes)}], got {got.Shape}.");
    }

    /// <summary>The graph up to some values: what follows them is left out. Weights are shared with this one, not copied. A new head follows by
    /// <c>new Sequential(graph.Cut("flatten"), new Linear(512, 10))</c>.</summary>
    /// <param name="names">The names of nodes, or of results of nodes, which become the results.</param>
    /// <exception cref="ArgumentException">There is no such node or value.</exception>
    public OnnxGraph Cut(params ReadOnlySpan<string> names)
    {
        Throw.Unless(names.Length > 0, $"OnnxGraph.Cut: name a node or a value.");
        NodeGraph part = new() { Name = graph.Name, Opset = graph.Opset, IsOwn = graph.IsOwn, Nodes = [.. graph.Nodes] };
        foreach (var (key, value) in graph.Metadata)
            part.Metadata[key] = value;
        part.Inputs.AddRange(graph.Inputs);
        foreach (string name in names)
            part.Outputs.Add(graph.Outputs.Find(output => output.Name == name) ?? new GraphValue(Value(name), ElementType.Float32, null));
        foreach (var (name, tensor) in stored)
            part.Initializers[name] = tensor;
        part.Prune();
        part.Inputs.RemoveAll(input => !part.Outputs.Exists(output => output.Name == input.Name)
            && !part.Nodes.Exists(node => node.Inputs.Contains(input.Name)));
        OnnxGraph cut = new(part);
        cut.Train(OwnMode);
        return cut;
    }

    string Value(string name)
    {
        foreach (var node in graph.Nodes)
        {
            if (node.Outputs.Contains(name))
                return name;
        }

        var named = graph.Nodes.Find(node => node.Name == name);
        if (named is null)
        {
            string known = string.Join(", ", graph.Nodes.Select(static node => node.Title).Take(200));
            Throw.Argument($"OnnxGraph.Cut: there is no node and no value \"{name}\". There are {known}.");
        }

        return named!.Outputs[0];
    }

    /// <summary>The operators, and how many of each.</summary>
    public override string ToString()
    {
        var kinds = graph.Nodes.GroupBy(static node => node.OpType)
            .OrderByDescending(static kind => kind.Count()).ThenBy(static kind => kind.Key, StringComparer.Ordinal);
        return $"OnnxGraph({string.Join(", ", kinds.Select(static kind => $"{kind.Count()} {kind.Key}"))})";
    }

    internal override string Title => $"OnnxGraph \"{graph.Name}\"";
}
