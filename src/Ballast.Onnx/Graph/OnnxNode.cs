namespace Ballast;

/// <summary>A node of an ONNX graph: what it computes, of which values, and the names of its results.</summary>
/// <param name="opType">The operator, as ONNX spells it: <c>Conv</c>.</param>
/// <param name="inputs">Names of values; empty for an optional one that is not there.</param>
/// <param name="outputs">Names of results; empty for one that nobody asks for.</param>
sealed class OnnxNode(string opType, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs)
{
    /// <summary>The operator.</summary>
    public string OpType => opType;

    /// <summary>The node's own name, perhaps empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>What the node is called: by its own name, or its first result's.</summary>
    public string Title => Name.Length > 0 ? Name : Outputs.FirstOrDefault() ?? "";

    /// <summary>The set of operators; empty for ONNX's own.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Names of values that are read.</summary>
    public string[] Inputs { get; } = [.. inputs];

    /// <summary>Names of values that are computed.</summary>
    public string[] Outputs { get; } = [.. outputs];

    /// <summary>A <see cref="long"/>, a <see cref="float"/>, a <see cref="string"/>, an array of these, or a <see cref="Tensor"/> by name.</summary>
    public Dictionary<string, object> Attributes { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Name.Length > 0 ? $"{OpType} \"{Name}\"" : $"{OpType} of \"{Title}\"";

    /// <summary>The same node with other inputs.</summary>
    public OnnxNode WithInputs(IReadOnlyList<string> names) => new(OpType, names, Outputs) { Name = Name, Domain = Domain, Attributes = Attributes };

    /// <summary>The same node with other results.</summary>
    public OnnxNode WithOutputs(IReadOnlyList<string> names) => new(OpType, Inputs, names) { Name = Name, Domain = Domain, Attributes = Attributes };
}

/// <summary>An input or a result of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Sizes">A size, or the name of one that is open, for each axis; null where the file says nothing.</param>
sealed record GraphValue(string Name, ElementType Type, string[]? Sizes)
{
    /// <summary>The size of an axis; null where it is open or not said.</summary>
    public int? Size(int axis) => Sizes is not null && axis < Sizes.Length && int.TryParse(Sizes[axis], out int size) ? size : null;
}
