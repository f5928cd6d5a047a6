using Ballast.Lab;

namespace Ballast.Onnx.Tests;

/// <summary>What the doctor says of batch normalizations that are nodes of a graph: what it says of the same ones as modules.</summary>
public sealed class DoctorTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    static DataLoader Loader(double shift) => new(
        new TensorDataset(
            Tensor.Randn([64, 1, 8, 8], new Generator(2)) + shift, Tensor.FromInt64([.. Enumerable.Range(0, 64).Select(static i => i % 2L)])),
        16, shuffle: true, generator: new Generator(3));

    // A body whose statistics are those of samples around 0, and a head for two classes.
    Sequential Task()
    {
        using var generator = Generator.UseDefault(new Generator(1));
        Sequential body = new(
            new Conv2d(1, 4, 3, bias: false), new BatchNorm2d(4), new ReLU(), new Conv2d(4, 6, 3, bias: false), new BatchNorm2d(6), new ReLU(),
            new GlobalAvgPool2d(), new Flatten());
        PreciseStatistics.Update(body, Loader(0), StatisticsEstimate.Population);
        OnnxFile.Export(body, [1, 1, 8, 8], folder.File("body.onnx"), new OnnxExportOptions { DynamicBatch = true });
        return new Sequential(OnnxFile.Load(folder.File("body.onnx")), new Linear(6, 2));
    }

    static Diagnosis Examine(Module net, DataLoader loader, FineTuning? tuning = null, Action? evaluation = null, bool serves = false) =>
        Doctor.Examine(net, new DoctorOptions { Tuning = tuning, Batches = loader, Trained = true, Evaluation = evaluation, ForInference = serves });

    static Finding[] Found(Diagnosis diagnosis, string check) => [.. diagnosis.Findings.Where(finding => finding.Check == check)];

    [Theory]
    [InlineData(NormalizationMode.Frozen, 0, null)]
    [InlineData(NormalizationMode.Frozen, 8, "--norms adapting")]
    [InlineData(NormalizationMode.Adapting, 8, null)]
    [InlineData(NormalizationMode.Running, 0, "--norms frozen")]
    public void Statistics_inside_of_a_graph_are_judged_in_each_mode(NormalizationMode mode, double shift, string? remedy)
    {
        var net = Task();
        var loader = Loader(shift);
        FineTuning tuning = new(net);
        tuning.FreezeBody();
        tuning.Normalize(mode, loader);
        var kept = KeptStatistics.Of(net);
        Assert.Equal(["0.1", "0.4"], kept.Select(static entry => entry.Name[..3]));
        Assert.All(kept, entry => Assert.Equal(mode != NormalizationMode.Running, entry.IsHeld));
        string before = Text(net);
        var diagnosis = Examine(net, loader, tuning);
        Assert.Equal(before, Text(net));
        Assert.Equal(2, diagnosis.Normalizations);
        var held = Found(diagnosis, "held-statistics");
        Assert.Equal(remedy is null, held.Length == 0);
        if (remedy is null)
            return;
        Assert.Contains(remedy, held[0].Remedy, StringComparison.Ordinal);
        if (mode == NormalizationMode.Frozen)
            Assert.Equal(kept[0].Name, held[0].Layer);
    }

    [Fact]
    public void Running_statistics_inside_of_a_graph_that_do_not_fit_are_an_eval_gap_until_they_are_measured()
    {
        var net = Task();
        var last = KeptStatistics.Of(net)[1];
        var (mean, variance) = last.Read();
        last.Write([.. mean.Select(static value => value - 50)], variance, 1);
        var finding = Assert.Single(Found(Examine(net, Loader(0)), "eval-gap"));
        Assert.Equal(last.Name, finding.Layer);
        Assert.Contains("only because the running statistics lag behind the weights", finding.Message, StringComparison.Ordinal);
        PreciseStatistics.Update(net, Loader(0), StatisticsEstimate.Population);
        Assert.Empty(Found(Examine(net, Loader(0)), "eval-gap"));
        Assert.Contains("has 6 channels, got 1 means", Assert.Throws<ArgumentException>(() => last.Write([1], variance, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_evaluation_in_training_mode_and_a_network_that_serves_so_are_found_unless_statistics_are_held()
    {
        var net = Task();
        net.Train();
        var loader = Loader(1);
        void Evaluate()
        {
            using var off = Tensor.NoGrad();
            net.Forward(loader.First().Inputs);
        }

        var diagnosis = Examine(net, loader, evaluation: Evaluate, serves: true);
        string[] names = [.. KeptStatistics.Of(net).Select(static kept => kept.Name)];
        Assert.Contains(string.Join(", ", names), Assert.Single(Found(diagnosis, "forgotten-eval")).Message, StringComparison.Ordinal);
        Assert.Equal(names[0], Assert.Single(Found(diagnosis, "training-mode")).Layer);
        Freezing.Freeze(net, affine: false);
        diagnosis = Examine(net, loader, evaluation: Evaluate, serves: true);
        Assert.Empty(Found(diagnosis, "forgotten-eval"));
        Assert.Empty(Found(diagnosis, "training-mode"));
    }

    static string Text(Module net) => string.Join(';', net.StateDict().Select(static entry =>
        entry.Value.Tensor.ElementType == ElementType.Float32 ? string.Join(',', entry.Value.Tensor.ToArray()) : ""));
}
