using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class RunBoardTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static RunSettings Settings { get; } = SampleRun.Settings with { CheckpointEvery = 5 };

    RunFolder Create(string name, RunSettings? settings = null) => RunFolder.Create(folder.File(name), new RunRecord(
        RunKind.Train, settings ?? Settings, SampleRun.Provenance(Cifar10.FromRecords(SampleRun.Slice)))
    {
        TensorBoard = true,
    });

    List<BoardEvent> Board(string name) => [.. EventReader.ReadFolder(folder.File(name)).Where(static seen => seen.Tag is not null)];

    static string Text(BoardEvent seen) =>
        $"{seen.Step} {seen.Tag} {seen.Scalar} {string.Join(',', seen.Counts ?? [])} {Convert.ToBase64String(seen.Picture ?? [])}";

    [Fact]
    public void Every_measurement_is_a_point_and_each_epoch_has_its_weights_and_activations()
    {
        SampleRun.Start(Create("run"));
        var events = Board("run");
        var metrics = MetricsLog.Read(Path.Combine(folder.File("run"), "metrics.jsonl"));
        foreach (var (kind, place) in new[] { (MetricKind.Train, "train"), (MetricKind.Epoch, "epoch"), (MetricKind.Evaluation, "test") })
        {
            var own = metrics.Where(metric => metric.Type == kind).ToList();
            Assert.NotEmpty(own);
            Assert.Equal(own.Select(static metric => (metric.Step, (float?)metric.Loss)), Scalars($"loss/{place}"));
            Assert.Equal(own.Select(static metric => (metric.Step, (float?)metric.Accuracy)), Scalars($"accuracy/{place}"));
        }

        Assert.All(Scalars("learning rate"), static point => Assert.Equal(1e-4f, point.Scalar));
        Assert.Equal(Scalars("loss/train").Select(static point => point.Step), Scalars("learning rate").Select(static point => point.Step));
        long[] epochs = [0, 20, 40, 60];
        foreach (var (tag, count) in new[]
        {
            ("weights/layers.1.weight", 8 * 3072), ("weights/layers.2.bias", 8), ("activations/layers.2/before", 80), ("activations/layers.2/after", 80),
        })
        {
            var histograms = events.Where(seen => seen.Tag == tag).ToList();
            Assert.Equal(epochs, histograms.Select(static seen => seen.Step));
            Assert.All(histograms, seen => Assert.Equal(count, seen.Counts!.Sum()));
        }

        var pictures = events.Where(static seen => seen.Picture is not null).ToList();
        Assert.Equal([(0L, "images"), .. epochs.Select(static step => (step, "weights of the first layer"))], pictures.Select(static seen => (seen.Step, seen.Tag!)));
        var images = PngImage.Decode(new MemoryStream(pictures[0].Picture!));
        Assert.Equal((131, 131, 3), (images.Width, images.Height, images.Channels)); // 4 by 4 of 32 x 32, with a line between
        var first = Cifar10.FromRecords(SampleRun.Slice).Bytes(0);
        Assert.Equal([first[0], first[1024], first[2048]], images.Pixels[..3]);

        IEnumerable<(long Step, float? Scalar)> Scalars(string tag) => events.Where(seen => seen.Tag == tag).Select(static seen => (seen.Step, seen.Scalar));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Stopped_or_killed_and_resumed_it_holds_what_one_sitting_writes_and_nothing_twice(int lines)
    {
        SampleRun.Start(Create("whole"));
        using var stop = new CancellationTokenSource();
        int seen = 0;
        var run = Create("run");
        var listener = new SampleRun.Listener { OnLine = _ => { if (++seen == lines) stop.Cancel(); } };
        Assert.False(SampleRun.Start(run, listener, stop.Token).Completed);
        // As a killed program leaves it: events that its checkpoint does not know of, and half of one.
        using (var more = new TensorBoardWriter(run.Path))
        {
            more.Scalar("loss/train", 99, 1000);
            more.Scalar("loss/test", 99, 1);
        }

        File.AppendAllText(Directory.GetFiles(run.Path, "events*").First(), "\u0018\0\0\0");
        SampleRun.Resume(RunFolder.Open(run.Path));
        string[] Sorted(string name) => [.. Board(name).Where(static seen => !seen.Tag!.StartsWith("speed", StringComparison.Ordinal)).Select(Text).Order(StringComparer.Ordinal)];
        Assert.Equal(Sorted("whole"), Sorted("run"));
        Assert.Equal(
            File.ReadAllText(Path.Combine(folder.File("whole"), "activations.jsonl")), File.ReadAllText(Path.Combine(run.Path, "activations.jsonl")));
    }

    [Fact]
    public void A_run_that_did_not_ask_for_it_has_none_and_the_same_weights()
    {
        SampleRun.Start(Create("with"));
        SampleRun.Start(SampleRun.Folder(folder.File("without"), Settings));
        Assert.Empty(Directory.GetFiles(folder.File("without"), "events*"));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(folder.File("with"), "weights.safetensors")),
            File.ReadAllBytes(Path.Combine(folder.File("without"), "weights.safetensors")));
        Assert.DoesNotContain("tensorBoard", File.ReadAllText(Path.Combine(folder.File("without"), "run.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Standardized_images_are_shown_as_they_were_and_groups_have_their_own_rates()
    {
        var settings = Settings with
        {
            Epochs = 1,
            WeightDecay = 0.1f,
            Optimizer = OptimizerKind.AdamW,
            Methods = new RunMethods(NoDecayNorms: true, Scale: new ChannelScale([0.5f, 0.4f, 0.3f], [0.2f, 0.3f, 0.4f]), Validation: 0.5),
        };
        new TrainingRun(settings, SampleRun.Source.Train(settings)).Start(Create("run", settings), SampleRun.Source, new SampleRun.Listener());
        var events = Board("run");
        var shown = PngImage.Decode(new MemoryStream(events.First(static seen => seen.Tag == "images").Picture!));
        var data = Cifar10.FromRecords(SampleRun.Slice);
        Assert.Contains(Enumerable.Range(0, data.Count), image => data.Bytes(image)[0] == shown.Pixels[0] && data.Bytes(image)[1] == shown.Pixels[3]
            && data.Bytes(image)[1024] == shown.Pixels[1]);
        Assert.Contains(events, static seen => seen.Tag == "learning rate/group 2");
        Assert.Contains(events, static seen => seen.Tag == "accuracy/validation");
    }

    [Fact]
    public void A_study_leaves_a_run_for_each_training_with_its_curves()
    {
        var definition = SampleStudy.Define("placement", SampleStudy.Options with { Seeds = [1, 2] });
        using var runner = StudyRunner.Begin(folder.File("study"), definition, SampleStudy.Data, tensorBoard: true);
        foreach (var trial in runner.Run().Trials)
        {
            var events = EventReader.ReadFolder(Path.Combine(folder.File("study"), "tensorboard", trial.Arm, trial.Repeat.Name));
            var losses = trial.Curve("loss")!;
            Assert.Equal(
                losses.X.Zip(losses.Y, static (x, y) => ((long)x, (float?)y)),
                events.Where(static seen => seen.Tag == "curves/loss").Select(static seen => (seen.Step, seen.Scalar)));
            Assert.Equal((float)trial.Values["accuracy"], events.Single(static seen => seen.Tag == "end/accuracy").Scalar);
        }

        Assert.Equal(6, Directory.GetFiles(folder.File("study"), "events*", SearchOption.AllDirectories).Length);
    }
}
