using System.Text.Json;

namespace Ballast.Tests.Cli;

public sealed class TrainCommandTests : IDisposable
{
    static readonly string[] Data = ["--data", SampleRun.Slice, "--test-data", SampleRun.Slice];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    (int ExitCode, string Output, string Errors) Train(params string[] arguments) =>
        BallastCommand.Run(folder, ["train", .. Data, .. arguments]);

    [Fact]
    public void It_prints_the_tutorials_lines_and_leaves_a_run()
    {
        var (code, output, errors) = Train("--epochs", "2", "--log-every", "10", "--out", "run");
        Assert.Equal(0, code);
        Assert.Empty(errors);
        Assert.Matches(
            """
            ^Starting epoch 1
            Loss after mini-batch    10: 2\.370
            Loss after mini-batch    20: 2\.259
            Epoch 1: loss 2\.31[45], accuracy \d+\.\d %
            Starting epoch 2
            Loss after mini-batch    10: \d\.\d{3}
            Loss after mini-batch    20: \d\.\d{3}
            Epoch 2: loss \d\.\d{3}, accuracy \d+\.\d %

            Test images: loss \d\.\d{3}, accuracy \d+\.\d %
            Training: .*
            Run: run
            Report: run.report\.html
            $
            """.ReplaceLineEndings("\n"), output);
        Assert.Equal(
            ["run", "run/.lock", "run/activations.jsonl", "run/checkpoint.safetensors", "run/metrics.jsonl", "run/report.html", "run/run.json",
                "run/weights.safetensors"],
            folder.Names().Select(name => name.Replace('\\', '/')));
    }

    [Fact]
    public void Json_is_an_object_a_line_and_nothing_else()
    {
        var (code, output, errors) = Train("--epochs", "1", "--log-every", "10", "--json");
        Assert.Equal((0, ""), (code, errors));
        var lines = output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["run", "train", "train", "epoch", "evaluation", "end"], lines.Select(line => line.GetProperty("type").GetString()));
        string run = lines[0].GetProperty("folder").GetString()!;
        Assert.StartsWith("runs", run, StringComparison.Ordinal);
        Assert.Equal(
            output.Split('\n')[1..^2], File.ReadAllText(Path.Combine(folder.File(run), "metrics.jsonl")).Split('\n')[..^1]);
        Assert.True(lines[^1].GetProperty("firstStepSeconds").GetDouble() > 0);
    }

    [Fact]
    public void Without_test_images_there_is_no_test()
    {
        var (code, output, _) = BallastCommand.Run(folder, "train", "--data", SampleRun.Slice, "--epochs", "1", "--out", "run");
        Assert.Equal(0, code);
        Assert.DoesNotContain("Test images", output, StringComparison.Ordinal);
        Assert.Equal(1, BallastCommand.Run(folder, "evaluate", "run").ExitCode);
    }

    [Fact]
    public void A_model_is_known_by_its_name_and_is_not_a_layer()
    {
        var (code, _, errors) = Train("--model", "VGG-small", "--epochs", "1", "--batch-size", "100", "--out", "run");
        Assert.Equal((0, ""), (code, errors));
        var settings = Ballast.Lab.RunFolder.Open(folder.File("run")).Record.Settings;
        Assert.Equal(("vgg-small", "vgg-small"), (settings.Layers, settings.Model));
        Assert.Equal(0, BallastCommand.Run(folder, "evaluate", "run").ExitCode);

        (code, _, errors) = Train("vgg-small");
        Assert.Equal(2, code);
        Assert.Contains("vgg-small is not a layer but a model. Give --model vgg-small.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_reach_the_run()
    {
        var (code, _, errors) = Train(
            "flatten", "linear:10", "--epochs", "1", "--batch-size", "64", "--drop-last", "--optimizer", "SGD", "--learning-rate",
            "0.5", "--momentum", "0.9", "--weight-decay", "0.01", "--nesterov", "--seed", "-7", "--threads", "1", "--log-every",
            "2", "--checkpoint-every", "1", "--out", "run");
        Assert.Equal((0, ""), (code, errors));
        var record = Ballast.Lab.RunFolder.Open(folder.File("run")).Record;
        Assert.Equal(
            new Ballast.Lab.RunSettings(
                "flatten linear:10", null, 1, 64, true, Ballast.Lab.OptimizerKind.Sgd, 0.5f, 0.9f, 0.01f, true, -7, 2, 1,
                SampleRun.Slice, SampleRun.Slice),
            record.Settings);
        Assert.Equal(1, record.Provenance.Threads);
        Assert.StartsWith("ballast train --data ", record.Provenance.CommandLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--batch-size 199", "200 samples in batches of 199 leave a last batch of 1", "--drop-last")]
    [InlineData("--batch-size 1", "more than 1 value per channel", "--batch-size")]
    [InlineData("conv:8,40", "the kernel covers 40 x 40 pixels", "^^^^^^^^^")]
    [InlineData("--momentum 0.9", "settings of sgd", "")]
    public void What_cannot_be_trained_is_said_before_anything_is_written(string arguments, string problem, string remedy)
    {
        var (code, output, errors) = Train([.. arguments.Split(' '), "--out", "run"]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(problem, errors, StringComparison.Ordinal);
        Assert.Contains(remedy, errors, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_run_and_names_the_step()
    {
        var (code, _, errors) = Train("--optimizer", "sgd", "--learning-rate", "1e10", "--out", "run");
        Assert.Equal(1, code);
        Assert.Matches("^error: The loss became NaN at step [0-9]+ \\(epoch 1\\)\\. Lower the learning rate", errors);
    }

    [Fact]
    public void A_used_folder_is_refused_and_left_alone()
    {
        File.WriteAllText(folder.File("notes.txt"), "mine");
        var (code, output, errors) = Train("--out", ".");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("not empty", errors, StringComparison.Ordinal);
        Assert.Equal(["notes.txt"], folder.Names());
    }

    [Theory]
    [InlineData("short.bin", 3072, "3072 bytes")]
    [InlineData("empty.bin", 0, "0 bytes")]
    [InlineData("labels.bin", 3073, "label 255")]
    public void Records_that_are_none_are_refused(string name, int size, string message)
    {
        byte[] bytes = new byte[size];
        bytes.AsSpan().Fill(255);
        File.WriteAllBytes(folder.File(name), bytes);
        var (code, _, errors) = BallastCommand.Run(folder, "train", "--data", name);
        Assert.Equal(1, code);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Contains("Expected", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_pictures_is_trained_on_and_a_run_on_it_resumed()
    {
        PictureMaker.WriteTask(folder.File("task"));
        string[] train = ["train", "flatten linear:8 batchnorm relu linear:2", "--data", "task", "--test-data", "task", "--log-every", "1"];
        Assert.Equal((0, ""), Without(BallastCommand.Run(folder, [.. train, "--epochs", "3", "--out", "whole"])));
        Assert.Equal((0, ""), Without(BallastCommand.Run(folder, [.. train, "--epochs", "1", "--out", "run"])));
        Assert.Equal((0, ""), Without(BallastCommand.Run(folder, "train", "--resume", "run", "--epochs", "3")));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(folder.File("whole"), "weights.safetensors")),
            File.ReadAllBytes(Path.Combine(folder.File("run"), "weights.safetensors")));

        PictureMaker.WriteGray(folder.File(Path.Combine("task", "dark", "00.png")), seed: 77);
        var (code, _, errors) = BallastCommand.Run(folder, "train", "--resume", "run", "--epochs", "4");
        Assert.Equal(1, code);
        Assert.Contains("task has changed since run was begun", errors, StringComparison.Ordinal);

        static (int, string) Without((int ExitCode, string Output, string Errors) result) => (result.ExitCode, result.Errors);
    }

    [Theory]
    [InlineData("none", "There is no file or folder")]
    [InlineData("fashion-mnst", "Did you mean fashion-mnist?")]
    [InlineData("fashion-mnist", "Fashion-MNIST could not be fetched")]
    [InlineData("task", "holds the folder")]
    [InlineData("task/inner/dark", "has no subfolders")]
    [InlineData("empty", "has no pictures")]
    [InlineData("notes", "cannot be used: it begins as no picture does that is read here.")]
    [InlineData("task/inner --test-data other", "has the classes bright, dim. Expected bright, dark")]
    [InlineData("task/inner --test-data cifar10", "CIFAR-10 could not be fetched")]
    public void Data_that_cannot_be_used_is_refused_before_anything_is_written(string data, string message)
    {
        PictureMaker.WriteTask(folder.File("task/inner"));
        PictureMaker.WriteGray(folder.File("other/bright/1.png"));
        PictureMaker.WriteGray(folder.File("other/dim/1.png"));
        PictureMaker.WriteGray(folder.File("empty/cat/1.png"));
        Directory.CreateDirectory(folder.File("empty/dog"));
        PictureMaker.WriteGray(folder.File("notes/cat/1.png"));
        File.WriteAllText(folder.File("notes/cat/notes.txt"), "these are my notes");
        var (code, output, errors) = BallastCommand.Run(folder, ["train", "--out", "run", "--data", .. data.Split(' ')]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    [Fact]
    public void Verbose_shows_where_an_error_came_from()
    {
        var (code, _, errors) = BallastCommand.Run(folder, "train", "--data", "none.bin", "--verbose");
        Assert.Equal(1, code);
        Assert.Contains("   at ", errors, StringComparison.Ordinal);
    }
}
