using Ballast.Lab;

namespace Ballast.Tests.Baseline;

/// <summary>The trainings of the baseline, by name.</summary>
static class BaselineTasks
{
    static readonly Shape Cifar = [3, 32, 32], Image = [3, 12, 12], Row = [33];

    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, BaselineTask> All { get; } =
        Networks().Concat(Images()).Concat(Rows()).Concat(Shaped()).Concat(Optimizers()).Concat(Losses()).Concat(Workers())
            .ToDictionary(static entry => entry.Name, static entry => entry.Task);

    static IEnumerable<(string Name, BaselineTask Task)> Networks() =>
    [
        ("tutorial with bn", new(() => new TutorialNet(bn: true), Cifar)),
        ("tutorial without bn", new(() => new TutorialNet(bn: false), Cifar)),
        ("tutorial with bn, batch 128", new(() => new TutorialNet(bn: true), Cifar) { BatchSize = 128, Steps = 20 }),
        ("tutorial without bn, batch 128", new(() => new TutorialNet(bn: false), Cifar) { BatchSize = 128, Steps = 20 }),
        ("vgg-small, 8 x 8", new(() => new VggSmall(), [3, 8, 8]) { BatchSize = 5, Optimizer = BaselineOptimizers.Momentum }),
        ("vgg-small", new(() => new VggSmall(), Cifar) { Optimizer = BaselineOptimizers.Momentum, BatchSize = 16, Steps = 8 }),
        ("resnet20, 8 x 8", new(() => new ResNet20(), [3, 8, 8]) { BatchSize = 5, Optimizer = BaselineOptimizers.Nesterov }),
        ("resnet20", new(() => new ResNet20(), Cifar) { Optimizer = BaselineOptimizers.Nesterov, BatchSize = 16, Steps = 6 }),
        ("airbench", new(() => new AirBench(), Cifar) { Optimizer = BaselineOptimizers.Nesterov, BatchSize = 6, Steps = 2 }),
        ("48 x 48 and 300 channels", new(BaselineNetworks.Large, [3, 48, 48]) { BatchSize = 6, Steps = 6 }),
        ("arithmetic", new(static () => new Arithmetic(), Row)),
    ];

    // Normalizations of any sample that has channels; groups divide all channel counts of the networks.
    static (string Name, Func<Shape, Module> Make)[] OfChannels() =>
    [
        ("ghost", static sample => new GhostBatchNorm(sample[0], 2)),
        ("renorm", static sample => new BatchRenorm(sample[0], momentum: 0.05, schedule: new RenormSchedule
        {
            Start = 20, RMaxReached = 100, DMaxReached = 120,
        })),
        ("frozen", static sample => new FrozenBatchNorm(sample[0])),
        ("split", static sample => new SplitBatchNorm(sample[0])),
        ("noisy", static sample => new NoisyBatchNorm(sample)),
        ("layernorm", static sample => new LayerNorm(sample)),
        ("layernorm without bias", static sample => new LayerNorm(sample, bias: false)),
        ("rmsnorm", static sample => new RMSNorm(sample)),
        ("groupnorm", static sample => new GroupNorm(3, sample[0])),
        ("filterresponsenorm", static sample => new FilterResponseNorm(sample[0], learnEps: true)),
        ("evonorms0", static sample => new EvoNormS0(sample[0], groups: 3)),
        ("evonormb0", static sample => new EvoNormB0(sample[0])),
        ("none", static _ => new Identity()),
    ];

    static IEnumerable<(string Name, BaselineTask Task)> Images()
    {
        (string Name, Func<Shape, Module> Make)[] norms =
        [
            .. OfChannels(),
            ("batchnorm", static sample => new BatchNorm2d(sample[0])),
            ("batchnorm, plain average", static sample => new BatchNorm2d(sample[0], momentum: null)),
            ("batchnorm without affine", static sample => new BatchNorm2d(sample[0], affine: false)),
            ("batchnorm without statistics", static sample => new BatchNorm2d(sample[0], trackRunningStats: false)),
            ("instancenorm", static sample => sample[1] == 1
                ? new Identity()
                : new InstanceNorm2d(sample[0], affine: true, trackRunningStats: true)),
            ("localresponsenorm", static sample => new LocalResponseNorm(3, alpha: 0.1)),
        ];
        return norms.Select(static (norm, i) => ($"images, {norm.Name}", new BaselineTask(
            () => BaselineNetworks.Images(norm.Make), Image)
        { BatchSize = 6, Optimizer = BaselineOptimizers.All[i % 6].Make }));
    }

    static IEnumerable<(string Name, BaselineTask Task)> Rows()
    {
        (string Name, Func<Shape, Module> Make)[] norms =
        [
            .. OfChannels(),
            ("batchnorm", static sample => new BatchNorm1d(sample[0])),
            ("batchnorm without affine", static sample => new BatchNorm1d(sample[0], affine: false)),
        ];
        return norms.Select(static (norm, i) => ($"rows, {norm.Name}", new BaselineTask(
            () => BaselineNetworks.Rows(norm.Make), Row)
        { Optimizer = BaselineOptimizers.All[(i + 2) % 6].Make }));
    }

    static IEnumerable<(string Name, BaselineTask Task)> Shaped()
    {
        (string Name, Shape Sample, Func<Shape, Module> Make)[] norms =
        [
            ("sequences, batchnorm", [6, 7], static sample => new BatchNorm1d(sample[0])),
            ("sequences, masked", [6, 7], static sample => new Padded(sample[0])),
            ("sequences, instancenorm", [6, 7], static sample => new InstanceNorm1d(sample[0])),
            ("sequences, layernorm of the last axis", [6, 7], static sample => new LayerNorm(sample[1])),
            ("sequences, rmsnorm of the last axis", [6, 7], static sample => new RMSNorm(sample[1])),
            ("sequences, localresponsenorm", [6, 7], static sample => new LocalResponseNorm(2)),
            ("volumes, batchnorm", [4, 2, 3, 3], static sample => new BatchNorm3d(sample[0])),
            ("volumes, ghost", [4, 2, 3, 3], static sample => new GhostBatchNorm(sample[0], 2)),
            ("volumes, instancenorm", [4, 2, 3, 3], static sample => new InstanceNorm3d(sample[0], affine: true)),
            ("volumes, groupnorm", [4, 2, 3, 3], static sample => new GroupNorm(2, sample[0])),
        ];
        return norms.Select(static (norm, i) => (norm.Name, new BaselineTask(
            () => BaselineNetworks.Shaped(norm.Make, norm.Sample), Row)
        { Optimizer = BaselineOptimizers.All[(i + 4) % 6].Make }));
    }

    static IEnumerable<(string Name, BaselineTask Task)> Optimizers() =>
        BaselineOptimizers.All.Select(static optimizer => (optimizer.Name, new BaselineTask(
            () => BaselineNetworks.Rows(static sample => new BatchNorm1d(sample[0])), Row)
        { Optimizer = optimizer.Make }));

    static IEnumerable<(string Name, BaselineTask Task)> Losses()
    {
        float[] weight = [1, 2, 3, 1, 1, 1, 0.5f, 1, 1, 1];
        (string Name, Func<Tensor, Tensor, Tensor> Loss)[] losses =
        [
            ("smoothed cross entropy", new CrossEntropyLoss(labelSmoothing: 0.1f).Forward),
            ("weighted cross entropy, summed", new CrossEntropyLoss(Reduction.Sum, 0.2f, weight).Forward),
            ("squared error", static (output, targets) => new MSELoss().Forward(output, targets.OneHot(10).To(ElementType.Float32))),
            ("binary cross entropy", static (output, targets) => new BCELoss().Forward(output.Sigmoid(), targets.OneHot(10).To(ElementType.Float32))),
            ("binary cross entropy of logits", (output, targets) =>
                new BCEWithLogitsLoss(posWeight: weight).Forward(output, targets.OneHot(10).To(ElementType.Float32))),
            ("entropy", static (output, _) => new EntropyLoss().Forward(output)),
        ];
        return losses.Select(static loss => (loss.Name, new BaselineTask(
            () => BaselineNetworks.Rows(static sample => new BatchNorm1d(sample[0])), Row)
        { Loss = loss.Loss }));
    }

    static IEnumerable<(string Name, BaselineTask Task)> Workers() =>
    [
        ("workers, batchnorm, images", new(() => BaselineNetworks.Images(static sample => new BatchNorm2d(sample[0])), Image)
        {
            BatchSize = 6, Workers = 2,
        }),
        ("workers, batchnorm, rows", new(() => BaselineNetworks.Rows(static sample => new BatchNorm1d(sample[0])), Row)
        {
            Workers = 3,
        }),
        ("workers, renorm, rows", new(() => BaselineNetworks.Rows(static sample => new BatchRenorm(sample[0], momentum: 0.05)), Row)
        {
            Workers = 2,
        }),
    ];
}
