namespace Ballast.StrangerTests;

/// <summary>A training in which everything that can be is of one's own: data, transform, CutMix, optimizer, schedule and average.</summary>
sealed class OwnRun
{
    readonly PlateauSchedule plateau = new(0.5, patience: 0);

    public OwnRun(int seed, string path, LearningRateSchedule? schedule = null, int prefetch = 0)
    {
        Generator.Default.ManualSeed(seed);
        Model = new Sequential(
            new Conv2d(1, 4, 3, padding: 1), new BatchNorm2d(4), new ReLU(), new Flatten(), new Linear(4 * 6 * 6, Stripes.Classes));
        var parameters = Model.NamedParameters().ToLookup(static entry => entry.Parameter.Shape.Rank == 2, static entry => entry.Parameter);
        Optimizer = new Muon(
            [new ParameterGroup(parameters[true]), new ParameterGroup(parameters[false]) { LearningRate = 0.01f }], 0.02, weightDecay: 0.1);
        var loader = new DataLoader(new Stripes(40), 8, shuffle: true, prefetch: prefetch, transforms: [new Noise()]);
        Average = new HalfAverage(Model);
        Trainer = new Trainer(Model, Optimizer, loader, new TrainerOptions
        {
            Epochs = 4,
            LogEvery = 1,
            BatchLoss = CutMix.Loss,
            Schedule = schedule ?? plateau,
            Average = Average,
            Validation = new ValidationOptions(new Stripes(12)),
            CheckpointPath = path,
            OnValidation = line => Validations.Add(line.Result.Loss),
            OnLine = line =>
            {
                Losses.Add(line.Loss);
                if (line.Step == CancelAt)
                    Cancellation.Cancel();
            },
        });
    }

    public Sequential Model { get; }

    public Muon Optimizer { get; }

    public HalfAverage Average { get; }

    public Trainer Trainer { get; }

    public List<double> Losses { get; } = [];

    public List<double> Validations { get; } = [];

    public int CancelAt { get; init; }

    public CancellationTokenSource Cancellation { get; } = new();

    public IReadOnlyDictionary<string, double> Remembered => plateau.SaveState();

    public long[] Bits() =>
        [.. StrangerTests.Bits.Of(Model.StateDict()), .. StrangerTests.Bits.Of(Optimizer.StateDict()), .. StrangerTests.Bits.Of(Average.StateDict())];
}

/// <summary>Images 6 x 6 with a bright column, which is their class.</summary>
sealed class Stripes(int count) : Dataset
{
    public const int Classes = 6;

    public override int Count => count;

    public override Shape SampleShape => [1, 6, 6];

    public override int Label(int index)
    {
        CheckIndex(index);
        return index * 5 % Classes;
    }

    public override void Read(int index, Span<float> destination)
    {
        CheckDestination(destination.Length);
        for (int i = 0; i < destination.Length; i++)
            destination[i] = (i % 6 == Label(index) ? 1 : 0) + index % 7 / 10f;
    }
}

/// <summary>Something random on each pixel.</summary>
sealed class Noise : ImageTransform
{
    protected override void Apply<T>(Span<T> image, Span<T> scratch, ImageSize size, in SampleDraw draw)
    {
        float[] noise = new float[size.Channels * size.Height * size.Width];
        draw.Generator.Uniform(noise, -0.1f, 0.1f);
        for (int i = 0; i < image.Length; i++)
            image[i] += T.CreateSaturating(noise[i]);
    }
}

/// <summary>The weights of each step count as much as all before.</summary>
sealed class HalfAverage(Module model) : WeightAverage(model, averageStatistics: true)
{
    public override void AfterStep(long steps) => Update();

    protected override double Share(long updates) => 0.5;
}

/// <summary>CutMix (Yun et al. 2019): a square of each image is another's, and the label is shared as the area is.</summary>
static class CutMix
{
    public static (Tensor Loss, Tensor Outputs) Loss(Module model, Batch batch)
    {
        var shape = batch.Inputs.Shape;
        int height = shape[2], width = shape[3], side = height / 2, length = shape.Length / shape[0];
        int[] other = Generator.Default.Permutation(shape[0]);
        int top = (int)Generator.Default.RandomInteger(0, height - side + 1), left = (int)Generator.Default.RandomInteger(0, width - side + 1);
        float[] from = batch.Inputs.ToArray(), mixed = batch.Inputs.ToArray();
        for (int n = 0; n < shape[0]; n++)
        {
            for (int row = 0; row < shape[1] * side; row++)
            {
                int start = (row / side * height + top + row % side) * width + left;
                from.AsSpan(other[n] * length + start, side).CopyTo(mixed.AsSpan(n * length + start));
            }
        }

        float share = (float)(side * side) / (height * width);
        var outputs = model.Forward(Tensor.From(mixed, shape));
        var loss = new CrossEntropyLoss();
        var labels = batch.Targets;
        var theirs = labels.Index(0, Tensor.FromInt64(other));
        return (loss.Forward(outputs, labels) * (1 - share) + loss.Forward(outputs, theirs) * share, outputs);
    }
}
