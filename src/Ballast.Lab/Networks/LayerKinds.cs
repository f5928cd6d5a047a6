namespace Ballast.Lab;

/// <summary>The layers that a <see cref="LayerText"/> can name. A new layer is one more entry here, or one that a program outside
/// registers.</summary>
public static class LayerKinds
{
    static readonly Lock registering = new();

    static volatile LayerKind[] all =
    [
        new("flatten", "flatten", "all axes of a sample as one", static _ =>
            static input => LayerPlan.Of(new Flatten(), [input.Length])),

        new("linear", "linear:OUT[,bias=true]", "OUT weighted sums of the inputs", static settings =>
        {
            int outputs = settings.Count("out");
            bool bias = settings.Flag("bias", true);
            return input => (long)input[^1] * outputs <= int.MaxValue
                ? new(() => new Linear(input[^1], outputs, bias), input.WithLast(outputs))
                : throw new ArgumentException(
                    $"linear: {input[^1]} inputs and {outputs} outputs make more than {int.MaxValue} weights.");
        }),

        new("conv", "conv:OUT,KERNEL[,stride=1,padding=0,dilation=1,groups=1,bias=true]",
            "OUT convolutions with KERNEL x KERNEL weights for each channel", static settings =>
            Convolution("conv", settings, static (input, layer) => new Conv2d(
                input, layer.Outputs, layer.Kernel, layer.Stride, layer.Padding, layer.Dilation, layer.Groups, layer.Bias))),

        new("wsconv", "wsconv:OUT,KERNEL[,stride=1,padding=0,dilation=1,groups=1,bias=true,eps=1e-6]",
            "the same with weights brought to mean 0 and variance 1", static settings =>
        {
            double eps = settings.Number("eps", 1e-6);
            return Convolution("wsconv", settings, (input, layer) => new WeightStandardizedConv2d(
                input, layer.Outputs, layer.Kernel, layer.Stride, layer.Padding, layer.Dilation, layer.Groups, layer.Bias, eps));
        }),

        new("maxpool", "maxpool:KERNEL[,stride=KERNEL,padding=0,dilation=1,ceil=false]",
            "the largest value of each KERNEL x KERNEL window", static settings =>
        {
            int kernel = settings.Count("kernel");
            var (stride, padding) = (settings.CountOrNull("stride"), settings.Count("padding", 0, least: 0));
            int dilation = settings.Count("dilation", 1);
            bool ceil = settings.Flag("ceil", false);
            return input => Pool("maxpool", new MaxPool2d(kernel, stride, padding, dilation, ceil), input);
        }),

        new("avgpool", "avgpool:KERNEL[,stride=KERNEL,padding=0,ceil=false,countpad=true]",
            "the mean of each KERNEL x KERNEL window", static settings =>
        {
            int kernel = settings.Count("kernel");
            var (stride, padding) = (settings.CountOrNull("stride"), settings.Count("padding", 0, least: 0));
            bool ceil = settings.Flag("ceil", false), count = settings.Flag("countpad", true);
            return input => Pool("avgpool", new AvgPool2d(kernel, stride, padding, ceil, count), input);
        }),

        new("globalavgpool", "globalavgpool", "the mean of each channel over the whole image", static _ =>
            static input => LayerPlan.Of(new GlobalAvgPool2d(), [Channels("globalavgpool", input), 1, 1])),

        new("adaptiveavgpool", "adaptiveavgpool:SIZE", "the mean of each of SIZE x SIZE parts of the image", static settings =>
        {
            int size = settings.Count("size");
            return input => LayerPlan.Of(new AdaptiveAvgPool2d(size), [Channels("adaptiveavgpool", input), size, size]);
        }),

        new("adaptivemaxpool", "adaptivemaxpool:SIZE", "the largest value of each of SIZE x SIZE parts of the image", static settings =>
        {
            int size = settings.Count("size");
            return input => LayerPlan.Of(new AdaptiveMaxPool2d(size), [Channels("adaptivemaxpool", input), size, size]);
        }),

        .. NormalizationKinds.All,
        .. ActivationKinds.All,
    ];

    /// <summary>All of them: Ballast's own, then those that were registered.</summary>
    public static IReadOnlyList<LayerKind> All => all;

    /// <summary>Makes a layer of one's own known by its name, for the rest of this process: to layer texts, runs and studies. A run that
    /// was trained with it is opened by programs that have registered it.</summary>
    /// <exception cref="ArgumentException">Its name is not letters, digits and hyphens, or is that of another layer or network.
    /// </exception>
    public static void Register(LayerKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (kind.Name.Length == 0 || !kind.Name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
            throw new ArgumentException($"LayerKinds: expected a name of letters, digits and hyphens, got \"{kind.Name}\".");
        if (NamedNetworks.IsName(kind.Name))
            throw new ArgumentException($"LayerKinds: \"{kind.Name}\" is the name of a network already. Choose another one.");
        lock (registering)
        {
            if (Find(kind.Name) is not null)
                throw new ArgumentException($"LayerKinds: \"{kind.Name}\" is the name of a layer already. Choose another one.");
            all = [.. all, kind];
        }
    }

    /// <summary>The layer of a name, in small or capital letters; null if there is none.</summary>
    public static LayerKind? Find(string name) =>
        All.FirstOrDefault(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    readonly record struct ConvolutionSettings(
        int Outputs, int Kernel, int Stride, int Padding, int Dilation, int Groups, bool Bias);

    static LayerMaker Convolution(string name, LayerArguments settings, Func<int, ConvolutionSettings, Conv2d> make)
    {
        var layer = new ConvolutionSettings(
            settings.Count("out"), settings.Count("kernel"), settings.Count("stride", 1), settings.Count("padding", 0, least: 0),
            settings.Count("dilation", 1), settings.Count("groups", 1), settings.Flag("bias", true));
        return input =>
        {
            int channels = Channels(name, input);
            var output = Conv2d.OutputShape(
                input.Batched(1), layer.Outputs, layer.Kernel, layer.Stride, layer.Padding, layer.Dilation, layer.Groups);
            return new(() => make(channels, layer), Sample(output));
        };
    }

    static LayerPlan Pool(string name, Pooling layer, Shape input)
    {
        Channels(name, input);
        return LayerPlan.Of(layer, Sample(layer.OutputShape(input.Batched(1))));
    }

    // The channels of an image.
    static int Channels(string name, Shape input) => input.Rank == 3
        ? input[0]
        : throw new ArgumentException($"{name}: expected a sample of shape [C, H, W], got {input}. Put it before flatten.");

    static Shape Sample(Shape batch) => new(batch.ToArray().AsSpan(1));
}
