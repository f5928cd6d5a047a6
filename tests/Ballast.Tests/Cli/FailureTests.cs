using Ballast.Cli;

namespace Ballast.Tests.Cli;

/// <summary>What goes wrong around the command, and what it says.</summary>
public sealed class FailureTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public FailureTests() => PictureMaker.WriteTask(folder.File("task"));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("train --out  --epochs 1", "error: --out: expected DIR, got an empty text. Give it, or leave --out out.\nSee ballast train --help.\n")]
    [InlineData("train --data ", "error: --data: expected DATA, got an empty text. Give it, or leave --data out.\nSee ballast train --help.\n")]
    [InlineData("evaluate ", "error: RUN: expected RUN, got an empty text. Give it, or leave RUN out.\nSee ballast evaluate --help.\n")]
    public void Empty_texts_are_refused_by_the_name_of_the_option(string command, string message) =>
        Assert.Equal((2, "", message), BallastProcess.Run(folder, command.Split(' ')));

    [Fact]
    public void A_folder_is_no_file_of_weights_and_four_bytes_no_JPEG()
    {
        Assert.Equal(0, Train("run").ExitCode);
        Assert.Equal((1, "", "error: task is a folder. Expected a file of weights: name the file in it.\n"),
            BallastProcess.Run(folder, "predict", "run", "task/dark/00.png", "--weights", "task"));
        File.WriteAllBytes(folder.File("a.png"), [0xFF, 0xD8, 0xFF, 0xE0]);
        var (code, _, errors) = BallastProcess.Run(folder, "predict", "run", "a.png");
        Assert.Equal(1, code);
        Assert.Matches("^error: a.png cannot be used: JPEG: the file .* Expected a picture: JPEG, PNG, WebP, BMP, GIF, TIFF.\n$", errors);
    }

    [Fact]
    public void One_class_is_nothing_to_train_on()
    {
        Directory.Delete(Path.Combine(folder.File("task"), "dark"), recursive: true);
        Assert.Equal(
            (2, "", "error: task has images of one class only, bright (0). A network has to have at least two classes to tell apart.\nSee ballast train --help.\n"),
            Train("run"));
        // The cache of pictures aside, which is of the data and not of a run.
        Assert.Equal(["task"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Except(["data"]));
    }

    [Fact]
    public void Outputs_beyond_the_classes_are_noted_and_never_predicted()
    {
        var (code, _, errors) = Train("run", "flatten linear:7");
        Assert.Equal(
            (0, "note: the network has 7 outputs, the data 2 classes; the others mean nothing. End with linear:2.\n"), (code, errors));
        var (_, output, _) = BallastProcess.Run(folder, "predict", "run", "task/dark/00.png", "--top", "7");
        Assert.Matches(@"^task/dark/00.png  (dark|bright) \d+\.\d %, (dark|bright) \d+\.\d %\n$", output);
        double sum = output.Trim()["task/dark/00.png".Length..].Split(',')
            .Sum(static part => double.Parse(part.Trim().Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(100, sum, 0.11);
    }

    [Fact]
    public void Remedies_of_the_library_are_said_in_options()
    {
        foreach (var kind in Enum.GetValues<RemedyKind>())
        {
            var refused = new Remedy(kind, "Do that.").Refuse("Wrong.");
            Assert.Equal($"Wrong. {RemedyWords.Of(kind)}", RemedyWords.In(refused));
            Assert.Equal($"There: Wrong. {RemedyWords.Of(kind)}", RemedyWords.In(new ArgumentException($"There: {refused.Message}", refused)));
        }

        Assert.Contains("the batch of 10 in the input [10, 8]. Use a --batch-size that is a multiple of it and --drop-last, or a virtual batch that divides both.\n",
            Train("run", "flatten linear:8 ghostbatchnorm:4 linear:2").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Eight_runs_at_once_have_folders_of_their_own()
    {
        var processes = Enumerable.Range(0, 8).Select(_ => BallastProcess.Start(
            folder, "train", "flatten linear:2", "--data", "task", "--epochs", "1", "--threads", "1")).ToList();
        foreach (var process in processes)
        {
            process.StandardOutput.ReadToEnd();
            Assert.Equal("", process.StandardError.ReadToEnd());
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            process.Dispose();
        }

        Assert.Equal(8, Directory.GetFiles(folder.File("runs"), "weights.safetensors", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void New_folders_of_one_name_go_to_one_each_and_empty_ones_are_taken_away()
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(i => Path.Combine(folder.File("runs"), $"{i}"))];
        var made = new NewFolder[64];
        Parallel.For(0, made.Length, i => made[i] = NewFolder.Make(names));
        Assert.Equal(names[..64].Order(), made.Select(static place => place.Path).Order());
        foreach (var place in made)
            place.Dispose();
        // The cache of pictures aside, which is of the data and not of a run.
        Assert.Equal(["task"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Except(["data"]));
    }

    [Fact]
    public void An_output_that_is_full_stops_training_with_a_checkpoint()
    {
        if (!File.Exists("/dev/full"))
            return;
        var (code, output, errors) = BallastProcess.Shell(folder, "ballast train 'flatten linear:2' --data task --epochs 2 --out run > /dev/full");
        Assert.Equal(
            (1, "", "error: The output cannot be written: No space left on device.\nContinue with: ballast train --resume run\n"),
            (code, output, errors));
        // Not even the line before the first step could be written.
        Assert.Equal(0, Checkpoint.Load(Path.Combine(folder.File("run"), "checkpoint.safetensors")).Step);
        Assert.Equal(0, BallastProcess.Run(folder, "train", "--resume", "run").ExitCode);
    }

    [Theory]
    [InlineData("train 'flatten linear:2' --data '{0}'")]
    [InlineData("train 'flatten linear:2' --data '{0}' --out run")]
    [InlineData("train 'flatten linear:2' --data '{0}' --folds 2")]
    // Data that would have to be fetched first, in vain.
    [InlineData("train")]
    [InlineData("train --out run")]
    [InlineData("train --resume")]
    [InlineData("train --resume run")]
    [InlineData("compare")]
    [InlineData("compare --resume")]
    [InlineData("study placement")]
    [InlineData("study placement --out run")]
    [InlineData("study run definition.json")]
    [InlineData("study --resume")]
    [InlineData("evaluate run")]
    [InlineData("predict run a.png")]
    [InlineData("doctor run")]
    [InlineData("doctor --weights a.pt")]
    [InlineData("inspect a.pt")]
    [InlineData("convert a.pt b.npz")]
    public void A_folder_that_was_deleted_under_the_command_is_said_to_be(string arguments)
    {
        if (OperatingSystem.IsWindows())
            return;
        var (code, output, errors) = BallastProcess.Shell(
            folder, $"/bin/mkdir gone; cd gone; /bin/rmdir ../gone; ballast {string.Format(null, arguments, folder.File("task"))}");
        Assert.Equal(
            (1, "", "error: The folder that the command was called in has been deleted. Call it in another one.\n"), (code, output, errors));
    }

    [Fact]
    public void A_folder_that_is_deleted_while_training_is_said_to_be()
    {
        if (OperatingSystem.IsWindows())
            return;
        // The first line of the output is read, and the folder is gone before the last epoch.
        var (code, _, errors) = BallastProcess.Shell(
            folder, "/bin/mkdir gone; cd gone; { ballast train 'flatten linear:2' --data ../task --epochs 2000 --out run; echo $? > ../code; } | "
                + "{ read -r line; /bin/rm -rf ../gone; /bin/cat > ../output; }");
        Assert.Equal(0, code);
        Assert.Equal("1\n", File.ReadAllText(folder.File("code")));
        Assert.Equal("error: The folder that the command was called in has been deleted. Call it in another one.\n", errors);
    }

    [Fact]
    public void Names_of_files_and_classes_cannot_steer_the_terminal()
    {
        if (OperatingSystem.IsWindows())
            return;
        Directory.Move(Path.Combine(folder.File("task"), "dark"), Path.Combine(folder.File("task"), "d\u001b[2Jk"));
        Directory.Move(Path.Combine(folder.File("task"), "bright"), Path.Combine(folder.File("task"), "b\nt"));
        Assert.Equal(0, Train("run").ExitCode);
        File.Copy(Path.Combine(folder.File("task"), "b\nt", "00.png"), folder.File("x\u001b[31m\n.png"));
        var (code, output, errors) = BallastProcess.Run(folder, "predict", "run", "x\u001b[31m\n.png", "--top", "2");
        Assert.Equal((0, ""), (code, errors));
        Assert.Matches(@"^x\\u001B\[31m\\n\.png  (d\\u001B\[2Jk|b\\nt) \d+\.\d %, (d\\u001B\[2Jk|b\\nt) \d+\.\d %\n$", output);
        Assert.Equal("error: There is no file \\u001B[2J.png. Expected a picture (JPEG, PNG, WebP, BMP, GIF, TIFF).\n",
            BallastProcess.Run(folder, "predict", "run", "\u001b[2J.png").Errors);
    }

    [Fact]
    public void Factors_of_any_size_make_arms()
    {
        var (code, output, errors) = BallastProcess.Run(
            folder, "study", "learning-rate", "flatten linear:4 relu linear:2", "--data", "task", "--test-data", "task", "--factors", "1,1e8,1e-7", "--save", "d.json");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal("Definition: d.json. Run it with: ballast study run d.json\n", output);
        Assert.Contains("\"with-x1e8\"", File.ReadAllText(folder.File("d.json")), StringComparison.Ordinal);
        Assert.Contains("\"with-x1e-7\"", File.ReadAllText(folder.File("d.json")), StringComparison.Ordinal);
    }

    (int ExitCode, string Output, string Errors) Train(string run, string layers = "flatten linear:2") =>
        BallastProcess.Run(folder, "train", layers, "--data", "task", "--epochs", "1", "--out", run);
}
