using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Which images a run holds back: at random, each class in its share, or whole groups.</summary>
public sealed class HoldOutTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly RunData source = new(new DatasetOptions { Download = false });

    public void Dispose() => folder.Dispose();

    // Pictures of some classes; patient k has the pictures k, k + patients, ...
    RunSettings Table(int patients, params (string Label, int Count)[] classes)
    {
        List<string> lines = ["path,label,patient"];
        int number = 0;
        foreach (var (label, count) in classes)
        {
            for (int i = 0; i < count; i++)
            {
                PictureMaker.WriteRgb(folder.File($"{number}.png"), seed: number);
                lines.Add($"{number}.png,{label},p{number++ % patients}");
            }
        }

        File.WriteAllLines(folder.File("photos.csv"), lines);
        return RunSettings.Tutorial with
        {
            Data = folder.File("photos.csv"),
            Pictures = new PictureSettings(),
            Methods = new RunMethods(Validation: 0.2),
        };
    }

    static RunSettings Stratified(RunSettings settings) => settings with { Methods = settings.Does with { Stratified = true } };

    static RunSettings Grouped(RunSettings settings) => settings with { Pictures = settings.Pictures! with { Group = "patient" } };

    (ByteDataset Train, ByteDataset? Held) Split(RunSettings settings) => HoldOut.Split(settings, source.Train(settings), source.Groups(settings));

    string Refused(RunSettings settings) => Assert.Throws<ArgumentException>(() => Split(settings)).Message;

    static int[] Counts(Dataset data) =>
        [.. Enumerable.Range(0, data.ClassNames.Count).Select(label => Enumerable.Range(0, data.Count).Count(i => data.Label(i) == label))];

    static string[] Pictures(ByteDataset data) => [.. Enumerable.Range(0, data.Count).Select(i => Convert.ToHexString(data.Bytes(i)))];

    [Fact]
    public void Each_class_is_held_back_in_its_share()
    {
        var settings = Stratified(Table(1, ("a", 60), ("b", 10), ("c", 5)));
        var (train, held) = Split(settings);
        Assert.Equal([12, 2, 1], Counts(held!));
        Assert.Equal([48, 8, 4], Counts(train));
        Assert.Equal(60, HoldOut.Trained(settings, source.Train(settings), null));
        Assert.Empty(Pictures(train).Intersect(Pictures(held!)));
        Assert.Equal(Pictures(held!), Pictures(Split(settings).Held!));
        Assert.NotEqual(Pictures(held!), Pictures(Split(settings with { Seed = 1 }).Held!));
    }

    [Fact]
    public void Whole_groups_are_held_back()
    {
        var settings = Grouped(Table(12, ("a", 60), ("b", 48)));
        var data = source.Train(settings);
        string[] all = Pictures(data);
        var (train, held) = Split(settings);
        string[] trained = Patients(train), tested = Patients(held!);
        Assert.Empty(trained.Intersect(tested));
        Assert.Equal(12, trained.Length + tested.Length);
        Assert.InRange(held!.Count, 108 / 5 - 9, 108 / 5 + 9);
        Assert.Equal(train.Count, HoldOut.Trained(settings, data, source.Groups(settings)));

        string[] Patients(ByteDataset part) => [.. Pictures(part).Select(picture => $"p{Array.IndexOf(all, picture) % 12}").Distinct()];
    }

    [Fact]
    public void A_class_with_too_few_images_is_said()
    {
        var settings = Stratified(Table(1, ("a", 60), ("rare", 1), ("two", 2)));
        Assert.StartsWith("Too few images of a class for a validation share of 0.2: rare has 1", Refused(settings), StringComparison.Ordinal);
        Assert.EndsWith(
            "Each class needs one to train on and one to hold out. Add images, choose another share, or do not stratify.",
            Refused(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_whose_images_are_all_of_a_group_held_back_is_said()
    {
        var settings = Grouped(Table(2, ("a", 4)));
        File.AppendAllLines(folder.File("photos.csv"), ["0.png,b,p9"]);
        string[] messages = [.. Enumerable.Range(0, 8).Select(seed =>
        {
            try
            {
                Split(settings with { Seed = seed });
                return "";
            }
            catch (ArgumentException error)
            {
                return error.Message;
            }
        })];
        Assert.Contains("", messages);
        Assert.Contains("Holding out whole groups by patient leaves no image to train on of b (p9). Add images of other groups, or choose another "
            + "share or seed.", messages);
    }

    [Fact]
    public void One_group_two_ways_and_no_share_are_refused()
    {
        var settings = Table(1, ("a", 8), ("b", 8));
        Assert.Equal("All images have the patient p0. Expected two different ones: one to train on, one to hold out.", Refused(Grouped(settings)));
        Assert.Equal("Pictures are held out in one way: each class in its share, or whole groups. Choose one.",
            Assert.Throws<ArgumentException>(() => HoldOut.Refuse(Grouped(Stratified(settings)))).Message);
        Assert.Equal("There is no validation share to draw by class or by group. Give one, such as 0.2.",
            Assert.Throws<ArgumentException>(() => HoldOut.Refuse(settings with { Methods = new RunMethods { Stratified = true } })).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_that_was_stopped_goes_on_with_the_same_division_to_the_same_bits(bool grouped)
    {
        var settings = Table(6, ("a", 24), ("b", 12)) with { Layers = "flatten linear:2", Model = null, Epochs = 3, BatchSize = 4 };
        settings = grouped ? Grouped(settings) : Stratified(settings);
        var whole = Create("whole");
        Make().Start(whole, source, new SampleRun.Listener());
        var parts = Create("parts");
        using (var cancelled = new CancellationTokenSource())
        {
            var listener = new SampleRun.Listener { OnLine = metric => { if (metric.Step >= 10) cancelled.Cancel(); } };
            Assert.False(Make().Start(parts, source, listener, cancelled.Token).Completed);
        }

        parts = RunFolder.Open(parts.Path);
        Assert.Equal((settings.Does.Stratified, settings.Pictures!.Group),
            (parts.Record.Settings.Does.Stratified, parts.Record.Settings.Pictures!.Group));
        Make(parts.Record.Settings).Resume(parts, source, new SampleRun.Listener());
        Assert.Equal(File.ReadAllBytes(whole.WeightsPath), File.ReadAllBytes(parts.WeightsPath));
        Assert.Equal(Validations(whole), Validations(parts));

        RunFolder Create(string name) => RunFolder.Create(folder.File(name),
            new RunRecord(RunKind.Train, settings, SampleRun.Provenance(source.Train(settings)), Samples: RunSamples.Of(source.Train(settings))));
        TrainingRun Make(RunSettings? read = null) => new(read ?? settings, source.Train(read ?? settings), source.Groups(read ?? settings));
        static double?[] Validations(RunFolder run) =>
            [.. MetricsLog.Read(run.MetricsPath).Where(static metric => metric.Type == MetricKind.Validation).Select(static metric => metric.Loss)];
    }
}
