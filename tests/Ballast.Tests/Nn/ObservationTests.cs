namespace Ballast.Tests.Nn;

/// <summary>While somebody gathers statistics, every layer that has running ones normalizes with those of the batch, shows them once, and
/// moves nothing of its own: neither its running statistics nor those of its parts.</summary>
public class ObservationTests
{
    static readonly Shape Images = [8, 4, 3, 3];

    // Several workers of whom nobody may be asked.
    sealed class Nobody : ICommunicator
    {
        public int Rank => 0;

        public int Size => 2;

        public void AllReduceSum(Span<double> values) => Assert.Fail("statistics that are only observed were exchanged");

        public void AllReduceSum(Span<float> values) => Assert.Fail("statistics that are only observed were exchanged");
    }

    sealed class Gathered : IStatisticsObserver
    {
        public List<(double[] Statistics, int Count)> Seen { get; } = [];

        public void Observe(ReadOnlySpan<double> statistics, int count) => Seen.Add((statistics.ToArray(), count));
    }

    static readonly (string Name, Func<Module> Make, Shape Shape)[] Layers =
    [
        ("BatchNorm1d", static () => new BatchNorm1d(4), [8, 4]),
        ("BatchNorm1d of sequences, plain average", static () => new BatchNorm1d(4, momentum: null), [8, 4, 9]),
        ("BatchNorm2d", static () => new BatchNorm2d(4), Images),
        ("BatchNorm3d", static () => new BatchNorm3d(4), [8, 4, 3, 2, 2]),
        ("BatchNorm2d of several workers", static () => SyncBatchNorm.Convert(new BatchNorm2d(4), new Nobody()), Images),
        ("SyncBatchNorm", static () => new SyncBatchNorm(4, new Nobody()), Images),
        ("BatchRenorm", static () => new BatchRenorm(4), Images),
        ("BatchRenorm of several workers", static () => SyncBatchNorm.Convert(new BatchRenorm(4), new Nobody()), Images),
        ("GhostBatchNorm", static () => new GhostBatchNorm(4, 2), Images),
        ("SplitBatchNorm", static () => new SplitBatchNorm(4), Images),
        ("MaskedBatchNorm1d", static () => new MaskedBatchNorm1d(4), [8, 4, 9]),
        ("EvoNormB0", static () => new EvoNormB0(4), Images),
    ];

    public static TheoryData<string, bool, bool> Cases()
    {
        TheoryData<string, bool, bool> cases = [];
        foreach (var (name, _, _) in Layers)
        {
            for (int i = 0; i < 4; i++)
                cases.Add(name, i < 2, i % 2 == 0);
        }

        return cases;
    }

    static Dictionary<string, string> State(Module layer) => layer.StateDict().ToDictionary(
        static entry => entry.Key, static entry => entry.Value.Number?.ToString() ?? string.Join(' ', entry.Value.Tensor.ToArray()));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Only_the_observer_takes_what_is_measured(string name, bool training, bool channelsLast)
    {
        var (_, make, shape) = Layers.Single(layer => layer.Name == name);
        var layer = make();
        if (!training)
            layer.Eval();
        // From values that a single batch would move.
        foreach (var running in layer.StateDict().Where(static entry => entry.Key.Contains("running", StringComparison.Ordinal)))
            ((float[])[0.3f, 1.5f, 0.7f, 2.5f]).CopyTo(running.Value.Tensor.Mutate());
        var before = State(layer);
        float[] values = Draw.Floats(shape.Length, 3, -1, 2);
        var x = Tensor.From(values, shape);
        if (channelsLast)
            x = x.Transpose(1, shape.Rank - 1).Clone().Transpose(1, shape.Rank - 1);
        Gathered gathered = new();
        Tensor y;
        using (Observation.Begin([(IRunningStatistics)layer], _ => gathered))
            y = layer.Forward(x);

        Assert.Equal(before, State(layer));
        var (statistics, count) = Assert.Single(gathered.Seen);
        int positions = shape.Length / shape[0] / 4;
        Assert.Equal(shape[0] * positions, count);
        double[] normalized = new double[values.Length];
        for (int c = 0; c < 4; c++)
        {
            int[] own = [.. Enumerable.Range(0, values.Length).Where(i => i / positions % 4 == c)];
            double mean = own.Average(i => values[i]), variance = own.Average(i => (values[i] - mean) * (values[i] - mean));
            Assert.Equal(mean, statistics[c], 1e-6);
            Assert.Equal(variance, statistics[4 + c], 1e-6);
            foreach (int i in own)
                normalized[i] = (values[i] - mean) / Math.Sqrt(variance + ((layer as BatchNorm)?.Eps ?? 0));
        }

        // Parts of a batch have statistics of their own in training, and another formula is another test's.
        if (layer is not EvoNormB0 && !(training && layer is GhostBatchNorm or SplitBatchNorm))
            Near.Equal(normalized, y.ToArray(), 1e-5);

        // And they move again when nobody looks.
        if (training && layer is not BatchNorm { Communicator: not null })
        {
            layer.Forward(x);
            Assert.NotEqual(before, State(layer));
        }
    }
}
