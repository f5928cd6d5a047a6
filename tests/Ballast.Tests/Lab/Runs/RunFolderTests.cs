using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class RunFolderTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back()
    {
        var settings = SampleRun.Settings with
        {
            Model = "mlp",
            Optimizer = OptimizerKind.AdamW,
            WeightDecay = 0.5f,
            Seed = -3,
            DropLast = true,
            CheckpointEvery = 9,
        };
        var made = SampleRun.Folder(folder.File("run"), settings);
        var read = RunFolder.Open(folder.File("run"));
        Assert.Equal(settings, read.Record.Settings);
        Assert.Equal(RunKind.Train, read.Record.Kind);
        Assert.Equal(made.Record.Provenance with { Data = [] }, read.Record.Provenance with { Data = [] });
        Assert.Equal(made.Record.Provenance.Data, read.Record.Provenance.Data);
        Assert.Equal("cifar10-slice.bin", read.Record.Provenance.Data[0].Name);
        Assert.Equal(64, read.Record.Provenance.Data[0].Sha256.Length);
    }

    [Fact]
    public void Settings_that_a_file_does_not_have_are_the_defaults()
    {
        SampleRun.Folder(folder.File("run"), SampleRun.Settings);
        string file = Path.Combine(folder.File("run"), "run.json");
        string[] lines = [.. File.ReadLines(file).Where(line => !line.Contains("\"batchSize\"", StringComparison.Ordinal)
            && !line.Contains("\"learningRate\"", StringComparison.Ordinal) && !line.Contains("\"optimizer\"", StringComparison.Ordinal))];
        File.WriteAllLines(file, lines);
        Assert.Equal(SampleRun.Settings, RunFolder.Open(folder.File("run")).Record.Settings);
    }

    [Fact]
    public void What_the_network_tells_apart_is_kept_and_in_older_runs_is_what_CIFAR_10_has()
    {
        var made = SampleRun.Folder(folder.File("run"), SampleRun.Settings);
        Assert.Null(RunFolder.Open(folder.File("run")).Record.Samples);
        Assert.Same(NamedDatasets.Cifar10.Samples, RunFolder.Open(folder.File("run")).Record.TrainedOn);
        made.Update(made.Record with { Samples = new RunSamples([1, 4, 6], ["bright", "dark"]) });
        var read = RunFolder.Open(folder.File("run")).Record.TrainedOn;
        Assert.Equal(new Shape(1, 4, 6), read.ToShape());
        Assert.Equal(["bright", "dark"], read.ClassNames);
        Assert.Equal(("dark", "2"), (read.Name(1), read.Name(2)));
        // A file as it was written before.
        string file = Path.Combine(folder.File("run"), "run.json");
        string text = File.ReadAllText(file);
        File.WriteAllText(file, text[..text.IndexOf(",\n  \"samples\"", StringComparison.Ordinal)] + "\n}\n");
        Assert.Equal(10, RunFolder.Open(folder.File("run")).Record.TrainedOn.ClassNames.Count);
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_refused_and_stays_as_it_was()
    {
        Directory.CreateDirectory(folder.File("used"));
        File.WriteAllText(Path.Combine(folder.File("used"), "notes.txt"), "mine");
        Assert.Contains("not empty", Assert.Throws<IOException>(() => SampleRun.Folder(folder.File("used"), SampleRun.Settings)).Message,
            StringComparison.Ordinal);
        Assert.Equal(["used", Path.Combine("used", "notes.txt")], folder.Names());
        Assert.Throws<IOException>(() => RunFolder.RefuseUsed(Path.Combine(folder.File("used"), "notes.txt")));
    }

    [Fact]
    public void An_empty_folder_can_be_taken()
    {
        Directory.CreateDirectory(folder.File("empty"));
        Assert.Equal(folder.File("empty"), SampleRun.Folder(folder.File("empty"), SampleRun.Settings).Path);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2", "is of version 2; this Ballast reads version 1")]
    [InlineData("\"format\": 1", "\"format\": \"one\"", "which version")]
    [InlineData("\"format\": 1", "\"other\": 1", "which version")]
    [InlineData("\"kind\": \"train\"", "\"kind\": \"study\"", "damaged")]
    [InlineData("\"epochs\": 3", "\"epochs\": \"many\"", "damaged")]
    [InlineData("\"processor\"", "\"processors\"", "damaged")]
    [InlineData("{", "", "damaged")]
    public void Another_version_or_a_damaged_file_is_refused(string what, string by, string message)
    {
        SampleRun.Folder(folder.File("run"), SampleRun.Settings);
        string file = Path.Combine(folder.File("run"), "run.json");
        string text = File.ReadAllText(file);
        int at = text.IndexOf(what, StringComparison.Ordinal);
        File.WriteAllText(file, text[..at] + by + text[(at + what.Length)..]);
        var error = Assert.Throws<InvalidDataException>(() => RunFolder.Open(folder.File("run")));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("run.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_run_is_told_from_what_is_not_there()
    {
        Assert.Contains("no folder", Assert.Throws<FileNotFoundException>(() => RunFolder.Open(folder.File("none"))).Message, StringComparison.Ordinal);
        Assert.Contains("holds no run", Assert.Throws<FileNotFoundException>(() => RunFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
    }
}
