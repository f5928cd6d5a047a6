using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class TrainingRunTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    RunFolder Folder(string name, RunSettings? settings = null) =>
        SampleRun.Folder(folder.File(name), settings ?? SampleRun.Settings);

    static IEnumerable<(long, double?)> Losses(RunFolder run) =>
        from metric in MetricsLog.Read(run.MetricsPath) where metric.Type == MetricKind.Train select (metric.Step, metric.Loss);

    [Fact]
    public void A_run_leaves_its_metrics_its_weights_and_the_test()
    {
        var run = Folder("run");
        var listener = new SampleRun.Listener();
        var outcome = SampleRun.Start(run, listener);
        Assert.True(outcome.Completed);
        Assert.Equal(200, outcome.Test!.Count);
        Assert.Equal([1, 2, 3], listener.Epochs);
        Assert.Equal(listener.Metrics, MetricsLog.Read(run.MetricsPath));
        Assert.Equal(
            [
                "Train 7", "Train 14", "Epoch 20", "Train 27", "Train 34", "Epoch 40", "Train 47", "Train 54", "Epoch 60",
                "Evaluation 60",
            ],
            listener.Metrics.Select(metric => $"{metric.Type} {metric.Step}"));
        Assert.True(RunHistory.IsFinished(run));
        var (again, file, _) = RunEvaluation.Run(run, SampleRun.Source);
        Assert.Equal(outcome.Test, again);
        Assert.Equal(run.WeightsPath, file);
    }

    [Fact]
    public void Two_runs_with_one_seed_are_the_same_and_another_seed_is_not()
    {
        RunFolder a = Folder("a"), b = Folder("b"), c = Folder("c", SampleRun.Settings with { Seed = 7 });
        foreach (var run in (RunFolder[])[a, b, c])
            SampleRun.Start(run);
        Assert.Equal(File.ReadAllBytes(a.WeightsPath), File.ReadAllBytes(b.WeightsPath));
        Assert.NotEqual(File.ReadAllBytes(a.WeightsPath), File.ReadAllBytes(c.WeightsPath));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(27)]
    [InlineData(54)]
    public void A_run_stopped_anywhere_and_resumed_ends_with_the_same_bytes(int step)
    {
        var whole = Folder("whole");
        SampleRun.Start(whole);
        var run = Folder("stopped");
        using var stop = new CancellationTokenSource();
        var outcome = SampleRun.Start(
            run, new SampleRun.Listener { OnLine = metric => Cancel(stop, metric.Step == step) }, stop.Token);
        Assert.False(outcome.Completed);
        Assert.False(RunHistory.IsFinished(run));
        Assert.Equal(MetricKind.Stopped, MetricsLog.Read(run.MetricsPath)[^1].Type);
        Assert.Contains("can be resumed", RunHistory.Read(run).Remark, StringComparison.Ordinal);

        Assert.True(SampleRun.Resume(RunFolder.Open(run.Path)).Completed);
        Assert.Equal(File.ReadAllBytes(whole.WeightsPath), File.ReadAllBytes(run.WeightsPath));
        Assert.Equal(File.ReadAllBytes(whole.CheckpointPath), File.ReadAllBytes(run.CheckpointPath));
        Assert.Equal(Losses(whole), Losses(run));
        Assert.Equal(RunHistory.Read(whole).TestLoss, RunHistory.Read(run).TestLoss);
        Assert.Null(RunHistory.Read(run).Remark);
    }

    [Theory]
    [InlineData("vgg-small")]
    [InlineData("conv:4,3,stride=2 batchnorm relu maxpool:2 globalavgpool flatten linear:10")]
    public void A_convolutional_network_is_trained_kept_resumed_and_evaluated(string layers)
    {
        var settings = SampleRun.Settings with { Layers = layers, Epochs = 2, BatchSize = 50 };
        var whole = SampleRun.Folder(folder.File("whole"), settings);
        SampleRun.Start(whole);
        using var stop = new CancellationTokenSource();
        var stopped = SampleRun.Folder(folder.File("stopped"), settings with { CheckpointEvery = 1, LogEvery = 1 });
        Assert.False(SampleRun.Start(
            stopped, new SampleRun.Listener { OnLine = metric => Cancel(stop, metric.Step == 3) }, stop.Token).Completed);
        Assert.True(SampleRun.Resume(stopped).Completed);
        Assert.Equal(Draw.Bits(StateFile.Load(whole.WeightsPath)), Draw.Bits(StateFile.Load(stopped.WeightsPath)));
        Assert.True(double.IsFinite(RunEvaluation.Run(whole, SampleRun.Source).Test.Loss));
        Assert.Contains(layers == "vgg-small" ? "features.0.weight" : "layers.0.weight", StateFile.Load(whole.WeightsPath).Keys);
    }

    [Fact]
    public void A_run_killed_after_its_checkpoint_measures_the_rest_again()
    {
        var whole = Folder("whole");
        SampleRun.Start(whole);
        var run = Folder("killed");
        Assert.Throws<InvalidOperationException>(() => SampleRun.Start(
            run, new SampleRun.Listener { OnLine = metric => Fail(metric.Step == 34) }));
        File.AppendAllText(run.MetricsPath, "{\"type\":\"tra");

        SampleRun.Resume(RunFolder.Open(run.Path));
        Assert.Equal(File.ReadAllBytes(whole.WeightsPath), File.ReadAllBytes(run.WeightsPath));
        Assert.Equal(Losses(whole), Losses(run));
    }

    [Fact]
    public void A_finished_run_can_be_trained_longer()
    {
        var whole = Folder("whole", SampleRun.Settings with { Epochs = 5 });
        SampleRun.Start(whole);
        var run = Folder("longer");
        SampleRun.Start(run);
        run.Update(run.Record with { Settings = run.Record.Settings with { Epochs = 5 } });
        Assert.False(RunHistory.IsFinished(run));
        SampleRun.Resume(RunFolder.Open(run.Path));
        Assert.Equal(File.ReadAllBytes(whole.WeightsPath), File.ReadAllBytes(run.WeightsPath));
        Assert.Single(MetricsLog.Read(run.MetricsPath), metric => metric.Type == MetricKind.Evaluation);
    }

    [Fact]
    public void A_diverged_run_says_so_in_its_metrics_and_in_its_curve()
    {
        var run = Folder("diverged", SampleRun.Settings with
        {
            Layers = "flatten linear:10",
            Optimizer = OptimizerKind.Sgd,
            LearningRate = 3e38f,
        });
        var error = Assert.Throws<TrainingDivergedException>(() => SampleRun.Start(run));
        var last = MetricsLog.Read(run.MetricsPath)[^1];
        Assert.Equal((MetricKind.Diverged, error.Step), (last.Type, last.Step));
        Assert.Equal(double.NaN, RunHistory.Read(run).Points[^1].Loss);
    }

    [Fact]
    public void A_last_batch_of_one_is_refused_before_anything_is_written() =>
        Assert.Contains("last batch of 1", Assert.Throws<ArgumentException>(() =>
            new TrainingRun(SampleRun.Settings with { BatchSize = 199 }, Cifar10.FromRecords(SampleRun.Slice))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Changed_data_is_refused_on_resume()
    {
        var run = Folder("run");
        SampleRun.Start(run);
        run.Update(run.Record with
        {
            Provenance = run.Record.Provenance with { Data = [new Ballast.Lab.DataFile("cifar10-slice.bin", new string('0', 64))] },
        });
        Assert.Contains("has changed", Assert.Throws<InvalidDataException>(() => SampleRun.Resume(run)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_and_test_data_may_have_files_of_one_name()
    {
        var run = Folder("run");
        SampleRun.Start(run);
        var data = run.Record.Provenance.Data[0];
        run.Update(run.Record with
        {
            Settings = run.Record.Settings with { Epochs = 4 },
            Provenance = run.Record.Provenance with { Data = [new Ballast.Lab.DataFile(data.Name, new string('0', 64)), data] },
        });
        Assert.True(SampleRun.Resume(run).Completed);
    }

    [Fact]
    public void A_checkpoint_of_another_network_is_refused_by_its_path()
    {
        var run = Folder("run");
        SampleRun.Start(run);
        run.Update(run.Record with { Settings = run.Record.Settings with { Epochs = 4, Layers = "flatten linear:9 relu linear:10" } });
        Assert.Contains(run.CheckpointPath, Assert.Throws<ArgumentException>(() => SampleRun.Resume(run)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OptimizerKind.Adam, 0.9f, false)]
    [InlineData(OptimizerKind.AdamW, 0f, true)]
    [InlineData(OptimizerKind.Sgd, 0f, true)]
    [InlineData(OptimizerKind.Sgd, 1.5f, false)]
    public void Settings_that_an_optimizer_does_not_have_are_refused(OptimizerKind kind, float momentum, bool nesterov) =>
        Assert.Throws<ArgumentException>(() => (SampleRun.Settings with { Optimizer = kind, Momentum = momentum, Nesterov = nesterov })
            .MakeOptimizer([new Parameter(Tensor.Ones([1]))]));

    static void Cancel(CancellationTokenSource stop, bool now)
    {
        if (now)
            stop.Cancel();
    }

    static void Fail(bool now)
    {
        if (now)
            throw new InvalidOperationException("killed");
    }
}
