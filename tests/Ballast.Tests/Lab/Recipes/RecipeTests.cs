using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class RecipeTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    readonly string images;

    public RecipeTests()
    {
        const int record = 1 + 3 * 32 * 32;
        images = folder.File("images.bin");
        File.WriteAllBytes(images, File.ReadAllBytes(SampleRun.Slice)[..(80 * record)]);
    }

    public void Dispose() => folder.Dispose();

    static Recipe Airbench => Recipes.Find("airbench");

    // 80 images in batches of 8: 10 an epoch, of which the last ends after 9.
    RunSettings Small => Airbench.Settings with
    {
        BatchSize = 8,
        Epochs = 3,
        LogEvery = 5,
        Data = images,
        TestData = images,
    };

    [Fact]
    public void Images_of_other_channels_are_refused_with_what_to_do()
    {
        var grey = Small with { Recipe = "airbench", Methods = Small.Does with { Scale = new ChannelScale([0.5f], [0.2f]) } };
        string message = Assert.Throws<ArgumentException>(() => SampleRun.Source.Train(grey, CancellationToken.None)).Message;
        Assert.Contains("of 1 channels, those of the recipe airbench", message, StringComparison.Ordinal);
        Assert.Contains("Give --standardize", message, StringComparison.Ordinal);
    }

    RunFolder Run(string name, IRunListener? listener = null, CancellationToken stop = default)
    {
        var run = SampleRun.Folder(folder.File(name), Small);
        new TrainingRun(run.Record.Settings, SampleRun.Source.Train(run.Record.Settings, CancellationToken.None))
            .Start(run, SampleRun.Source, listener ?? new SampleRun.Listener(), stop);
        return run;
    }

    [Fact]
    public void A_run_ends_within_its_last_epoch_and_is_tested_twice()
    {
        var run = Run("run");
        var metrics = MetricsLog.Read(run.MetricsPath);
        Assert.Equal(
            ["Epoch 10", "Epoch 20", "Epoch 29", "Evaluation 29", "Evaluation 29"],
            metrics.Where(static metric => metric.Type != MetricKind.Train).Select(static metric => $"{metric.Type} {metric.Step}"));
        Assert.Equal([null, TestTimeAugmentation.FlipTranslate], metrics.TakeLast(2).Select(static metric => metric.TestTimeAugmentation));
        Assert.True(RunHistory.IsFinished(run));
        var curve = RunHistory.Read(run);
        Assert.Equal(metrics[^1].Accuracy, curve.TestAccuracy);
        Assert.Equal(metrics[^2].Accuracy, curve.PlainTestAccuracy);
        Assert.Equal(TestTimeAugmentation.FlipTranslate, curve.TestTimeAugmentation);
        // Evaluated again, as the recipe says and as it is not.
        Assert.Equal(metrics[^1].Loss, RunEvaluation.Run(run, SampleRun.Source).Test.Loss);
        Assert.Equal(metrics[^2].Loss, RunEvaluation.Run(run, SampleRun.Source, augmentation: TestTimeAugmentation.None).Test.Loss);
        Assert.NotEqual(metrics[^1].Loss, metrics[^2].Loss);
    }

    [Fact]
    public void Stopped_and_resumed_it_ends_with_the_same_bytes_on_any_number_of_threads()
    {
        int threads = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            var whole = Run("whole");
            Compute.Threads = 3;
            foreach (int step in (int[])[5, 25])
            {
                var run = Stopped($"stopped at {step}", step);
                Assert.False(RunHistory.IsFinished(run));
                run = RunFolder.Open(run.Path);
                new TrainingRun(run.Record.Settings, SampleRun.Source.Train(run.Record.Settings))
                    .Resume(run, SampleRun.Source, new SampleRun.Listener());
                Assert.Equal(File.ReadAllBytes(whole.WeightsPath), File.ReadAllBytes(run.WeightsPath));
                Assert.Equal(File.ReadAllBytes(whole.CheckpointPath), File.ReadAllBytes(run.CheckpointPath));
            }
        }
        finally
        {
            Compute.Threads = threads;
        }
    }

    RunFolder Stopped(string name, int step)
    {
        using var stop = new CancellationTokenSource();
        var listener = new SampleRun.Listener
        {
            OnLine = metric =>
            {
                if (metric.Step == step)
                    stop.Cancel();
            },
        };
        return Run(name, listener, stop.Token);
    }

    [Fact]
    public void Its_numbers_are_the_papers_but_for_two_epochs_more()
    {
        var settings = Airbench.Settings;
        Assert.Equal(
            ("airbench", 12, 1024, true, OptimizerKind.Sgd, 1.5f, 0.85f, true),
            (settings.Layers, settings.Epochs, settings.BatchSize, settings.DropLast, settings.Optimizer, settings.LearningRate,
                settings.Momentum, settings.Nesterov));
        var net = new AirBench(generator: new Generator(1));
        var optimizer = RunTraining.Optimizer(settings, net);
        Assert.Equal([96.0, null], optimizer.Groups.Select(static group => group.LearningRate));
        Assert.Equal(6, optimizer.Groups[0].Parameters.Count);
        // Rate times decay is the same in both groups: 0.0153 in a step of constant gradients' length, 1 + 1 / (1 - 0.85).
        Assert.Equal(0.0153 / (1 + 1 / 0.15), 1.5 * settings.WeightDecay!.Value, 1e-8);
        Assert.Equal(1.5 * settings.WeightDecay!.Value, 96 * optimizer.Groups[0].WeightDecay!.Value, 1e-8);

        var options = Options(net, []);
        Assert.Equal(476, options.Steps);
        Assert.Equal(
            [0.2, 1, 1 - 0.93 / 367, 0.07], new long[] { 0, 109, 110, 476 }.Select(step => Math.Round(options.Schedule!.Factor(step), 12)),
            static (a, b) => Math.Abs(a - b) < 1e-9);
        // ln 11 - ln 2 for the class with the logit ln 2, of whose target 0.82 is left; the others have ln 11.
        var loss = options.Loss!(Tensor.From([MathF.Log(2), 0, 0, 0, 0, 0, 0, 0, 0, 0], [1, 10]), Tensor.FromInt64(0));
        Assert.Equal(Math.Log(11) - 0.82 * Math.Log(2), loss.Item(), 1e-6);
        Assert.IsType<Lookahead>(options.Average);
        Assert.Equal(TestTimeAugmentation.FlipTranslate, settings.TestedWith);
    }

    // The paper's course, with 48 mini-batches an epoch, as CIFAR-10 has in batches of 1024.
    static TrainerOptions Options(AirBench net, List<int> told) => RunTraining.Options(
        Airbench.Settings with { Epochs = 10 }, new TrainerOptions { Epochs = 10, OnEpochStart = told.Add }, net, new DataLoader(SmallTask.Dataset(48), 1), null, "");

    [Fact]
    public void The_whitening_bias_learns_for_three_epochs()
    {
        var net = new AirBench(generator: new Generator(1));
        List<int> told = [];
        var options = Options(net, told);
        List<bool> frozen = [];
        foreach (int epoch in new[] { 1, 3, 4, 10 })
        {
            options.OnEpochStart!(epoch);
            frozen.Add(net.WhitenBias.Frozen);
        }

        Assert.Equal([false, false, true, true], frozen);
        Assert.Equal([1, 3, 4, 10], told);
    }

    [Fact]
    public void Another_network_or_average_is_refused()
    {
        var data = SampleRun.Source.Train(Small);
        Assert.Equal(
            "The recipe's first layer whitens the images, and VggSmall has none that does. Leave the network to the recipe.",
            Assert.Throws<ArgumentException>(() => new TrainingRun(Small with { Layers = "vgg-small" }, data)).Message);
        Assert.Equal(
            "The recipe has slow weights of its own; there can be no other average. Leave it out.",
            Assert.Throws<ArgumentException>(
                () => new TrainingRun(Small with { Methods = Small.Methods! with { EmaDecay = 0.9 } }, data)).Message);
    }

    [Fact]
    public void A_name_that_does_not_exist_is_refused_with_the_nearest() =>
        Assert.Equal(
            "There is no recipe \"airbnch\". Did you mean airbench?",
            Assert.Throws<ArgumentException>(static () => Recipes.Find("airbnch")).Message);
}
