using System.Text.Json;

namespace Ballast.Tests.Cli;

public sealed class PredictCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public PredictCommandTests()
    {
        PictureMaker.WriteTask(folder.File("task"));
        PictureMaker.WriteTask(folder.File("fresh"), count: 13);
    }

    public void Dispose() => folder.Dispose();

    (int ExitCode, string Output, string Errors) Train(params string[] more) => BallastCommand.Run(
        folder, ["train", "flatten linear:2", "--data", "task", "--epochs", "60", "--learning-rate", "0.05", "--out", "run", .. more]);

    (int ExitCode, string Output, string Errors) Predict(params string[] arguments) =>
        BallastCommand.Run(folder, ["predict", "run", .. arguments]);

    [Fact]
    public void A_network_trained_on_a_folder_names_the_pictures_classes()
    {
        var (code, output, errors) = Train("--test-data", "fresh");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("accuracy 100.0 %", output, StringComparison.Ordinal);
        Assert.Contains("Accuracy: 100.0 %", BallastCommand.Run(folder, "evaluate", "run").Output, StringComparison.Ordinal);

        string bright = Path.Combine("fresh", "bright", "12.png"), dark = Path.Combine("fresh", "dark", "12.png");
        (code, output, errors) = Predict(bright, dark);
        Assert.Equal((0, ""), (code, errors));
        string[] lines = output.Trim().Split('\n');
        Assert.Matches($"^{Escape(bright)}  bright [0-9]+\\.[0-9] %$", lines[0]);
        Assert.Matches($"^{Escape(dark)}    dark [0-9]+\\.[0-9] %$", lines[1]);
        Assert.Equal(2, lines.Length);

        (code, output, errors) = Predict(dark, bright, "--top", "2", "--json");
        Assert.Equal((0, ""), (code, errors));
        var objects = output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([dark, bright], objects.Select(line => line.GetProperty("image").GetString()));
        var classes = objects[0].GetProperty("classes").EnumerateArray().ToList();
        Assert.Equal([1, 0], classes.Select(found => found.GetProperty("label").GetInt32()));
        Assert.Equal(["dark", "bright"], classes.Select(found => found.GetProperty("name").GetString()));
        Assert.Equal(1, classes.Sum(found => found.GetProperty("probability").GetDouble()), 1e-5);
        Assert.True(classes[0].GetProperty("probability").GetDouble() > 0.5);

        static string Escape(string path) => System.Text.RegularExpressions.Regex.Escape(path);
    }

    [Fact]
    public void Pictures_that_the_network_cannot_take_are_refused_and_nothing_is_said_of_others()
    {
        Assert.Equal(0, Train().ExitCode);
        string good = Path.Combine("task", "dark", "00.png");
        File.WriteAllText(folder.File("notes.png"), "mine");
        Refuses("notes.png cannot be used", "notes.png");
        Refuses("There is no file none.png", "none.png");
        Directory.CreateDirectory(folder.File("empty"));
        Refuses("empty has no pictures in it.", "empty");

        void Refuses(string message, string image)
        {
            var (code, output, errors) = Predict(good, image);
            Assert.Equal((1, ""), (code, output));
            Assert.StartsWith($"error: {message}", errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Pictures_of_another_size_and_colour_are_brought_to_the_runs_and_a_folder_is_gone_through()
    {
        Assert.Equal(0, Train().ExitCode);
        PictureMaker.WriteGray(folder.File("new/b/wide.png"), 80, 41);
        PictureMaker.WriteRgb(folder.File("new/a.png"));
        File.WriteAllText(folder.File("new/c.txt"), "mine");
        var (code, output, errors) = Predict("new", "--skip-broken");
        Assert.Equal(0, code);
        Assert.Equal([Path.Combine("new", "a.png"), Path.Combine("new", "b", "wide.png")], output.Trim().Split('\n').Select(static line => line.Split(' ')[0]));
        Assert.StartsWith("note: 1 picture is left out:", errors, StringComparison.Ordinal);
        Assert.Contains($"{Path.Combine("new", "c.txt")} cannot be used: it begins as no picture", errors, StringComparison.Ordinal);
        Assert.Equal(1, Predict("new").ExitCode);
    }

    [Fact]
    public void A_run_of_before_class_names_were_kept_names_CIFAR_10s()
    {
        Assert.Equal(0, BallastCommand.Run(
            folder, "train", "flatten linear:10", "--data", SampleRun.Slice, "--epochs", "1", "--out", "run").ExitCode);
        string file = Path.Combine(folder.File("run"), "run.json");
        string text = File.ReadAllText(file);
        File.WriteAllText(file, text[..text.IndexOf(",\n  \"samples\"", StringComparison.Ordinal)] + "\n}\n");
        PictureMaker.WriteRgb(folder.File("a.png"), 32, 32);
        var (code, output, errors) = Predict("a.png", "--top", "10");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(
            ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
            output["a.png".Length..].Split(',').Select(part => part.Trim().Split(' ')[0]).Order());
    }

    [Theory]
    [InlineData("--out", "There is no option --out.")]
    [InlineData("--tpo", "Did you mean --top?")]
    public void An_option_that_does_not_exist_is_not_taken_for_a_picture(string option, string message)
    {
        Assert.Equal(0, Train().ExitCode);
        var (code, output, errors) = Predict("a.png", option);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }
}
