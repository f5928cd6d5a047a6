using System.Text.Json;
using Ballast.Lab;

namespace Ballast.Tests.Baseline;

/// <summary>Files that an earlier Ballast wrote, in <c>Fixtures/files</c>: runs are evaluated, predicted with and gone on with, studies
/// finished, states loaded. <c>Fixtures/files.py</c> made them.</summary>
public sealed class EarlierFilesTests : IDisposable
{
    // Registers of another width add in another order; over hundreds of steps of these small trainings the weights drift so far apart.
    const double Drift = 2e-3;

    readonly TemporaryFolder folder = new();

    public EarlierFilesTests()
    {
        string from = Path.Combine(AppContext.BaseDirectory, "Fixtures", "files");
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string to = folder.File(Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }

    public void Dispose() => folder.Dispose();

    static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    string Run(params string[] arguments)
    {
        var (code, output, errors) = BallastCommand.Run(folder, arguments);
        Assert.Equal((0, ""), (code, errors));
        return output;
    }

    [Fact]
    public void A_run_is_evaluated()
    {
        var expected = Json(File.ReadAllText(folder.File("complete-evaluation.json")));
        var got = Json(Run("evaluate", "complete", "--json"));
        foreach (string name in new[] { "accuracy", "count" })
            Assert.Equal(expected.GetProperty(name).GetDouble(), got.GetProperty(name).GetDouble());
        Assert.Equal(expected.GetProperty("loss").GetDouble(), got.GetProperty("loss").GetDouble(), 1e-5);
    }

    [Fact]
    public void A_run_predicts()
    {
        string[] expected = File.ReadAllLines(folder.File("complete-prediction.jsonl"));
        string[] got = Run("predict", "complete", "pictures/bright/00.png", "pictures/dark/00.png", "pictures/dark/13.png", "--json")
            .Trim().Split('\n');
        Assert.Equal(expected.Select(Name), got.Select(Name));
        Near.Equal([.. expected.Select(Probability)], [.. got.Select(line => (float)Probability(line))], 1e-5);

        string? Name(string line) => Json(line).GetProperty("classes")[0].GetProperty("name").GetString();
        double Probability(string line) => Json(line).GetProperty("classes")[0].GetProperty("probability").GetDouble();
    }

    [Theory]
    [InlineData("stopped")]
    [InlineData("adam")]
    public void A_run_that_was_stopped_goes_on_to_the_weights_it_was_going_to(string run)
    {
        string[] before = File.ReadAllLines(Path.Combine(folder.File(run), "metrics.jsonl"));
        Run("train", "--resume", run);

        // Lines of losses, up to the checkpoint; the last one said that it was stopped.
        Assert.Equal(before[..^1], File.ReadLines(Path.Combine(folder.File(run), "metrics.jsonl")).Take(before.Length - 1));
        var expected = StateFile.Load(folder.File($"{run}-end.safetensors"));
        var got = StateFile.Load(Path.Combine(folder.File(run), "weights.safetensors"));
        Assert.Equal(expected.Keys, got.Keys);
        foreach (var (key, entry) in expected)
        {
            if (entry.Tensor is { ElementType: ElementType.Float32 } tensor)
                Near.Equal(tensor.AsSpan(), got[key].Tensor.AsSpan(), Drift, key);
            else
                Assert.Equal(entry.Number, got[key].Number);
        }
    }

    [Fact]
    public void A_study_is_finished()
    {
        Assert.Equal(4, Directory.GetFiles(Path.Combine(folder.File("study"), "trials")).Length);
        var got = Json(Run("study", "--resume", "study", "--json"));
        var expected = Json(File.ReadAllText(folder.File("study-end.json")));
        Assert.Equal(expected.GetProperty("fingerprint").GetString(), got.GetProperty("fingerprint").GetString());
        Assert.Equal(6, got.GetProperty("trials").GetInt32());
        Assert.Equal(Means(expected).Select(static mean => mean.Of), Means(got).Select(static mean => mean.Of));
        Near.Equal([.. Means(expected).Select(static mean => mean.Value)], [.. Means(got).Select(static mean => (float)mean.Value)], Drift);

        static IEnumerable<(string Of, double Value)> Means(JsonElement study) => study.GetProperty("measurements").EnumerateArray().Select(
            static one => ($"{one.GetProperty("measure")} of {one.GetProperty("arm")}", one.GetProperty("mean").GetDouble()));
    }

    [Theory]
    [InlineData("complete", "weights")]
    [InlineData("stopped", "best")]
    public void A_state_is_loaded_and_written_as_it_was(string run, string name)
    {
        string path = Path.Combine(folder.File(run), $"{name}.safetensors");
        var (network, _) = RunNetwork.Load(RunFolder.Open(folder.File(run)), path);
        StateFile.Save(folder.File("again.safetensors"), network.StateDict(), SafetensorsFile.Load(path).Metadata);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder.File("again.safetensors")));
    }

    [Fact]
    public void A_checkpoint_of_another_version_is_refused_with_the_remedy()
    {
        string file = Path.Combine(folder.File("stopped"), "run.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));
        var (code, output, errors) = BallastCommand.Run(folder, "train", "--resume", "stopped");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("is of version 2; this Ballast reads version 1. Use the Ballast that wrote it, or a newer one.", errors, StringComparison.Ordinal);
    }
}
