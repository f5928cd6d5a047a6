namespace Ballast;

// What a graph is to fine-tuning: a body in front of a head, for batches of any size.
public sealed partial class OnnxGraph
{
    const string BodyMark = "ballast.body";

    /// <summary>The graph without its head, as the body of a network for other classes: up to what goes into its last product with a stored weight
    /// (<c>Gemm</c> or <c>MatMul</c>), or all of it where it has none. Weights are shared with this graph.</summary>
    /// <param name="cut">The name of the node or value to cut behind instead.</param>
    /// <exception cref="ArgumentException">There is no such node or value.</exception>
    public OnnxGraph Body(string? cut = null)
    {
        if (cut is null && graph.Metadata.ContainsKey(BodyMark))
            return this;
        if (cut is not null)
            return Marked(Cut(cut));
        var head = graph.Nodes.FindLast(node => node.OpType is "Gemm" or "MatMul" && node.Inputs.Length > 1
            && stored.ContainsKey(node.Inputs[1]) && !stored.ContainsKey(node.Inputs[0]));
        return head is null ? this : Marked(Cut(head.Inputs[0]));
    }

    // A body that was written and read again is not cut once more.
    static OnnxGraph Marked(OnnxGraph body)
    {
        body.graph.Metadata[BodyMark] = "1";
        return body;
    }

    /// <summary>The same graph for batches of any size, where the file says 1: the first axis of its inputs is open, and shapes that begin with a
    /// 1 take it over from what they reshape. Weights are shared with this graph.</summary>
    /// <exception cref="NotSupportedException">Two samples at once do not give what each gives alone: the graph's nodes go by one.</exception>
    public OnnxGraph OpenBatch()
    {
        if (!graph.Inputs.Exists(static input => input.Size(0) == 1))
            return this;
        var open = Copy();
        open.Inputs.AddRange(graph.Inputs.Select(Open));
        open.Outputs.AddRange(graph.Outputs.Select(Open));
        var reshapes = open.Nodes.Where(static node => node.OpType == "Reshape" && node.Inputs.Length > 1);
        foreach (string shape in reshapes.Select(static node => node.Inputs[1]).ToArray())
        {
            if (stored.GetValueOrDefault(shape) is { ElementType: ElementType.Int64 } sizes && sizes.AsSpan<long>() is [1, _, ..] known)
                open.Initializers[shape] = Tensor.FromInt64([0, .. known[1..]]);
        }

        OnnxGraph result = new(open);
        result.Train(OwnMode);
        RefuseCoupled(result);
        return result;
    }

    /// <summary>Draws all that is learned anew, as for a network that nothing has trained: weights of convolutions and products by He et al. (2015),
    /// scales of normalizations 1, shifts and biases 0, running means 0 and variances 1, which move by a tenth of each batch. Draws from
    /// <see cref="Generator.Default"/>.</summary>
    public void DrawAnew()
    {
        foreach (var node in graph.Nodes)
        {
            // A file of a long training may have statistics that hardly move.
            if (node.OpType == "BatchNormalization")
                node.Attributes.Remove("momentum");
            for (int place = 1; place < node.Inputs.Length; place++)
            {
                if (stored.GetValueOrDefault(node.Inputs[place]) is not { } tensor)
                    continue;
                if (node.OpType == "BatchNormalization" && place > 2)
                    tensor.Assign(place == 3 ? Tensor.Zeros(tensor.Shape) : Tensor.Ones(tensor.Shape));
                else if (tensor is Parameter parameter)
                    parameter.CopyFrom(Drawn(node, place, parameter).ToArray());
            }
        }
    }

    static Tensor Drawn(OnnxNode node, int place, Parameter parameter)
    {
        var shape = parameter.Shape;
        if (place != 1)
            return Tensor.Zeros(shape);
        if (node.OpType is not ("Conv" or "ConvTranspose" or "Gemm" or "MatMul"))
            return shape.Rank < 2 ? Tensor.Ones(shape) : Tensor.Randn(shape) * 0.02;
        bool isProduct = node.OpType is "Gemm" or "MatMul";
        int inputs = isProduct ? shape[node.Attributes.TryGetValue("transB", out object? turned) && turned is 1L ? 1 : shape.Rank - 2]
            : shape.Length / shape[0];
        return Tensor.Randn(shape) * Math.Sqrt(2.0 / inputs);
    }

    /// <summary>A graph that hands its first result on to another one.</summary>
    /// <param name="next">The other one, which has one input.</param>
    /// <param name="prefix">What the names of this graph get in front, so that they differ from the other's.</param>
    internal OnnxGraph Then(OnnxGraph next, string prefix)
    {
        NodeGraph both = new() { Name = next.graph.Name, Opset = Math.Max(graph.Opset, next.graph.Opset), IsOwn = true };
        Throw.Unless(graph.Opset == next.graph.Opset && next.graph.Inputs.Count == 1,
            $"OnnxGraph.Then: expected a graph with one input and opset {graph.Opset}, got {next.graph.Inputs.Count} and {next.graph.Opset}.");
        string Name(string name) => name.Length == 0 ? name : prefix + name;
        string to = next.graph.Inputs[0].Name, from = graph.Outputs[0].Name;
        both.Inputs.AddRange(graph.Inputs.Select(input => input with { Name = Name(input.Name) }));
        both.Nodes.AddRange(graph.Nodes.Select(node => new OnnxNode(node.OpType, [.. node.Inputs.Select(Name)],
            [.. node.Outputs.Select(name => name == from ? to : Name(name))])
        {
            Name = Name(node.Name),
            Domain = node.Domain,
            Attributes = node.Attributes,
        }));
        both.Nodes.AddRange(next.graph.Nodes);
        both.Outputs.AddRange(next.graph.Outputs);
        foreach (var (name, tensor) in stored)
            both.Initializers[Name(name)] = tensor is Parameter ? tensor.Clone() : tensor;
        foreach (var (name, tensor) in next.stored)
            both.Initializers[name] = tensor;
        return new OnnxGraph(both);
    }

    /// <summary>The nodes with their names, texts and stored tensors, without inputs and results.</summary>
    internal NodeGraph Copy()
    {
        NodeGraph copy = new() { Name = graph.Name, Opset = graph.Opset, IsOwn = graph.IsOwn, Nodes = [.. graph.Nodes] };
        foreach (var (key, value) in graph.Metadata)
            copy.Metadata[key] = value;
        foreach (var (name, tensor) in stored)
            copy.Initializers[name] = tensor;
        return copy;
    }

    /// <summary>All of it as nodes.</summary>
    internal NodeGraph Whole()
    {
        var copy = Copy();
        copy.Inputs.AddRange(graph.Inputs);
        copy.Outputs.AddRange(graph.Outputs);
        return copy;
    }

    static GraphValue Open(GraphValue value) =>
        value.Size(0) == 1 ? value with { Sizes = ["N", .. value.Sizes!.Skip(1)] } : value;

    // Two samples together have to give what each gives alone.
    static void RefuseCoupled(OnnxGraph graph)
    {
        var sizes = graph.graph.Inputs.Count == 1 ? graph.InputSizes(0) : null;
        if (sizes is null || graph.InputType(0) != ElementType.Float32 || sizes.Skip(1).Any(static size => size is not > 0))
            return;
        Shape one = new([1, .. sizes.Skip(1).Select(static size => size!.Value)]);
        using var off = Tensor.NoGrad();
        using var evaluation = ModeScope.Begin(training: false);
        Tensor[] samples = [Ramp(one, 0), Ramp(one, 1)];
        Tensor[] alone = [.. samples.Select(sample => graph.Run(sample)[0])];
        float most = alone.Max(static values => values.Abs().Max().Item());
        string? fault = null;
        try
        {
            var together = graph.Run(Tensor.Concat(samples, 0))[0];
            var difference = together.Shape[0] == 2 ? (together - Tensor.Concat(alone, 0)).Abs().Max().Item() : float.NaN;
            fault = difference <= 1e-4f * most ? null : $"they differ by {difference} of {most}, result {together.Shape}";
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException)
        {
            fault = error.Message;
        }

        if (fault is not null)
            throw new NotSupportedException(
                $"OnnxGraph.OpenBatch: the file is made for one sample at a time, and two at once do not give what each gives alone: {fault}. "
                + "Export it with an open batch axis.");
    }

    static Tensor Ramp(Shape shape, int which)
    {
        float[] values = new float[shape.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = (i * (7 + 4 * which) % 101) / 101f;
        return Tensor.From(values, shape);
    }
}
