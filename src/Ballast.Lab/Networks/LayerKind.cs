namespace Ballast.Lab;

/// <summary>A layer that a <see cref="LayerText"/> can name.</summary>
/// <remarks>A kind of one's own is made known by <see cref="LayerKinds.Register"/>:
/// <code>
/// LayerKinds.Register(new LayerKind("scale", "scale:FACTOR", "each value times FACTOR", static settings =&gt;
/// {
///     double factor = settings.LeadingNumber("factor", 1);
///     return input =&gt; LayerPlan.Of(new Scale(factor), input);
/// }));
/// </code>
/// </remarks>
public sealed class LayerKind
{
    /// <summary>Describes a kind of layer.</summary>
    /// <param name="name">Its name: letters, digits and hyphens.</param>
    /// <param name="usage">How it is written, with its settings and their defaults.</param>
    /// <param name="summary">What it does, in a few words.</param>
    /// <param name="read">Takes the settings, each by its name, and gives what plans the layer for a shape. It is called once for each
    /// time that the layer is written.</param>
    public LayerKind(string name, string usage, string summary, Func<LayerArguments, LayerMaker> read)
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

/// <summary>Plans a layer for samples of a shape (without a batch axis). An <see cref="ArgumentException"/> refuses the shape: its message
/// is shown with the layer's place in the text.</summary>
/// <param name="input">The shape of a sample that the layer is given.</param>
public delegate LayerPlan LayerMaker(Shape input);

/// <summary>A layer that fits what comes before it and need not be there yet: all layers of a network are planned before the first
/// one draws its weights, which may take gigabytes.</summary>
/// <param name="Make">Makes the layer, or gives it where it is made already.</param>
/// <param name="Output">The shape of what it gives, without a batch axis.</param>
public readonly record struct LayerPlan(Func<Module> Make, Shape Output)
{
    /// <summary>The plan of a layer that has no more parameters than its samples have values, and draws none of them.</summary>
    public static LayerPlan Of(Module layer, Shape output) => new(() => layer, output);
}
