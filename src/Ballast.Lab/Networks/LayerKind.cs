namespace Ballast.Lab;

/// <summary>A layer that a <see cref="LayerText"/> can name.</summary>
public sealed class LayerKind
{
    internal LayerKind(string name, string usage, string summary, Func<LayerArguments, LayerMaker> read)
    {
        Name = name;
        Usage = usage;
        Summary = summary;
        Read = read;
    }

    /// <summary>Its name: <c>linear</c>.</summary>
    public string Name { get; }

    /// <summary>How it is written, with its settings and their defaults: <c>linear:OUT,bias=true</c>.</summary>
    public string Usage { get; }

    /// <summary>What it does, in a few words.</summary>
    public string Summary { get; }

    /// <summary>Takes the settings, each by its name, and gives what makes the layer.</summary>
    internal Func<LayerArguments, LayerMaker> Read { get; }
}

/// <summary>Makes a layer for samples of a shape (without a batch axis), and says the shape of what it gives. An
/// <see cref="ArgumentException"/> refuses the shape.</summary>
delegate (Module Layer, Shape Output) LayerMaker(Shape input);
