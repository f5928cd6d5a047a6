namespace Ballast.Tests;

/// <summary>Training with every option on ends with the same bits, wherever it is interrupted and for any number of threads.
/// </summary>
public sealed class EverythingResumeTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly byte[] before = Generator.Default.GetState();
    readonly int threads = Compute.Threads;

    public void Dispose()
    {
        folder.Dispose();
        Generator.Default.SetState(before);
        Compute.Threads = threads;
    }

    sealed class Task
    {
        public Task(int seed, bool plain, int prefetch, TemporaryFolder? folder, Action? duringStep = null)
        {
            Generator.Default.ManualSeed(seed);
            Model = new Sequential(
                new Conv2d(3, 4, 3, padding: 1), new BatchNorm2d(4), new ReLU(), new Hook(duringStep), new Flatten(), new Dropout(0.1),
                new Linear(4 * 1024, 10));
            Optimizer = new SGD(ParameterGroups.Of(Model, 0.05f, biasLearningRateFactor: 2), 0.05f, momentum: 0.9f, weightDecay: 1e-3f, nesterov: true);
            var data = new RandomImages(43, 1).Standardize(new Standardization([0.5f, 0.4f, 0.3f], [0.2f, 0.2f, 0.2f]));
            Loader = new DataLoader(data, 5, shuffle: true, prefetch: prefetch, transforms:
                [new RandomCrop(4, PaddingMode.Reflect), new RandomHorizontalFlip(), new AlternatingFlip(3), new Cutout(8)]);
            Average = plain ? new StochasticWeightAveraging(Model, 2) : new ExponentialMovingAverage(Model, 0.9, every: 2, warmUp: true);
            Trainer = new Trainer(Model, Optimizer, Loader, new TrainerOptions
            {
                Epochs = 4,
                LogEvery = 1,
                CheckpointPath = folder?.File("checkpoint"),
                Loss = new CrossEntropyLoss(labelSmoothing: 0.1f, weight: [1, 2, 3, 1, 1, 1, 1, 1, 1, 1]).Forward,
                Schedule = new WarmUpSchedule(5, new OneCycleSchedule(31)),
                Clipping = new GradientClipping(MaxNorm: 1, MaxValue: 0.5f),
                Average = Average,
                Validation = new ValidationOptions(new RandomImages(20, 9)) { Patience = 2, MinDelta = 0.01, BestPath = folder?.File("best") },
                OnLine = line => Lines.Add(line.ToString()),
                OnValidation = line => Lines.Add(line.ToString()),
            });
        }

        public Sequential Model { get; }
        public SGD Optimizer { get; }
        public DataLoader Loader { get; }
        public WeightAverage Average { get; }
        public Trainer Trainer { get; }
        public List<string> Lines { get; } = [];

        public long[] Everything =>
        [
            .. Draw.Bits(Model.StateDict()), .. Draw.Bits(Optimizer.StateDict()), .. Draw.Bits(Average.StateDict()),
            .. Generator.Default.GetState().Select(static value => (long)value),
        ];
    }

    sealed class Hook(Action? action) : Module
    {
        public override Tensor Forward(Tensor input)
        {
            if (Training && input.RequiresGrad)
                action?.Invoke();
            return input;
        }
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 2)]
    [InlineData(true, 0)]
    public void Interrupted_again_and_again(bool plain, int prefetch)
    {
        Compute.Threads = 1;
        var whole = new Task(42, plain, 0, null);
        var expectedEnd = whole.Trainer.Fit();
        long[] expected = whole.Everything;
        whole.Trainer.ApplyAverage();
        long[] applied = Draw.Bits(whole.Model.StateDict());

        List<string> lines = [];
        for (int part = 0; ; part++)
        {
            Assert.True(part < 40);
            Compute.Threads = 1 + part % 3;
            using var source = new CancellationTokenSource();
            int left = 1 + part * 2 % 7;
            var task = new Task(42 + part, plain, part % 2 * prefetch, folder, () =>
            {
                if (--left == 0)
                    source.Cancel();
            });
            if (part > 0)
                task.Trainer.Resume(Checkpoint.Load(folder.File("checkpoint")));
            var result = task.Trainer.Fit(source.Token);
            lines.AddRange(task.Lines);
            if (!result.Completed)
                continue;
            Assert.Equal(expected, task.Everything);
            Assert.Equal(expectedEnd.StoppedEarly, result.StoppedEarly);
            task.Trainer.ApplyAverage();
            Assert.Equal(applied, Draw.Bits(task.Model.StateDict()));
            break;
        }

        Assert.Equal(whole.Lines, lines);
        Assert.True(File.Exists(folder.File("best")));
    }
}
