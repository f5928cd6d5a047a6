using System.Text.Json;

namespace Ballast.Tests.Cli;

public sealed class StudyCommandTests : IDisposable
{
    static readonly string[] Small =
    [
        "flatten", "linear:8", "batchnorm", "relu", "linear:10", "--data", SampleRun.Slice, "--test-data", SampleRun.Slice, "--epochs", "1",
        "--batch-size", "20", "--seeds", "2",
    ];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    (int ExitCode, string Output, string Errors) Study(params string[] arguments) => BallastCommand.Run(folder, ["study", .. arguments]);

    [Fact]
    public void It_answers_and_leaves_a_report()
    {
        var (code, output, errors) = Study(["placement", .. Small, "--out", "study", "--jobs", "2"]);
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("6 of 6", output, StringComparison.Ordinal);
        Assert.Contains("With batch normalization before the activation the test accuracy is", output, StringComparison.Ordinal);
        Assert.Contains("before - none", output, StringComparison.Ordinal);
        Assert.True(output.All(char.IsAscii), output);
        Assert.EndsWith($"Report: {Path.Combine("study", "report.html")}\n", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.File("study"), "report.html")));

        (code, output, errors) = Study("--resume", "study", "--json");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(6, JsonDocument.Parse(output).RootElement.GetProperty("trials").GetInt32());
        Assert.Equal(File.ReadAllText(Path.Combine(folder.File("study"), "results.json")), output);

        (code, _, errors) = Study(["placement", .. Small, "--out", "study"]);
        Assert.Equal(1, code);
        Assert.Contains("holds a study already", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_is_cross_validated_with_a_table_a_mean_and_its_weights()
    {
        var (code, output, errors) = BallastCommand.Run(
            folder, "train", "flatten linear:8 batchnorm relu linear:10", "--data", SampleRun.Slice, "--epochs", "1", "--batch-size", "20", "--folds", "4", "--out", "folds");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("With this network the accuracy on the fold that was left out is", output, StringComparison.Ordinal);
        Assert.Contains("over 4 divisions of the images.", output, StringComparison.Ordinal);
        Assert.Matches(@"seed 42, fold 4 +\| +\d+\.\d %", output);
        Assert.Equal(4, Directory.EnumerateFiles(Path.Combine(folder.File("folds"), "weights")).Count());
        Assert.Contains("ballast train \"flatten linear:8 batchnorm relu linear:10\" --data", File.ReadAllText(Path.Combine(folder.File("folds"), "report.html")).Replace("&quot;", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("--out", File.ReadAllText(Path.Combine(folder.File("folds"), "report.html")), StringComparison.Ordinal);
        (code, _, errors) = BallastCommand.Run(folder, "train", "--stratified", "--data", SampleRun.Slice);
        Assert.Equal(2, code);
        Assert.Contains("give --validation, such as 0.2, too", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_is_saved_and_run()
    {
        Assert.Equal(0, Study(["placement", .. Small, "--save", "definition.json"]).ExitCode);
        Assert.Equal(["definition.json"], folder.Names());
        var (code, output, errors) = Study("run", "definition.json", "--out", "study", "--json");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal("placement", JsonDocument.Parse(output).RootElement.GetProperty("study").GetString());
        Assert.Equal(1, Study("run", "nothing.json").ExitCode);
    }

    [Theory]
    [InlineData(2, "Did you mean placement?", "placment")]
    [InlineData(2, "Which study?")]
    [InlineData(2, "Did you mean mlp?", "placement", "--model", "mlpp")]
    [InlineData(2, "a seed is given twice", "placement", "--seeds", "1,2,1")]
    [InlineData(2, "expected how many seeds", "placement", "--seeds", "many")]
    [InlineData(2, "expected whole numbers", "placement", "--seeds", "1,x")]
    [InlineData(2, "resnet20 is not a chain", "placement", "--model", "resnet20", "--per-layer")]
    [InlineData(2, "--ema is an option of ballast train and not of a study", "placement", "--ema", "0.99")]
    [InlineData(2, "the learning rate is what this study sets", "learning-rate", "--schedule", "cosine")]
    [InlineData(2, "There is no layer", "placement", "flaten linear:10")]
    [InlineData(1, "There is no folder", "--resume", "nowhere")]
    [InlineData(2, "There is no run in runs", "--resume")]
    [InlineData(1, "There is no file or folder", "placement", "--data", "nowhere")]
    public void A_mistake_has_a_clear_message(int expected, string message, params string[] arguments)
    {
        var (code, _, errors) = Study(arguments.Contains("--data") || arguments.Length == 0 || arguments[0] is not ("placement" or "learning-rate")
            ? arguments : [.. arguments, "--data", SampleRun.Slice]);
        Assert.Equal(expected, code);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public void Killed_it_goes_on_to_the_same_numbers()
    {
        if (OperatingSystem.IsWindows())
            return;
        string data = SampleRun.Repeat(folder);
        string[] study = ["study", "placement", "--data", data, "--test-data", SampleRun.Slice, "--epochs", "2", "--seeds", "3", "--jobs", "2"];
        BallastProcess.RunUntil(folder, "3 of 9", kill: true, [.. study, "--out", "killed"]);
        Assert.False(File.Exists(Path.Combine(folder.File("killed"), "results.json")));
        Assert.Equal(0, Study("--resume", "killed").ExitCode);
        Assert.Equal(0, BallastCommand.Run(folder, [.. study, "--out", "whole", "--json"]).ExitCode);
        Assert.Equal(
            File.ReadAllText(Path.Combine(folder.File("whole"), "results.json")), File.ReadAllText(Path.Combine(folder.File("killed"), "results.json")));
    }
}
