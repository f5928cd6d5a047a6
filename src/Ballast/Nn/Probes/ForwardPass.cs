namespace Ballast;

/// <summary>A layer that has just run, as a <see cref="Probe"/> shows it.</summary>
public readonly ref struct ForwardPass
{
    readonly ReadOnlySpan<Tensor> inputs, outputs;

    internal ForwardPass(string name, Module layer, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        Name = name;
        Layer = layer;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /// <summary>The layer's name in the network.</summary>
    public string Name { get; }

    /// <summary>The layer.</summary>
    public Module Layer { get; }

    /// <summary>What went in: the first of several inputs.</summary>
    public ObservedValues Input => new(inputs[0]);

    /// <summary>What came out: the first of several results.</summary>
    public ObservedValues Output => new(outputs[0]);

    /// <summary>The number of inputs.</summary>
    public int Inputs => inputs.Length;

    /// <summary>The number of results.</summary>
    public int Outputs => outputs.Length;

    /// <summary>One of several inputs.</summary>
    /// <exception cref="IndexOutOfRangeException">There are fewer.</exception>
    public ObservedValues InputAt(int index) => new(inputs[index]);

    /// <summary>One of several results.</summary>
    /// <exception cref="IndexOutOfRangeException">There are fewer.</exception>
    public ObservedValues OutputAt(int index) => new(outputs[index]);

    /// <summary>Whether gradients are recorded, as they are in training and not in an evaluation.</summary>
    public bool RecordsGradients { get; } = Tensor.Recording;
}
