namespace Ballast;

/// <summary>One operation that a network asks for, about to become nodes.</summary>
/// <param name="recorder">Who records.</param>
/// <param name="node">The operation.</param>
/// <param name="inputs">Its inputs in the graph.</param>
sealed class Emission(Recorder recorder, Node node, GraphTensor?[] inputs)
{
    /// <summary>The operation.</summary>
    public Node Node => node;

    /// <summary>Who records.</summary>
    public Recorder Recorder => recorder;

    /// <summary>The graph.</summary>
    public GraphRecording Graph => recorder.Recording;

    /// <summary>The first input.</summary>
    public GraphTensor X => inputs[0]!;

    /// <summary>An input; null where it is not there.</summary>
    public GraphTensor? this[int index] => index < inputs.Length ? inputs[index] : null;

    /// <summary>All inputs.</summary>
    public GraphTensor?[] Inputs => inputs;

    /// <summary>An axis attribute.</summary>
    public int Axis => node.Get<int>("axis");

    /// <summary>The axes of a reduction; null for all.</summary>
    public int[]? Axes => node.Get<int[]?>("axes");

    /// <summary>Whether a reduction keeps its axes.</summary>
    public bool Keeps => node.Get<bool>("keep_axes");

    /// <summary>A number.</summary>
    public double Number(string name) => node.Get<double>(name);

    /// <summary>A refusal of what ONNX does not have.</summary>
    public NotSupportedException Refusal(string why) => new(
        $"{recorder.Where} cannot be exported: its operation {node.Name} {why}. "
            + "Export a network without it, or compute that part outside of the network.");
}
