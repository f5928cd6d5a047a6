namespace Ballast.Lab;

/// <summary>CIFAR-10 to 94 % of the test images in 9.9 epochs: airbench94 (Jordan 2024, "94% on CIFAR-10 in 3.29 Seconds on a
/// Single GPU", arXiv 2404.00498), of which this has all settings. The last epoch is cut short by a tenth.</summary>
/// <remarks>The paper's rates are per 1024 images, and its loss is a sum: with the mean of a batch for the loss a rate of
/// 11.5 / (1 + 1 / (1 - 0.85)) is 1.5, and a decoupled decay of 0.0153 is one of 0.0153 / 11.5 in the gradient.</remarks>
sealed class AirBenchRecipe : Recipe
{
    const int BatchSize = 1024;
    const float BiasFactor = 64;
    const int WhiteningImages = 5000;
    const int WhiteningEpochs = 3;
    const int LookaheadEvery = 5;

    public AirBenchRecipe()
        : base(
            "airbench", "94 % on CIFAR-10's test images in 9.9 epochs (Jordan 2024)",
            new RunSettings(
                "airbench", "airbench", Epochs: 10, BatchSize: BatchSize, DropLast: true, Optimizer: OptimizerKind.Sgd, LearningRate: 1.5f,
                Momentum: 0.85f, WeightDecay: 0.0153f / 11.5f, Nesterov: true, LogEvery: 8))
    {
    }

    public override TestTimeAugmentation TestTimeAugmentation => TestTimeAugmentation.FlipTranslate;

    internal override Standardization Standardization { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);

    internal override IReadOnlyList<ImageTransform> Transforms(RunSettings settings) =>
        [new AlternatingFlip(settings.Seed), new RandomCrop(2, PaddingMode.Reflect)];

    internal override void Initialize(Module network, ByteDataset images)
    {
        int count = Math.Min(WhiteningImages, images.Count), size = images.SampleShape.Length;
        float[] values = new float[count * size];
        for (int i = 0; i < count; i++)
            images.Read(i, values.AsSpan(i * size, size));
        ((AirBench)network).Whiten(Tensor.From(values, [count, images.SampleShape[0], images.SampleShape[1], images.SampleShape[2]]));
    }

    internal override Optimizer MakeOptimizer(Module network, RunSettings settings)
    {
        Parameter[] biases =
        [
            .. network.NamedModules().Select(static part => part.Module).OfType<BatchNorm>().Select(static norm => norm.Bias!),
        ];
        float decay = settings.WeightDecay ?? 0;
        // The decay of a step is rate times decay: the same for both groups.
        return new Sgd(
            [
                new ParameterGroup(biases) { LearningRate = BiasFactor * settings.LearningRate, WeightDecay = decay / BiasFactor },
                new ParameterGroup(network.Parameters().Except(biases)),
            ],
            settings.LearningRate, settings.Momentum, weightDecay: decay, nesterov: settings.Nesterov);
    }

    internal override TrainerOptions Complete(TrainerOptions options, Module network, int stepsPerEpoch)
    {
        long steps = (long)Math.Ceiling(Math.Round(stepsPerEpoch * (options.Epochs - 0.1), 6)), peak = Math.Max(1, (long)(0.23 * steps));
        double decay = Math.Pow(0.95, LookaheadEvery);
        return options with
        {
            Steps = steps,
            Loss = new CrossEntropyLoss(labelSmoothing: 0.2f).Forward,
            Schedule = new PiecewiseLinearSchedule([(0, 0.2), (peak, 1), (Math.Max(steps, peak + 1), 0.07)]),
            Average = new Lookahead(network, step => decay * Math.Pow((double)step / steps, 3), LookaheadEvery),
            OnEpochStart = epoch =>
            {
                ((AirBench)network).WhitenBias.Frozen = epoch > WhiteningEpochs;
                options.OnEpochStart?.Invoke(epoch);
            },
        };
    }
}
