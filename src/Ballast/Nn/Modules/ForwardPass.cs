namespace Ballast;

/// <summary>A layer that has just run, as a <see cref="Probe"/> shows it.</summary>
public readonly ref struct ForwardPass
{
    internal ForwardPass(string name, Module layer, Tensor input, Tensor output)
    {
        Name = name;
        Layer = layer;
        Input = new ObservedValues(input);
        Output = new ObservedValues(output);
    }

    /// <summary>The layer's name in the network.</summary>
    public string Name { get; }

    /// <summary>The layer.</summary>
    public Module Layer { get; }

    /// <summary>What went in.</summary>
    public ObservedValues Input { get; }

    /// <summary>What came out.</summary>
    public ObservedValues Output { get; }

    /// <summary>Whether gradients are recorded, as they are in training and not in an evaluation.</summary>
    public bool RecordsGradients { get; } = Tensor.Recording;
}
