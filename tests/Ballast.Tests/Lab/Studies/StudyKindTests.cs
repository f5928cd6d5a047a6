using Ballast.Lab;

namespace Ballast.Tests;

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
        Sizes = study == "batch-size" ? [2, 20] : null,
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
