using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class StudyRunnerTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    StudyResult Run(string name, StudyDefinition definition, int jobs, Action<StudyProgress>? progress = null, CancellationToken stop = default)
    {
        using var runner = SampleStudy.Begin(folder.File(name), definition);
        return runner.Run(jobs, progress, stop);
    }

    byte[] Results(string name) => File.ReadAllBytes(Path.Combine(folder.File(name), "results.json"));

    [Fact]
    public void Trials_side_by_side_give_the_bits_of_each_alone()
    {
        var definition = SampleStudy.Define("placement");
        var together = Run("together", definition, jobs: 4);
        Assert.True(together.IsComplete);
        Assert.Equal(9, together.Trials.Count);
        foreach (var trial in together.Trials)
        {
            var alone = StudyRunner.RunTrial(definition, definition.Arm(trial.Arm), trial.Repeat, SampleStudy.Data, static _ => { });
            Assert.Equal(SampleStudy.Numbers(alone), SampleStudy.Numbers(trial));
        }

        Run("one", definition, jobs: 1);
        Assert.Equal(Results("together"), Results("one"));
        Assert.Equal(9, together.Trials.Select(static trial => trial.Values["testLoss"]).Distinct().Count());
    }

    [Fact]
    public void A_trial_is_the_training_run_of_its_settings()
    {
        var definition = SampleStudy.Define("placement");
        var arm = definition.Arm("before");
        var trial = StudyRunner.RunTrial(definition, arm, new StudyRepeat(7), SampleStudy.Data, static _ => { });
        var run = SampleRun.Folder(folder.File("run"), arm.Settings with { Seed = 7 });
        var outcome = SampleRun.Start(run);
        Assert.Equal((outcome.Test!.Accuracy, outcome.Test.Loss), (trial.Values["accuracy"], trial.Values["testLoss"]));
        Assert.Equal(
            MetricsLog.Read(run.MetricsPath).Where(static metric => metric.Type == MetricKind.Train).Select(static metric => metric.Loss!.Value),
            trial.Curve("loss")!.Y);
    }

    [Theory]
    [InlineData("placement", "before")]
    [InlineData("batch-size", "batch-20")]
    public void Methods_do_in_a_trial_what_they_do_in_a_run(string study, string name)
    {
        var methods = new RunMethods(
            LabelSmoothing: 0.1f, Schedule: "cosine", WarmUp: 3, ClipNorm: 1, NoDecayNorms: true, BiasLearningRateFactor: 2, Crop: 4, Flip: FlipKind.Alternating,
            Cutout: 4);
        var options = SampleStudy.Options with
        {
            Methods = methods,
            Optimizer = OptimizerKind.Sgd,
            LearningRate = 0.05f,
            Momentum = 0.9f,
            Nesterov = true,
            WeightDecay = 0.01f,
            Sizes = study == "batch-size" ? [20] : null,
        };
        var arm = SampleStudy.Define(study, options).Arm(name);
        string path = folder.File("definition.json");
        SampleStudy.Define(study, options).Save(path);
        var loaded = StudyDefinition.Load(path);
        Assert.Equal(SampleStudy.Define(study, options).ToJson(), loaded.ToJson());
        Assert.Equal(methods, loaded.Arm(name).Settings.Methods);
        var trial = StudyRunner.RunTrial(loaded, loaded.Arm(name), new StudyRepeat(7), SampleStudy.Data, static _ => { });
        var outcome = SampleRun.Start(SampleRun.Folder(folder.File("run"), arm.Settings with { Seed = 7 }));
        Assert.Equal((outcome.Test!.Accuracy, outcome.Test.Loss), (trial.Values["accuracy"], trial.Values["testLoss"]));
        Assert.DoesNotContain("methods", SampleStudy.Define(study, options with { Methods = null }).ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("learning-rate", "the learning rate is what this study sets")]
    [InlineData("landscape", "measured in one learning rate")]
    public void A_schedule_is_refused_where_the_study_sets_the_rate(string study, string reason)
    {
        var options = SampleStudy.Options with { Methods = new RunMethods(Schedule: "cosine") };
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => SampleStudy.Define(study, options)).Message, StringComparison.Ordinal);
        SampleStudy.Define("placement", options);
    }

    [Fact]
    public void What_a_trial_does_not_follow_is_refused()
    {
        Refused("placement", new RunMethods(EmaDecay: 0.9), "tests the weights themselves");
        Refused("placement", new RunMethods(Loss: LossKind.Mse), "of the cross entropy");
        Refused("placement", new RunMethods(Validation: 0.1), "train equally long");
        Refused("adapt", new RunMethods(Scale: new ChannelScale([0.5f, 0.5f, 0.5f], [1, 1, 1])), "values from 0 to 1");
        Refused("placement", new RunMethods(Schedule: "cosin"), "There is no schedule");

        void Refused(string study, RunMethods methods, string reason) => Assert.Contains(
            reason, Assert.Throws<ArgumentException>(() => SampleStudy.Begin(folder.File("refused"), SampleStudy.Define(study, SampleStudy.Options with { Methods = methods }))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_and_resumed_it_ends_with_the_same_numbers()
    {
        var definition = SampleStudy.Define("placement");
        Run("whole", definition, jobs: 2);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Run("stopped", definition, 1, state =>
        {
            if (state.Done == 4)
                stop.Cancel();
        }, stop.Token));
        Assert.Contains("The study is incomplete: 4 of 9", File.ReadAllText(Path.Combine(folder.File("stopped"), "report.html")), StringComparison.Ordinal);
        // What a killed program leaves: a temporary file, and no lock.
        File.WriteAllText(Path.Combine(folder.File("stopped"), "trials", ".none-seed0.json.abcdefgh.ijk.tmp"), "{\"form");
        int ran = 0;
        using (var again = StudyRunner.Open(folder.File("stopped"), SampleRun.Source))
            again.Run(2, state => ran += state.Ended is null ? 0 : 1);
        Assert.Equal(5, ran);
        Assert.Equal(Results("whole"), Results("stopped"));
        Assert.DoesNotContain(folder.Names(), static name => name.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_studies_in_one_folder_are_refused()
    {
        using var runner = SampleStudy.Begin(folder.File("study"), SampleStudy.Define("placement"));
        Assert.Contains("is in use by process ", Assert.Throws<IOException>(() => StudyRunner.Open(folder.File("study"), SampleRun.Source)).Message, StringComparison.Ordinal);
        Assert.Contains("holds a study already", Assert.Throws<IOException>(() => SampleStudy.Begin(folder.File("study"), SampleStudy.Define("placement"))).Message, StringComparison.Ordinal);
        runner.Dispose();
        StudyRunner.Open(folder.File("study"), SampleRun.Source).Dispose();
    }

    [Theory]
    [InlineData("\"format\": 1,", "\"format\": 9,", "is of version 9")]
    [InlineData("\"format\": 1,", "", "does not say which version")]
    [InlineData("\"trial\": \"train\"", "\"trial\": \"trane\"", "Did you mean train?")]
    [InlineData("\"definition\"", "\"definition", "is damaged")]
    public void A_damaged_record_or_one_of_another_version_is_refused(string from, string to, string message)
    {
        SampleStudy.Begin(folder.File("study"), SampleStudy.Define("placement")).Dispose();
        string file = Path.Combine(folder.File("study"), "study.json"), text = File.ReadAllText(file);
        int at = from.Contains("format", StringComparison.Ordinal) ? text.LastIndexOf("\"format\": 1", StringComparison.Ordinal) : -1;
        File.WriteAllText(file, at >= 0 ? text[..at] + (to.Length == 0 ? "\"other\": 1" : to.TrimEnd(',')) + text[(at + "\"format\": 1".Length)..]
            : text.Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => StudyRunner.Open(folder.File("study"), SampleRun.Source)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trial_of_another_definition_and_a_damaged_one_are_refused()
    {
        var definition = SampleStudy.Define("placement");
        Run("study", definition, 2);
        string file = Path.Combine(folder.File("study"), "trials", "none-seed7.json"), text = File.ReadAllText(file);
        foreach (var (changed, message) in new[]
        {
            (text.Replace(definition.Fingerprint(), "0123456789abcdef", StringComparison.Ordinal), "belongs to another study"),
            (text[..(text.Length / 2)], "Delete it, and the trial is run again"),
        })
        {
            File.WriteAllText(file, changed);
            using var runner = StudyRunner.Open(folder.File("study"), SampleRun.Source);
            Assert.Contains(message, Assert.Throws<InvalidDataException>(() => runner.Run()).Message, StringComparison.Ordinal);
        }

        byte[] before = Results("study");
        File.Delete(file);
        using var again = StudyRunner.Open(folder.File("study"), SampleRun.Source);
        Assert.True(again.Run().IsComplete);
        Assert.Equal(before, Results("study"));
    }

    [Fact]
    public void A_folder_without_a_study_is_refused()
    {
        Assert.Contains("There is no folder", Assert.Throws<FileNotFoundException>(() => StudyFolder.Open(folder.File("none"))).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("half"));
        Assert.Contains("holds no study", Assert.Throws<FileNotFoundException>(() => StudyFolder.Open(folder.File("half"))).Message, StringComparison.Ordinal);
        SampleRun.Folder(folder.File("run"), SampleRun.Settings);
        Assert.Contains("not a study", Assert.Throws<FileNotFoundException>(() => StudyFolder.Open(folder.File("run"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_data_is_refused()
    {
        string path = SampleRun.Repeat(folder);
        var options = SampleStudy.Options with { Data = path, TestData = null };
        var data = StudyData.Open(SampleRun.Source, SampleStudy.Settings(options));
        Assert.Equal((true, 1600, 400), (data.IsHeldOut, data.Train.Count, data.Test.Count));
        StudyRunner.Begin(folder.File("study"), Study.Find("placement").Define(options, data), data).Dispose();
        byte[] bytes = File.ReadAllBytes(path);
        bytes[100]++;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("has changed since", Assert.Throws<InvalidDataException>(() => StudyRunner.Open(folder.File("study"), SampleRun.Source)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_is_saved_and_run_again_to_the_same_numbers()
    {
        var definition = SampleStudy.Define("placement");
        definition.Save(folder.File("definition.json"));
        var read = StudyDefinition.Load(folder.File("definition.json"));
        Assert.Equal(definition.ToJson(), read.ToJson());
        Assert.Equal(definition.Fingerprint(), read.Fingerprint());
        Run("one", definition, 2);
        Run("two", read, 2);
        Assert.Equal(Results("one"), Results("two"));
        Assert.Throws<FileNotFoundException>(() => StudyDefinition.Load(folder.File("other.json")));
    }

    [Fact]
    public void A_training_that_diverges_is_kept_and_said()
    {
        var options = SampleStudy.Options with { Optimizer = OptimizerKind.Sgd, LearningRate = 1e30f, Seeds = [1, 2] };
        var result = Run("study", SampleStudy.Define("placement", options), 2);
        Assert.True(result.IsComplete);
        Assert.Contains(result.Trials, static trial => trial.DivergedAt is > 0 && trial.Values.Count == 0);
        Assert.Contains("diverged", File.ReadAllText(Path.Combine(folder.File("study"), "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_contradicts_itself_is_refused()
    {
        var definition = SampleStudy.Define("placement");
        foreach (var (wrong, message) in new[]
        {
            (definition with { Seeds = [1, 2, 1] }, "The seed 1 is given twice"),
            (definition with { Seeds = [] }, "needs a seed"),
            (definition with { Arms = [] }, "needs an arm"),
            (definition with { Arms = [.. definition.Arms, definition.Arms[0]] }, "Two arms"),
            (definition with { Arms = [definition.Arms[0] with { Name = "../x" }] }, "letters, digits"),
            (definition with { Comparisons = [new("before", "nine")] }, "Did you mean none?"),
            (definition with { Folds = 1 }, "2 folds or more"),
        })
        {
            Assert.Contains(message, Assert.Throws<ArgumentException>(wrong.Check).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => SampleStudy.Begin(folder.File("new"), wrong));
            Assert.False(Directory.Exists(folder.File("new")));
        }

        var broken = definition with { Arms = [definition.Arms[0] with { Settings = definition.Arms[0].Settings with { Layers = "flatten linear:3" } }] };
        Assert.ThrowsAny<FormatException>(() => SampleStudy.Begin(folder.File("new"), broken with { Comparisons = [], Expectations = [] }));
    }

    [Fact]
    public void Images_of_one_class_are_refused()
    {
        var one = Enumerable.Range(0, 200).Where(i => SampleStudy.Data.Train.Label(i) == 3).ToArray();
        Assert.Contains("one class only, cat (3)", Assert.Throws<ArgumentException>(() => StudyData.Of(SampleStudy.Data.Train.Subset(one), null)).Message, StringComparison.Ordinal);
    }
}
