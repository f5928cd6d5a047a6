using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>The nodes that a network's forward pass comes to, as they are met. Each is computed at once by what it means in ONNX, so that what
/// is recorded is what was computed; what follows from constants alone is computed and leaves no node.</summary>
/// <param name="opset">The version of the operators.</param>
/// <param name="place">Tells where in the network the pass is, as names begin: <c>layer1.0.conv1</c>.</param>
sealed class GraphRecording(int opset, Func<string> place)
{
    /// <summary>What a constant is called that is no part of the network's state.</summary>
    public const string ConstantName = "constant";

    /// <summary>What a constant is called that follows from the network's state.</summary>
    public const string ComputedName = "computed";

    readonly Dictionary<Tensor, string> names = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<string> taken = [];
    readonly Dictionary<string, int> counts = [];

    /// <summary>The version of the operators.</summary>
    public int Opset => opset;

    /// <summary>The nodes so far.</summary>
    public List<OnnxNode> Nodes { get; } = [];

    /// <summary>The constants that nodes read, by their names.</summary>
    public Dictionary<string, Tensor> Constants { get; } = [];

    /// <summary>Keeps a name from being given to anything else.</summary>
    public void Reserve(string name) => taken.Add(name);

    /// <summary>A constant.</summary>
    public GraphTensor Constant(Tensor tensor, string? origin = null) => new(this, tensor, null, origin);

    /// <summary>A number without axes.</summary>
    public GraphTensor Number(double value) => Constant(Tensor.From([(float)value], Shape.Scalar));

    /// <summary>Whole numbers as a list.</summary>
    public GraphTensor Longs(params int[] values) => Constant(Tensor.FromInt64(values, [values.Length]));

    /// <summary>A whole number as a list of one.</summary>
    public GraphTensor Longs(long value) => Constant(Tensor.FromInt64([value], [1]));

    /// <summary>Adds a node with one result.</summary>
    public GraphTensor Add(string opType, GraphTensor?[] inputs, params (string Name, object Value)[] attributes) =>
        Add(opType, inputs, 1, fold: true, attributes)[0];

    /// <summary>Adds a node.</summary>
    /// <param name="opType">The operator.</param>
    /// <param name="inputs">What it reads; null for what is left out.</param>
    /// <param name="results">How many results it has.</param>
    /// <param name="fold">Whether it is computed at once where all inputs are constants.</param>
    /// <param name="attributes">Its attributes.</param>
    public GraphTensor[] Add(string opType, GraphTensor?[] inputs, int results, bool fold, params (string Name, object Value)[] attributes)
    {
        int count = inputs.Length;
        while (count > 0 && inputs[count - 1] is null)
            count--;
        inputs = inputs[..count];
        var values = attributes.ToDictionary(static entry => entry.Name, static entry => entry.Value);
        bool constant = fold && inputs.All(static input => input is null or { IsConstant: true });
        string[] outputs = constant ? new string[results] : [.. Enumerable.Range(0, results).Select(_ => Fresh(opType))];
        if (constant)
            Array.Fill(outputs, "constant");
        var read = Array.ConvertAll(inputs, input => input is null ? "" : constant ? "constant" : NameOf(input));
        OnnxNode node = new(opType, read, outputs) { Name = constant ? "" : outputs[0], Attributes = values };
        var computed = OnnxOperators.Run(new OperatorCall(node, Array.ConvertAll(inputs, static input => input?.Tensor), opset));
        if (!constant)
            Nodes.Add(node);
        // A constant in another order or shape is still the network's own.
        bool views = constant && inputs[0] is { Origin: not null }
            && opType is "Reshape" or "Transpose" or "Expand" or "Gather" or "Slice" or "Squeeze" or "Unsqueeze";
        bool ofState = constant && inputs.Any(static input => input is { IsComputed: true } or { Origin: not null });
        return
        [
            .. outputs.Select((name, i) => new GraphTensor(
                this, Settled(computed[i]!), constant ? null : name, views ? inputs[0]!.Origin : null, ofState)
            {
                View = views ? new StateView(opType, inputs, attributes) : null,
            }),
        ];
    }

    /// <summary>Adds a node of two inputs that are brought to one type.</summary>
    public GraphTensor Pair(string opType, GraphTensor x, GraphTensor y)
    {
        var type = Rank(x.Type) >= Rank(y.Type) ? x.Type : y.Type;
        return Add(opType, [x.To(type), y.To(type)]);

        static int Rank(ElementType type) => type switch { ElementType.Bool => 0, ElementType.UInt8 => 1, ElementType.Int64 => 2, _ => 3 };
    }

    /// <summary>The name under which a value is read.</summary>
    public string NameOf(GraphTensor value)
    {
        if (value.Name is { } known)
            return known;
        if (names.TryGetValue(value.Tensor, out string? name))
            return name;
        if (value.View is { } view)
            return names[value.Tensor] = Add(view.OpType, view.Inputs, 1, fold: false, view.Attributes)[0].Name!;
        // What runs twice reads the same weights.
        if (value.Origin is { } own && Constants.TryGetValue(own, out var kept) && kept.Shape == value.Shape
            && kept.ElementType == ElementType.Float32 && value.Type == ElementType.Float32 && kept.AsSpan().SequenceEqual(value.Tensor.AsSpan()))
            return names[value.Tensor] = own;
        name = value.Origin is { Length: > 0 } origin ? Free(origin) : Fresh(value.IsComputed ? ComputedName : ConstantName);
        names[value.Tensor] = name;
        Constants[name] = value.Tensor;
        return name;
    }

    // Deferred values are computed here, so that nothing that was recorded is computed twice.
    static Tensor Settled(Tensor tensor)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _ = tensor.Memory;
        return tensor;
    }

    string Fresh(string kind)
    {
        string stem = place() is { Length: > 0 } at ? $"{at}/{kind}" : kind;
        int count = counts[stem] = counts.GetValueOrDefault(stem) + 1;
        return Free(count == 1 ? stem : $"{stem}_{count}");
    }

    string Free(string name)
    {
        string free = name;
        for (int i = 2; !taken.Add(free); i++)
            free = $"{name}_{i}";
        return free;
    }
}
