namespace Ballast.Tests;

/// <summary>A small network with everything that a checkpoint has to keep, and data for it: 43 samples in batches of 5.
/// </summary>
sealed class SmallTask
{
    public const int Steps = 27;

    public SmallTask(int seed, bool ownGenerator, int prefetch = 0, int logEvery = 2, string? path = null)
    {
        Generator.Default.ManualSeed(seed);
        Model = new Sequential(
            new Flatten(), new Linear(12, 8), new BatchNorm1d(8), new ReLU(), new Noise(this), new Linear(8, 3));
        Optimizer = new Adam(Model.Parameters(), 1e-2f);
        Loader = new DataLoader(
            Dataset(43), 5, shuffle: true, generator: ownGenerator ? new Generator(seed) : null, prefetch: prefetch);
        Trainer = new Trainer(Model, Optimizer, Loader, new TrainerOptions
        {
            Epochs = 3,
            LogEvery = logEvery,
            CheckpointPath = path,
            OnLine = Lines.Add,
        });
    }

    public Sequential Model { get; }
    public Adam Optimizer { get; }
    public DataLoader Loader { get; }
    public Trainer Trainer { get; }
    public List<TrainingLine> Lines { get; } = [];

    /// <summary>Called in each forward pass of training, within step 1, 2, ...</summary>
    public Action? DuringStep { get; set; }

    /// <summary>All that decides what comes next, bit by bit.</summary>
    public long[] Everything =>
    [
        .. Draw.Bits(Model.StateDict()), .. Draw.Bits(Optimizer.StateDict()),
        .. Generator.Default.GetState().Select(static value => (long)value),
        .. (Loader.Generator ?? Generator.Default).GetState().Select(static value => (long)value),
    ];

    public static ArrayDataset Dataset(int count, int classes = 3) => new(
        Draw.Floats(count * 12, 1), [.. Enumerable.Range(0, count).Select(i => i % classes)], [3, 2, 2],
        [.. Enumerable.Range(0, classes).Select(i => $"class {i}")]);

    /// <summary>Draws from the default generator in the midst of an epoch, as a dropout does.</summary>
    sealed class Noise(SmallTask task) : Module
    {
        public override Tensor Forward(Tensor input)
        {
            if (!Training)
                return input;
            if (input.RequiresGrad)
                task.DuringStep?.Invoke();
            return input + Tensor.Randn(input.Shape) * 0.01f;
        }
    }
}
