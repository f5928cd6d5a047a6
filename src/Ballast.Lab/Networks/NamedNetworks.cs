namespace Ballast.Lab;

/// <summary>A network that has a name.</summary>
/// <param name="Name">What it is called: <c>mlp</c>.</param>
/// <param name="Summary">What it is, in a few words.</param>
/// <param name="Layers">Its <see cref="LayerText"/>; for a model that is a class of the library, its name once more.</param>
public sealed record NamedNetwork(string Name, string Summary, string Layers)
{
    /// <summary>Makes the model for images of a shape [C, H, W] and for some classes; null for a layer text.</summary>
    internal Func<Shape, int, Module>? Make { get; init; }

    /// <summary>Makes the model with other normalizations; null where it has a <see cref="Chain"/> for that, and where they cannot be
    /// exchanged.</summary>
    internal Func<int, int, NormLayer?, Module>? MakeWith { get; init; }

    /// <summary>The same network as a chain of layers, in which normalizations can be put elsewhere; null where it is none. Its
    /// initial weights are the same for the same seed.</summary>
    internal string? Chain
    {
        get => field ?? (Make is null ? Layers : null);
        init;
    }

    /// <summary>Whether it tells a class for each pixel, which no run, study or examination of classes of images can use.</summary>
    public bool TellsPixels { get; internal init; }

    /// <summary>Refuses to exchange the normalizations of a model that has them as they were published.</summary>
    internal string NotExchanged =>
        $"{Name} has the normalizations that it was published with, and they cannot be exchanged. Networks with normalizations to choose: "
        + $"{string.Join(", ", NamedNetworks.All.Where(static known => known.MakeWith is not null).Select(static known => known.Name))}, "
        + "or a chain: layers of your own, mlp or vgg-small.";
}

/// <summary>The networks that have names.</summary>
public static class NamedNetworks
{
    /// <summary>The tutorial's network, as <see cref="Mlp"/> is.</summary>
    public static NamedNetwork Tutorial { get; } = new(
        "mlp", "the tutorial's network", "flatten linear:64 batchnorm relu linear:32 batchnorm relu linear:10");

    /// <summary>The tutorial's network without its batch normalization.</summary>
    public static NamedNetwork TutorialWithout { get; } = new(
        "mlp-plain", "the same without batch normalization", "flatten linear:64 relu linear:32 relu linear:10");

    const string VggSmallChain =
        "conv:32,3,padding=1,bias=false batchnorm relu conv:32,3,padding=1,bias=false batchnorm relu maxpool:2 "
        + "conv:64,3,padding=1,bias=false batchnorm relu conv:64,3,padding=1,bias=false batchnorm relu maxpool:2 "
        + "conv:128,3,padding=1,bias=false batchnorm relu globalavgpool flatten linear:10";

    /// <summary>The library's own, whose normalizations can be exchanged.</summary>
    public static IReadOnlyList<NamedNetwork> All { get; } =
    [
        Tutorial,
        TutorialWithout,
        Model("vgg-small", "five 3x3 convolutions with batch normalization", static (channels, classes) => new VggSmall(channels, classes))
            with { Chain = VggSmallChain },
        Model("resnet20", "20 layers in residual blocks, for small images",
            static (channels, classes, norm) => new ResNet20(channels, classes, norm: norm)),
        Model("resnet18", "18 layers in residual blocks, for images of about 224 pixels",
            static (channels, classes, norm) => new ResNet18(channels, classes, norm: norm)),
        Model("airbench", "six 3x3 convolutions behind a whitening one, for 10 epochs of CIFAR-10",
            static (channels, classes, norm) => new AirBench(channels, classes, norm: norm)),
    ];

    /// <summary>Those of <see cref="ModelCatalog"/> besides.</summary>
    public static IReadOnlyList<NamedNetwork> Published { get; } =
        [.. ModelCatalog.Names.Where(static name => All.All(known => known.Name != name)).Select(PublishedNetworks.Of)];

    /// <summary>The names of <see cref="All"/>, then of <see cref="Published"/>.</summary>
    public static IEnumerable<string> Names => All.Concat(Published).Select(static known => known.Name);

    /// <summary>Refuses a network that does not tell the class of an image.</summary>
    /// <exception cref="ArgumentException">It tells a class for each pixel.</exception>
    public static void RefusePixels(string layers)
    {
        if (Known(layers) is { TellsPixels: true } network)
        {
            throw new ArgumentException(
                $"{network.Name} tells a class for each pixel; expected a network that tells the class of an image, as runs, studies and the "
                    + "doctor of the command train. Train it with masks by a program, as samples/Segmentation.cs does; ballast convert takes its "
                    + "weights in and out.");
        }
    }

    /// <summary>Whether a network has this name.</summary>
    public static bool IsName(string name) => Known(name) is not null;

    /// <summary>The network of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message suggests the nearest.</exception>
    public static NamedNetwork Find(string name) =>
        Known(name) ?? throw new ArgumentException($"There is no model \"{name}\". {Suggestion.Of(name, Names)}");

    static NamedNetwork? Known(string name) =>
        All.Concat(Published).FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The model that is a class and has this name; null where there is none.</summary>
    internal static NamedNetwork? FindModel(string name) => Known(name) is { Make: not null } model ? model : null;

    /// <summary>Reads what describes a network, and makes nothing.</summary>
    /// <param name="layers">A <see cref="LayerText"/>, or the name of a model that is a class of the library, perhaps with other
    /// normalizations: <c>resnet20 after batchnorm</c>.</param>
    /// <exception cref="LayerTextException">A mistake in the text.</exception>
    public static void Check(string layers)
    {
        if (FindModel(layers) is null && NormalizedModel.Read(layers) is null)
            LayerText.Parse(layers);
    }

    /// <summary>Makes a network, drawing its initial weights from <see cref="Generator.Default"/>.</summary>
    /// <param name="layers">A <see cref="LayerText"/>, or the name of a model that is a class of the library, perhaps with other
    /// normalizations: <c>resnet20 after batchnorm</c>.</param>
    /// <param name="sampleShape">One sample, without a batch axis: <c>[3, 32, 32]</c>.</param>
    /// <param name="classes">How many classes it has to tell apart.</param>
    /// <exception cref="LayerTextException">A mistake in the text, or layers that do not fit each other, the samples or the
    /// classes.</exception>
    /// <exception cref="ArgumentException">Samples that the model does not take.</exception>
    public static Module Build(string layers, Shape sampleShape, int classes)
    {
        var model = FindModel(layers);
        var changed = model is null ? NormalizedModel.Read(layers) : null;
        if (model is null && changed is null)
            return LayerText.Parse(layers).Build(sampleShape, classes);
        if (sampleShape.Rank != 3)
            throw new ArgumentException($"{layers}: expected samples of shape [C, H, W], got {sampleShape}. It is made for images.");
        return model is null ? changed!.Build(sampleShape, classes) : model.Make!(sampleShape, classes);
    }

    static NamedNetwork Model(string name, string summary, Func<int, int, Module> make) =>
        new(name, summary, name) { Make = (sample, classes) => make(sample[0], classes) };

    static NamedNetwork Model(string name, string summary, Func<int, int, NormLayer?, Module> make) =>
        new(name, summary, name) { Make = (sample, classes) => make(sample[0], classes, null), MakeWith = make };
}
