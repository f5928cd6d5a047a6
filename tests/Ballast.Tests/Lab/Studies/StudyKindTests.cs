using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Each study on a few images: it runs, measures what it says it measures, and gives the same bits again.</summary>
public sealed class StudyKindTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Names => [.. Study.All.Select(static study => study.Name)];

    static StudyOptions Options(string study) => SampleStudy.Options with
    {
        Seeds = study == "kfold" ? [42] : [42, 7],
        Layers = study == "shift" ? "flatten linear:8 batchnorm sigmoid linear:10" : SampleStudy.Options.Layers,
        Folds = study == "kfold" ? 3 : null,
        Sizes = study == "batch-size" ? [2, 20] : study == "without-normalization" ? [60, 200] : null,
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void It_runs_and_measures(string name)
    {
        var definition = Shorten(SampleStudy.Define(name, Options(name)));
        StudyResult result;
        using (var runner = SampleStudy.Begin(folder.File(name), definition))
            result = runner.Run(2);
        Assert.True(result.IsComplete);
        foreach (var measure in definition.Measures.Where(static measure => measure.Reach is null))
            Assert.Contains(definition.Arms, arm => result.Has(arm, measure));
        foreach (var expectation in definition.Expectations.Where(expectation => definition.Measure(expectation.Measure).Reach is null))
            Assert.NotEqual(ExpectationOutcome.NotMeasured, result.Outcome(expectation));
        foreach (var plot in definition.Plots.Where(static plot => plot.Kind is PlotKind.Curves or PlotKind.Single))
            Assert.Contains(result.Trials, trial => trial.Curves.Any(curve => curve.Name.StartsWith(plot.Of, StringComparison.Ordinal) && curve.X.Count > 0));
        var page = StudyPage.Render(result);
        Assert.DoesNotContain("NaN", PageText.Seen(page), StringComparison.Ordinal);
        Assert.Equal(definition.Plots.Count(static plot => plot.Kind is not (PlotKind.Dots or PlotKind.Forest)), PageText.Data(page).GetProperty("charts").GetArrayLength());
        foreach (var trial in result.Trials.Take(2))
        {
            var again = StudyRunner.RunTrial(definition, definition.Arm(trial.Arm), trial.Repeat, SampleStudy.Data, static _ => { });
            Assert.Equal(SampleStudy.Numbers(trial), SampleStudy.Numbers(again));
        }
    }

    // A rising rate for fewer steps.
    static StudyDefinition Shorten(StudyDefinition definition) => definition with
    {
        Arms =
        [
            .. definition.Arms.Select(static arm => arm.Trial != "stress" ? arm
                : arm with { Numbers = new Dictionary<string, double>(arm.Numbers!) { ["steps"] = 600 } }),
        ],
    };

    [Fact]
    public void What_cannot_be_built_is_left_out_and_said()
    {
        var definition = SampleStudy.Define("normalizers");
        Assert.DoesNotContain(definition.Arms, static arm => arm.Name == "instance");
        Assert.Contains(definition.Notes, static note => note.StartsWith("Left out: the network with instance normalization", StringComparison.Ordinal));
        var images = SampleStudy.Define("normalizers", SampleStudy.Options with { Layers = "conv:16,3 batchnorm relu globalavgpool flatten linear:10" });
        Assert.Contains(images.Arms, static arm => arm.Name == "instance");
        Assert.Contains("groupnorm:2", images.Arm("group").Settings.Layers, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_with_residual_blocks_is_studied_too()
    {
        var few = StudyData.Of(SampleStudy.Data.Train.Subset([.. Enumerable.Range(0, 16)]), SampleStudy.Data.Test.Subset([.. Enumerable.Range(0, 8)]));
        var options = SampleStudy.Options with { Layers = "resnet20", Epochs = 1, BatchSize = 8, Seeds = [42] };
        var definition = Study.Find("placement").Define(options, few);
        Assert.Equal(["resnet20", "resnet20 after batchnorm", "resnet20 none"], definition.Arms.Select(static arm => arm.Settings.Layers));
        Assert.Contains("stay where they are", Assert.Single(definition.Notes), StringComparison.Ordinal);
        using (var runner = StudyRunner.Begin(folder.File("placement"), definition, few))
            Assert.True(runner.Run(1).IsComplete);
        var normalizers = Study.Find("normalizers").Define(options, few);
        Assert.Equal(["batch", "none", "layer", "group", "rms", "instance", "ghost", "renorm"], normalizers.Arms.Select(static arm => arm.Name));
        var group = NamedNetworks.Build(normalizers.Arm("group").Settings.Layers, [3, 32, 32], 10);
        Assert.Equal([2, 4, 8], group.NamedModules().Select(static part => part.Module).OfType<GroupNorm>().Select(static norm => norm.NumGroups).Distinct());
        Assert.Contains("not a chain of layers", Assert.Throws<ArgumentException>(() => Study.Find("shift").Define(options, few)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_mini_batch_is_left_out_where_an_arm_needs_it()
    {
        // 200 images by 48 leave 8, of which ghost batch normalization over 24 can make no virtual batch.
        var definition = SampleStudy.Define("normalizers", SampleStudy.Options with { BatchSize = 48, VirtualBatch = 24 });
        Assert.True(definition.Arm("ghost").Settings.DropLast);
        Assert.False(definition.Arm("batch").Settings.DropLast);
        Assert.Contains(definition.Notes, static note => note.StartsWith("With ghost batch normalization over 24 images the last, smaller mini-batch of an epoch is left out", StringComparison.Ordinal));
        Assert.Equal(21, definition.Family(definition.Primary).Count);
    }

    [Fact]
    public void Statistics_measured_again_give_the_accuracy_of_those_statistics()
    {
        var definition = SampleStudy.Define("normalizers");
        var arm = definition.Arm("batch");
        var trial = StudyRunner.RunTrial(definition, arm, new StudyRepeat(42), SampleStudy.Data, static _ => { });
        using var scope = Generator.UseDefault(new Generator(42));
        var network = LayerText.Parse(arm.Settings.Layers).Build([3, 32, 32], 10);
        var loader = new DataLoader(SampleStudy.Data.Train, arm.Settings.BatchSize, shuffle: true);
        new Trainer(network, arm.Settings.MakeOptimizer(network.Parameters()), loader, new TrainerOptions { Epochs = arm.Settings.Epochs }).Fit();
        double plain = Evaluation.Run(network, SampleStudy.Data.Test).Accuracy;
        PreciseStatistics.Update(network, loader, StatisticsEstimate.Population);
        Assert.Equal((plain, Evaluation.Run(network, SampleStudy.Data.Test).Accuracy), (trial.Values["accuracy"], trial.Values["precise"]));
        Assert.NotEqual(plain, trial.Values["precise"]);
        var none = StudyRunner.RunTrial(definition, definition.Arm("none"), new StudyRepeat(42), SampleStudy.Data, static _ => { });
        Assert.Equal(none.Values["accuracy"], none.Values["precise"]);
    }

    [Fact]
    public void A_tuned_rate_is_chosen_by_images_held_back_and_then_trained_with_on_all()
    {
        var tuned = SampleStudy.Define("normalizers", SampleStudy.Options with { Tune = [1e-3, 30] });
        var trial = StudyRunner.RunTrial(tuned, tuned.Arm("batch"), new StudyRepeat(42), SampleStudy.Data, static _ => { });
        Assert.Equal(0.003f, (float)trial.Values["learningRate"]);
        var plain = SampleStudy.Define("normalizers", SampleStudy.Options with { LearningRate = 0.003f });
        var same = StudyRunner.RunTrial(plain, plain.Arm("batch"), new StudyRepeat(42), SampleStudy.Data, static _ => { });
        Assert.Equal((same.Values["accuracy"], same.Values["testLoss"]), (trial.Values["accuracy"], trial.Values["testLoss"]));
    }

    [Fact]
    public void Initial_weights_are_scaled_in_all_layers_but_the_last_and_images_are_as_many_as_asked()
    {
        var definition = SampleStudy.Define("init");
        var context = new TrialContext(definition, definition.Arm("with-x100"), new StudyRepeat(7), SampleStudy.Data, static _ => { }, default);
        using var scope = Generator.UseDefault(new Generator(7));
        Parameter[] scaled = [.. context.Build().Parameters()];
        using var again = Generator.UseDefault(new Generator(7));
        Parameter[] usual = [.. LayerText.Parse(definition.Arm("with-x1").Settings.Layers).Build([3, 32, 32], 10).Parameters()];
        Assert.Equal(usual[0].ToArray().Select(static value => (float)(value * 100.0)), scaled[0].ToArray());
        Assert.Equal(usual[1].ToArray(), scaled[1].ToArray());
        Assert.Equal(usual[^2].ToArray(), scaled[^2].ToArray());
        var few = SampleStudy.Define("without-normalization", SampleStudy.Options with { Sizes = [60, 200] });
        Assert.Equal(60, new TrialContext(few, few.Arm("dyt-60"), new StudyRepeat(7), SampleStudy.Data, static _ => { }, default).Train.Count);
        Assert.Equal((4, 2), (few.Arm("dyt-60").Settings.Epochs, few.Arm("dyt-200").Settings.Epochs));
    }

    [Fact]
    public void Dropout_stands_behind_each_activation()
    {
        var definition = SampleStudy.Define("dropout", SampleStudy.Options with { Dropout = 0.3 });
        Assert.Equal("flatten linear:8 batchnorm relu dropout:0.3 linear:10", definition.Arm("both").Settings.Layers);
        Assert.Equal("flatten linear:8 relu dropout:0.3 linear:10", definition.Arm("dropout").Settings.Layers);
    }

    [Fact]
    public void A_cross_validation_keeps_each_folds_network_and_needs_no_test_images()
    {
        string path = SampleRun.Repeat(folder);
        var settings = SampleStudy.Settings(SampleStudy.Options) with { Data = path, TestData = null, Epochs = 1 };
        var data = StudyData.Open(SampleRun.Source, settings, whole: true);
        Assert.Equal((2000, false), (data.Train.Count, data.IsHeldOut));
        var definition = Study.Folds(settings, 3, stratified: false, data);
        StudyResult result;
        using (var runner = StudyRunner.Begin(folder.File("folds"), definition, data))
            result = runner.Run(2);
        Assert.Equal(["network-seed42-fold1", "network-seed42-fold2", "network-seed42-fold3"],
            Directory.EnumerateFiles(Path.Combine(folder.File("folds"), "weights")).Select(Path.GetFileNameWithoutExtension).Order());
        var fold = KFold.Split(2000, 3, 42)[1];
        var network = NamedNetworks.Build(settings.Layers, [3, 32, 32], 10);
        network.LoadStateDict(StateFile.Load(Path.Combine(folder.File("folds"), "weights", "network-seed42-fold2.safetensors")));
        Assert.Equal(result.Trials[1].Values["accuracy"], Evaluation.Run(network, data.Train.Subset([.. fold.Test])).Accuracy);
        Assert.StartsWith("With this network the accuracy on the fold that was left out is", StudySummary.Of(result).Answer, StringComparison.Ordinal);
        Assert.Contains("seed 42, fold 2", PageText.Seen(StudyPage.Render(result)), StringComparison.Ordinal);
        using var open = StudyRunner.Open(folder.File("folds"), SampleRun.Source);
        Assert.True(open.Result().IsComplete);
    }

    [Fact]
    public void Each_layer_by_itself()
    {
        var definition = SampleStudy.Define("placement", SampleStudy.Options with { Layers = "mlp", PerLayer = true });
        Assert.Equal(["before", "after", "none", "before-1", "after-1", "before-2", "after-2"], definition.Arms.Select(static arm => arm.Name));
        Assert.Equal("flatten linear:64 relu batchnorm linear:32 relu linear:10", definition.Arm("after-1").Settings.Layers);
    }

    [Fact]
    public void Fewer_images_than_folds_and_sizes_without_a_variance_are_refused()
    {
        var few = StudyData.Of(SampleStudy.Data.Train.Subset([.. Enumerable.Range(0, 12)]), SampleStudy.Data.Test);
        Assert.Contains("there are 12 images", Assert.Throws<ArgumentException>(
            () => Study.Find("kfold").Define(SampleStudy.Options with { Folds = 20 }, few)).Message, StringComparison.Ordinal);
        Assert.Contains("samples. Expected one for each", Assert.Throws<ArgumentException>(
            () => Study.Find("kfold").Define(SampleStudy.Options with { Folds = 6, Stratified = true }, few)).Message, StringComparison.Ordinal);
        Assert.Contains("got 1", Assert.Throws<ArgumentException>(
            () => SampleStudy.Define("batch-size", SampleStudy.Options with { Sizes = [1, 4] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_folds_of_a_cross_validation_are_tested_on_once_each()
    {
        var definition = SampleStudy.Define("kfold", Options("kfold"));
        var trial = StudyRunner.RunTrial(definition, definition.Arm("with"), new StudyRepeat(42, 2), SampleStudy.Data, static _ => { });
        using var scope = Generator.UseDefault(new Generator(42));
        var fold = KFold.Split(200, 3, 42)[1];
        var settings = definition.Arm("with").Settings;
        var network = LayerText.Parse(settings.Layers).Build([3, 32, 32], 10);
        var optimizer = settings.MakeOptimizer(network.Parameters());
        var loader = DataLoader.OfSubset(SampleStudy.Data.Train, [.. fold.Train], settings.BatchSize);
        new Trainer(network, optimizer, loader, new TrainerOptions { Epochs = settings.Epochs }).Fit();
        var test = Evaluation.Run(network, SampleStudy.Data.Train.Subset([.. fold.Test]));
        Assert.Equal((test.Accuracy, test.Loss), (trial.Values["accuracy"], trial.Values["testLoss"]));
        Assert.Equal(67, fold.Test.Count);
    }

    [Fact]
    public void Noise_behind_batch_normalization_is_there_in_training_only()
    {
        var layer = new NoisyBatchNorm([6]);
        var input = Draw.Data([40, 6], 3);
        var plain = new BatchNorm1d(6).Forward(input).ToArray();
        using var scope = Generator.UseDefault(new Generator(1));
        float[] noisy = layer.Forward(input).ToArray();
        for (int c = 0; c < 6; c++)
        {
            double[] shift = [.. Enumerable.Range(0, 40).Select(n => (double)noisy[n * 6 + c] - plain[n * 6 + c])];
            Assert.InRange(shift.Average(), -0.62, 0.62);
            Assert.True(SampleSummary.Of(shift).Deviation > 0.02);
        }

        layer.Eval();
        var same = new BatchNorm1d(6);
        same.Forward(input);
        same.Eval();
        Assert.Equal(same.Forward(input).ToArray(), layer.Forward(input).ToArray());
    }
}
