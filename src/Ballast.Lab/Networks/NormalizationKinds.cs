namespace Ballast.Lab;

/// <summary>The normalizations among the <see cref="LayerKinds"/>. What they normalize follows from the shape of a sample.
/// </summary>
static class NormalizationKinds
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<LayerKind> All { get; } =
    [
        new("batchnorm", "batchnorm[:momentum=0.1,eps=1e-5,affine=true,track=true]",
            "batch normalization of each channel; momentum=null averages over all batches", static settings =>
        {
            double? momentum = settings.NumberOrNull("momentum", 0.1);
            double eps = settings.Number("eps", 1e-5);
            bool affine = settings.Flag("affine", true), track = settings.Flag("track", true);
            return input => input.Rank switch
            {
                1 or 2 => LayerPlan.Of(new BatchNorm1d(input[0], eps, momentum, affine, track), input),
                3 => LayerPlan.Of(new BatchNorm2d(input[0], eps, momentum, affine, track), input),
                4 => LayerPlan.Of(new BatchNorm3d(input[0], eps, momentum, affine, track), input),
                _ => throw new ArgumentException($"batchnorm: expected a sample of shape [C], [C, L], [C, H, W] or [C, D, H, W], got {input}."),
            };
        }),

        .. BatchNormalizationKinds.All,

        new("layernorm", "layernorm[:eps=1e-5,affine=true]", "layer normalization, over all values of a sample", static settings =>
        {
            double eps = settings.Number("eps", 1e-5);
            bool affine = settings.Flag("affine", true);
            return input => LayerPlan.Of(new LayerNorm(input, eps, affine), input);
        }),

        new("groupnorm", "groupnorm:GROUPS[,eps=1e-5,affine=true]", "group normalization, over GROUPS groups of channels",
            static settings =>
        {
            int groups = settings.Count("groups");
            double eps = settings.Number("eps", 1e-5);
            bool affine = settings.Flag("affine", true);
            return input => LayerPlan.Of(new GroupNorm(groups, input[0], eps, affine), input);
        }),

        new("instancenorm", "instancenorm[:momentum=0.1,eps=1e-5,affine=false,track=false]",
            "instance normalization, over each channel of a sample", static settings =>
        {
            double momentum = settings.Number("momentum", 0.1), eps = settings.Number("eps", 1e-5);
            bool affine = settings.Flag("affine", false), track = settings.Flag("track", false);
            return input => input.Rank switch
            {
                2 => LayerPlan.Of(new InstanceNorm1d(input[0], eps, momentum, affine, track), input),
                3 => LayerPlan.Of(new InstanceNorm2d(input[0], eps, momentum, affine, track), input),
                4 => LayerPlan.Of(new InstanceNorm3d(input[0], eps, momentum, affine, track), input),
                _ => throw new ArgumentException(
                    $"instancenorm: expected a sample of shape [C, L], [C, H, W] or [C, D, H, W], got {input}. Put it before flatten."),
            };
        }),

        new("rmsnorm", "rmsnorm[:eps=1.19e-7,affine=true]", "root-mean-square normalization, over all values of a sample",
            static settings =>
        {
            double? eps = settings.NumberOrNull("eps", null);
            bool affine = settings.Flag("affine", true);
            return input => LayerPlan.Of(new RMSNorm(input, eps, affine), input);
        }),

        new("filterresponsenorm", "filterresponsenorm[:eps=1e-6,threshold=true,learneps=false]",
            "each channel of a sample by its root mean square, and a learned threshold in place of relu", static settings =>
        {
            double eps = settings.Number("eps", 1e-6);
            bool threshold = settings.Flag("threshold", true), learn = settings.Flag("learneps", false);
            return input => LayerPlan.Of(new FilterResponseNorm(input[0], eps, threshold, learn), input);
        }),

        new("evonormb0", "evonormb0[:momentum=0.1,eps=1e-3]", "EvoNorm-B0: normalization over the batch and activation in one",
            static settings =>
        {
            double momentum = settings.Number("momentum", 0.1), eps = settings.Number("eps", 1e-3);
            return input => LayerPlan.Of(new EvoNormB0(input[0], eps, momentum), input);
        }),

        new("evonorms0", "evonorms0[:groups=32,eps=1e-5]", "EvoNorm-S0: normalization of groups of channels and activation in one",
            static settings =>
        {
            int groups = settings.Count("groups", 32);
            double eps = settings.Number("eps", 1e-5);
            return input => LayerPlan.Of(new EvoNormS0(input[0], groups, eps), input);
        }),

        new("localresponsenorm", "localresponsenorm:SIZE[,alpha=1e-4,beta=0.75,k=1]",
            "local response normalization, over SIZE neighbouring channels", static settings =>
        {
            int size = settings.Count("size");
            double alpha = settings.Number("alpha", 1e-4), beta = settings.Number("beta", 0.75), k = settings.Number("k", 1);
            return input => input.Rank > 1
                ? LayerPlan.Of(new LocalResponseNorm(size, alpha, beta, k), input)
                : throw new ArgumentException(
                    $"localresponsenorm: expected a sample of shape [C, ...] with two axes or more, got {input}. Put it before flatten.");
        }),

        new("dyt", "dyt[:alpha=0.5]", "dynamic tanh in the place of a normalization: no statistics", static settings =>
        {
            double alpha = settings.Number("alpha", 0.5);
            return input => LayerPlan.Of(new DynamicTanh(input[0], alpha), input);
        }),

        new("derf", "derf[:alpha=0.5]", "dynamic erf in the place of a normalization: no statistics", static settings =>
        {
            double alpha = settings.Number("alpha", 0.5);
            return input => LayerPlan.Of(new DynamicErf(input[0], alpha), input);
        }),

        new("noisybatchnorm", "noisybatchnorm", "batch normalization whose output is shifted and scaled at random in each training step",
            static _ => static input => LayerPlan.Of(new NoisyBatchNorm(input), input)),
    ];
}
