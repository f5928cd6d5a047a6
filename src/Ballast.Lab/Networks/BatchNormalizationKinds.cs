namespace Ballast.Lab;

/// <summary>Variants of batch normalization, among the <see cref="LayerKinds"/>.</summary>
static class BatchNormalizationKinds
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<LayerKind> All { get; } =
    [
        new("ghostbatchnorm", "ghostbatchnorm:VIRTUAL[,momentum=0.1,eps=1e-5,affine=true,track=true]",
            "batch normalization of each VIRTUAL samples by themselves, in training", static settings =>
        {
            int size = settings.Count("virtual");
            double? momentum = settings.NumberOrNull("momentum", 0.1);
            double eps = settings.Number("eps", 1e-5);
            bool affine = settings.Flag("affine", true), track = settings.Flag("track", true);
            return input => LayerPlan.Of(new GhostBatchNorm(Channels("ghostbatchnorm", input), size, eps, momentum, affine, track), input);
        }),

        new("batchrenorm", "batchrenorm[:momentum=0.01,eps=1e-3,rmax=3,dmax=5,start=5000,rsteps=40000,dsteps=25000,affine=true]",
            "batch renormalization; rmax and dmax grow from step start on until steps rsteps and dsteps", static settings =>
        {
            double momentum = settings.Number("momentum", 0.01), eps = settings.Number("eps", 1e-3);
            var paper = new RenormSchedule();
            var schedule = new RenormSchedule
            {
                RMax = settings.Number("rmax", paper.RMax),
                DMax = settings.Number("dmax", paper.DMax),
                Start = settings.Count("start", (int)paper.Start, least: 0),
                RMaxReached = settings.Count("rsteps", (int)paper.RMaxReached, least: 0),
                DMaxReached = settings.Count("dsteps", (int)paper.DMaxReached, least: 0),
            };
            bool affine = settings.Flag("affine", true);
            return input => LayerPlan.Of(new BatchRenorm(Channels("batchrenorm", input), eps, momentum, affine, schedule), input);
        }),

        new("frozenbatchnorm", "frozenbatchnorm[:eps=1e-5]", "batch normalization that never learns: statistics, scale and shift as loaded",
            static settings =>
        {
            double eps = settings.Number("eps", 1e-5);
            return input => LayerPlan.Of(new FrozenBatchNorm(Channels("frozenbatchnorm", input), eps), input);
        }),

        new("splitbatchnorm", "splitbatchnorm:SPLITS[,momentum=0.1,eps=1e-5,affine=true,track=true]",
            "batch normalization of SPLITS equal parts of the batch, each with its own weights; evaluation uses the first's", static settings =>
        {
            int splits = settings.Count("splits");
            double? momentum = settings.NumberOrNull("momentum", 0.1);
            double eps = settings.Number("eps", 1e-5);
            bool affine = settings.Flag("affine", true), track = settings.Flag("track", true);
            return input => LayerPlan.Of(new SplitBatchNorm(Channels("splitbatchnorm", input), splits, eps, momentum, affine, track), input);
        }),
    ];

    static int Channels(string name, Shape input) => input.Rank is >= 1 and <= 4
        ? input[0]
        : throw new ArgumentException($"{name}: expected a sample of shape [C], [C, L], [C, H, W] or [C, D, H, W], got {input}.");
}
