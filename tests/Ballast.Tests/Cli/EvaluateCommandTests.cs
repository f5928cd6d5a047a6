using System.Text.Json;

namespace Ballast.Tests.Cli;

public sealed class EvaluateCommandTests : IClassFixture<TrainedRuns>, IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly TrainedRuns runs;

    public EvaluateCommandTests(TrainedRuns runs)
    {
        this.runs = runs;
        Train("run", "flatten linear:8 batchnorm relu linear:10");
    }

    public void Dispose() => folder.Dispose();

    void Train(string run, string layers) =>
        runs.Copy(folder, run, layers, "--data", SampleRun.Slice, "--test-data", SampleRun.Slice, "--epochs", "1");

    [Fact]
    public void It_gives_the_numbers_that_training_ended_with()
    {
        var (code, output, errors) = BallastCommand.Run(folder, "evaluate", "run", "--json");
        Assert.Equal((0, ""), (code, errors));
        var result = JsonDocument.Parse(output).RootElement;
        var metric = Ballast.Lab.MetricsLog.Read(Path.Combine(folder.File("run"), "metrics.jsonl"))[^1];
        Assert.Equal(metric.Loss, result.GetProperty("loss").GetDouble());
        Assert.Equal(metric.Accuracy, result.GetProperty("accuracy").GetDouble());
        Assert.Equal(200, result.GetProperty("count").GetInt32());
        Assert.Contains("Accuracy:", BallastCommand.Run(folder, "evaluate", "run").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_Keras_go_into_the_runs_network_layer_by_layer()
    {
        string file = "run.weights.h5", own = Path.Combine("run", "weights.safetensors");
        var (code, _, errors) = BallastCommand.Run(folder, "convert", own, file, "--model", "flatten linear:8 batchnorm relu linear:10",
            "--input", "3,32,32", "--classes", "10");
        Assert.Equal((0, ""), (code, errors));
        string expected = BallastCommand.Run(folder, "evaluate", "run", "--weights", own).Output;
        Assert.Equal(expected.Replace(own, file, StringComparison.Ordinal), BallastCommand.Run(folder, "evaluate", "run", "--weights", file).Output);
        (code, _, errors) = BallastCommand.Run(folder, "evaluate", file);
        Assert.Equal((1, $"error: {file} is a file, and a run is a folder. Weights alone are named by --weights.\n"), (code, errors));
        string other = Path.Combine(ArchitectureTests.Root(), "tests", "Ballast.Keras.Tests", "Goldens", "small.keras");
        (code, _, errors) = BallastCommand.Run(folder, "evaluate", "run", "--weights", other);
        Assert.Equal(1, code);
        Assert.Contains("small.keras has 1 layer of the kind Conv2d (conv2d), the network has 0. Make the network of the same layers.", errors,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Folded_the_network_does_the_same_and_the_report_is_printed()
    {
        Train("bare", "flatten batchnorm linear:10");
        var (code, output, errors) = BallastCommand.Run(folder, "evaluate", "run", "--fold");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("layers.2 BatchNorm1d(8): folded into layers.1\nWeights: ", output, StringComparison.Ordinal);
        double plain = Loss("run"), folded = Loss("run", "--fold");
        Assert.Equal(plain, folded, 1e-6);
        Assert.Contains("layers.1 BatchNorm1d(3072): kept. Before it comes Flatten().",
            BallastCommand.Run(folder, "evaluate", "bare", "--fold").Output, StringComparison.Ordinal);

        double Loss(params string[] arguments)
        {
            var result = JsonDocument.Parse(BallastCommand.Run(folder, ["evaluate", .. arguments, "--json"]).Output).RootElement;
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
        var (code, output, errors) = BallastCommand.Run(
            folder, "evaluate", "run", "--weights", Path.Combine("other", "weights.safetensors"));
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("missing:\n    layers.2.weight", errors, StringComparison.Ordinal);
        Assert.Contains("layers.1.weight: expected float32 [8, 3072], got float32 [9, 3072]", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(900)]
    [InlineData(50_000)]
    public void Weights_cut_short_are_refused(int length)
    {
        string path = Path.Combine(folder.File("run"), "weights.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        var (code, _, errors) = BallastCommand.Run(folder, "evaluate", "run");
        Assert.Equal(1, code);
        Assert.Contains("weights.safetensors", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("precise")]
    [InlineData("population")]
    [InlineData("test")]
    public void Statistics_are_measured_again_and_change_the_loss(string source)
    {
        var (code, output, errors) = BallastCommand.Run(folder, "evaluate", "run", "--statistics", source, "--batch-size", "20", "--json");
        Assert.Equal((0, ""), (code, errors));
        var result = JsonDocument.Parse(output).RootElement;
        Assert.Equal(source, result.GetProperty("statistics").GetString());
        double loss = result.GetProperty("loss").GetDouble();
        Assert.NotEqual(Loss(), loss);
        Assert.Equal(loss, Loss("--statistics", source, "--batch-size", "20"));
        Assert.Equal(loss, Loss("--statistics", source, "--batch-size", "20", "--fold"), 1e-6);
        Assert.Contains($"Using:    {source} statistics\n",
            BallastCommand.Run(folder, "evaluate", "run", "--statistics", source).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Tent_adapts_while_it_tests_by_its_learning_rate()
    {
        double still = Loss("--tent", "--learning-rate", "0", "--batch-size", "20"), usual = Loss("--tent", "--batch-size", "20");
        Assert.NotEqual(still, usual);
        Assert.NotEqual(usual, Loss("--tent", "--learning-rate", "0.1", "--batch-size", "20"));
        Assert.Contains("Using:    tent, learning rate 0.001\n",
            BallastCommand.Run(folder, "evaluate", "run", "--tent").Output, StringComparison.Ordinal);
        Assert.Equal(0, BallastCommand.Run(folder, "evaluate", "run", "--statistics", "RUNNING").ExitCode);
        Assert.Equal(Loss(), Loss("--statistics", "running"));
    }

    double Loss(params string[] arguments) => JsonDocument.Parse(
        BallastCommand.Run(folder, ["evaluate", "run", .. arguments, "--json"]).Output).RootElement.GetProperty("loss").GetDouble();

    [Theory]
    [InlineData(2, "--statistics: expected one of running, precise, population, test, got \"exact\".", "--statistics", "exact")]
    [InlineData(2, "--tent normalizes with the statistics of each batch of test images. Leave out --statistics.", "--tent", "--statistics", "test")]
    [InlineData(2, "--tent adapts the batch normalizations, which --fold takes away. Leave out one of them.", "--tent", "--fold")]
    [InlineData(2, "--learning-rate is a setting of --tent.", "--learning-rate", "0.1")]
    [InlineData(2, "--learning-rate: expected a number from 0 on, got \"-1\".", "--tent", "--learning-rate", "-1")]
    [InlineData(2, "--batch-size is a setting of --tent and of --statistics precise, population and test.", "--batch-size", "10")]
    [InlineData(2, "--batch-size: expected a whole number from 2 to 1000000, got \"1\".", "--tent", "--batch-size", "1")]
    [InlineData(1, "Use another --batch-size: the last batch has what is left.", "--tent", "--batch-size", "199")]
    public void Mistakes_are_named(int expected, string message, params string[] arguments)
    {
        var (code, output, errors) = BallastCommand.Run(folder, ["evaluate", "run", .. arguments]);
        Assert.Equal((expected, ""), (code, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The network has no batch normalization with running statistics: there is nothing to measure.", "--statistics", "precise")]
    [InlineData("The network has no batch normalization with running statistics: there is nothing to measure.", "--statistics", "test")]
    [InlineData("has no batch normalization with gamma and beta. There is nothing to adapt.", "--tent")]
    public void A_network_without_batch_normalization_is_refused(string message, params string[] arguments)
    {
        Train("plain", "flatten linear:8 relu linear:10");
        var (code, output, errors) = BallastCommand.Run(folder, ["evaluate", "plain", .. arguments]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }
}
