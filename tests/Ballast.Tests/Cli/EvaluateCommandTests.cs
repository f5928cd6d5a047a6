using System.Text.Json;

namespace Ballast.Tests;

public sealed class EvaluateCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public EvaluateCommandTests() => Train("run", "flatten linear:8 batchnorm relu linear:10");

    public void Dispose() => folder.Dispose();

    void Train(string run, string layers) => Assert.Equal(0, BallastProcess.Run(
        folder, "train", layers, "--data", SampleRun.Slice, "--test-data", SampleRun.Slice, "--epochs", "1", "--out", run).ExitCode);

    [Fact]
    public void It_gives_the_numbers_that_training_ended_with()
    {
        var (code, output, errors) = BallastProcess.Run(folder, "evaluate", "run", "--json");
        Assert.Equal((0, ""), (code, errors));
        var result = JsonDocument.Parse(output).RootElement;
        var metric = Lab.MetricsLog.Read(Path.Combine(folder.File("run"), "metrics.jsonl"))[^1];
        Assert.Equal(metric.Loss, result.GetProperty("loss").GetDouble());
        Assert.Equal(metric.Accuracy, result.GetProperty("accuracy").GetDouble());
        Assert.Equal(200, result.GetProperty("count").GetInt32());
        Assert.Contains("Accuracy:", BallastProcess.Run(folder, "evaluate", "run").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Folded_the_network_does_the_same_and_the_report_is_printed()
    {
        Train("other", "flatten batchnorm linear:10");
        var (code, output, errors) = BallastProcess.Run(folder, "evaluate", "run", "--fold");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("layers.2 BatchNorm1d(8): folded into layers.1\nWeights: ", output, StringComparison.Ordinal);
        double plain = Loss("run"), folded = Loss("run", "--fold");
        Assert.Equal(plain, folded, 1e-6);
        Assert.Contains("layers.1 BatchNorm1d(3072): kept. Before it comes Flatten().",
            BallastProcess.Run(folder, "evaluate", "other", "--fold").Output, StringComparison.Ordinal);

        double Loss(params string[] arguments)
        {
            var result = JsonDocument.Parse(BallastProcess.Run(folder, ["evaluate", .. arguments, "--json"]).Output).RootElement;
            Assert.Equal(arguments.Length > 1, result.TryGetProperty("folding", out var folding));
            if (arguments.Length > 1)
                Assert.Equal("layers.1", folding.GetProperty("folded")[0].GetProperty("into").GetString());
            return result.GetProperty("loss").GetDouble();
        }
    }

    [Fact]
    public void Weights_of_another_network_are_refused_with_a_list_of_what_differs()
    {
        Train("other", "flatten linear:9 relu linear:10");
        var (code, output, errors) = BallastProcess.Run(
            folder, "evaluate", "run", "--weights", Path.Combine("other", "weights.safetensors"));
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("missing:\n    layers.2.weight", errors, StringComparison.Ordinal);
        Assert.Contains("layers.1.weight: expected floats [8, 3072], got floats [9, 3072]", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(900)]
    [InlineData(50_000)]
    public void Weights_cut_short_are_refused(int length)
    {
        string path = Path.Combine(folder.File("run"), "weights.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        var (code, _, errors) = BallastProcess.Run(folder, "evaluate", "run");
        Assert.Equal(1, code);
        Assert.Contains("weights.safetensors", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }
}
