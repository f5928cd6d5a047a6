namespace Ballast.Lab;

/// <summary>The layers that a <see cref="LayerText"/> can name. A new layer is one more entry here.</summary>
public static class LayerKinds
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<LayerKind> All { get; } =
    [
        new("flatten", "flatten", "all axes of a sample as one", static _ =>
            static input => (new Flatten(), [input.Length])),

        new("linear", "linear:OUT[,bias=true]", "OUT weighted sums of the inputs", static settings =>
        {
            int outputs = settings.Count("out");
            bool bias = settings.Flag("bias", true);
            return input => (long)input[^1] * outputs <= int.MaxValue
                ? (new Linear(input[^1], outputs, bias), input.WithLast(outputs))
                : throw new ArgumentException(
                    $"linear: {input[^1]} inputs and {outputs} outputs make more than {int.MaxValue} weights.");
        }),

        new("batchnorm", "batchnorm[:momentum=0.1,eps=1e-5,affine=true,track=true]",
            "batch normalization; momentum=null averages over all batches", static settings =>
        {
            double? momentum = settings.NumberOrNull("momentum", 0.1);
            double eps = settings.Number("eps", 1e-5);
            bool affine = settings.Flag("affine", true), track = settings.Flag("track", true);
            return input => input.Rank is 1 or 2
                ? (new BatchNorm1d(input[0], eps, momentum, affine, track), input)
                : throw new ArgumentException(
                    $"batchnorm: expected a sample of shape [C] or [C, L], got {input}. Put flatten before it.");
        }),

        new("relu", "relu", "what is negative becomes 0", static _ => static input => (new ReLU(), input)),
    ];

    /// <summary>The layer of a name, in small or capital letters; null if there is none.</summary>
    public static LayerKind? Find(string name) =>
        All.FirstOrDefault(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
