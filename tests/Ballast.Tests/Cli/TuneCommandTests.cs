namespace Ballast.Tests.Cli;

/// <summary><c>ballast train --from</c>: runs that begin with a trained network are used as every other run is.</summary>
public sealed class TuneCommandTests(TuneCommandTests.Old old) : IClassFixture<TuneCommandTests.Old>
{
    readonly TemporaryFolder folder = old.Folder;

    string Ok(params string[] arguments) => old.Ok(arguments);

    string Refused(params string[] arguments)
    {
        var (code, _, errors) = BallastCommand.Run(folder, arguments);
        Assert.NotEqual(0, code);
        return errors;
    }

    byte[] Weights(string run) => File.ReadAllBytes(folder.File(Path.Combine(run, "weights.safetensors")));

    static float[] Part(string path, string key) => StateFile.Load(path)[key].Tensor.ToArray();

    [Fact]
    public void A_run_goes_on_as_the_body_of_another_and_its_frozen_part_stays()
    {
        string said = Ok("train", "--from", "old", "--data", "task", "--epochs", "2", "--out", "new", "--threads", "1");
        Assert.DoesNotContain("note:", said, StringComparison.Ordinal);
        string old = folder.File("old/weights.safetensors"), tuned = folder.File("new/weights.safetensors");
        foreach (string key in new[] { "layers.0.weight", "layers.1.weight", "layers.1.running_mean", "layers.4.running_var" })
            Assert.Equal(Part(old, key), Part(tuned, key));
        Assert.NotEqual(Part(old, "layers.8.weight"), Part(tuned, "layers.8.weight"));

        // Not kept, the same bits.
        Ok("train", "--from", "old", "--data", "task", "--epochs", "2", "--out", "anew", "--feature-memory", "0", "--threads", "2");
        Assert.Equal(Weights("new"), Weights("anew"));

        said = Ok("train", "--from", "old", "--data", "task", "--epochs", "1", "--flip", "random", "--out", "flipped");
        Assert.Contains("computed anew in each epoch and not kept", said, StringComparison.Ordinal);
        said = Ok("train", "--from", "old", "--data", "task", "--epochs", "1", "--norms", "running", "--out", "moving");
        Assert.Contains("statistics move with each batch", said, StringComparison.Ordinal);
        Assert.NotEqual(Part(old, "layers.1.running_mean"), Part(folder.File("moving/weights.safetensors"), "layers.1.running_mean"));
        Assert.Equal(Part(old, "layers.0.weight"), Part(folder.File("moving/weights.safetensors"), "layers.0.weight"));
    }

    [Fact]
    public void An_ONNX_file_becomes_a_run_that_needs_nothing_else()
    {
        File.Copy(folder.File("old.onnx"), folder.File("net.onnx"));
        Ok("train", "--from", "net.onnx", "--data", "task", "--epochs", "2", "--body", "trained", "--norms", "adapting", "--out", "tuned", "--threads", "1");
        File.Delete(folder.File("net.onnx"));
        Directory.Move(folder.File("tuned"), folder.File("moved"));
        string picture = Directory.GetFiles(folder.File("task"), "*.png", SearchOption.AllDirectories)[0];
        Assert.Contains("%", Ok("predict", "moved", picture), StringComparison.Ordinal);
        Assert.Contains("[N, ", Ok("export", "moved", "again.onnx"), StringComparison.Ordinal);
        Assert.Contains("Accuracy", Ok("evaluate", "moved", "--test-data", "task"), StringComparison.Ordinal);
        BallastCommand.Run(folder, "doctor", "moved");
        Assert.Contains("network.onnx", File.ReadAllText(folder.File("moved/run.json")), StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Path + "/moved", File.ReadAllText(folder.File("moved/run.json")), StringComparison.Ordinal);

        // And the next begins with that.
        Ok("train", "--from", "moved", "--data", "task", "--epochs", "1", "--out", "third");
        Directory.Delete(folder.File("moved"), true);
        Ok("predict", "third", picture);
    }

    [Fact]
    public void A_run_that_was_stopped_goes_on_to_the_same_bits()
    {
        File.Copy(folder.File("old.onnx"), folder.File("first.onnx"));
        string[] run = ["train", "--from", "first.onnx", "--data", "task", "--epochs", "4", "--norms", "adapting", "--threads", "1", "--out"];
        Ok([.. run, "whole"]);
        BallastProcess.RunUntil(folder, "Starting epoch 3", kill: true, [.. run, "half"]);
        File.Delete(folder.File("first.onnx"));
        Ok("train", "--resume", "half", "--threads", "1");
        Assert.Equal(Weights("whole"), Weights("half"));
    }

    [Fact]
    public void Weights_of_PyTorch_belong_to_a_network_that_is_named()
    {
        Ok("train", "--model", "vgg-small", "--data", "task", "--epochs", "1", "--out", "named");
        Ok("convert", "named/weights.safetensors", "vgg.pt");
        Assert.Contains("--model", Refused("train", "--from", "vgg.pt", "--data", "task"), StringComparison.Ordinal);
        Ok("train", "--model", "vgg-small", "--from", "vgg.pt", "--data", "task", "--epochs", "1", "--out", "of-torch");
        string key = StateFile.Load(folder.File("vgg.pt")).First(static entry => entry.Value.Shape.Rank == 4).Key;
        Assert.Equal(Part(folder.File("named/weights.safetensors"), key), Part(folder.File("of-torch/weights.safetensors"), key));
        string error = Refused("train", "--model", "resnet20", "--from", "vgg.pt", "--data", "task", "--out", "wrong");
        Assert.Contains("vgg.pt does not belong to the network resnet20", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("wrong")));
    }

    [Fact]
    public void What_does_not_go_together_is_refused_with_what_to_do()
    {
        Assert.Contains("Name one by --from", Refused("train", "--body", "trained", "--data", "task"), StringComparison.Ordinal);
        Assert.Contains("Leave --model and LAYERS out", Refused("train", "--from", "old", "--model", "mlp", "--data", "task"), StringComparison.Ordinal);
        string keras = Path.Combine(ArchitectureTests.Root(), "tests", "Ballast.Keras.Tests", "Goldens", "small.keras");
        Assert.Contains($"first, by ballast convert {keras} small.pt --model resnet20,",
            Refused("train", "--from", keras, "--model", "resnet20", "--data", "task").ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("there is no file or folder none", Refused("train", "--from", "none", "--data", "task"), StringComparison.Ordinal);
        Assert.Contains("there is no file none.onnx", Refused("train", "--from", "none.onnx", "--data", "task"), StringComparison.Ordinal);
        Assert.Contains("frozen", Refused("train", "--from", "old", "--body", "thawed", "--data", "task"), StringComparison.Ordinal);
        Assert.Contains("fresh body", Refused("train", "--from", "old", "--body", "fresh", "--norms", "adapting", "--data", "task"), StringComparison.Ordinal);
        Assert.Contains("cannot be changed with --resume", Refused("train", "--resume", "old", "--from", "old"), StringComparison.Ordinal);
        Assert.Contains("--cut", Refused("train", "--from", "old", "--cut", "x", "--data", "task"), StringComparison.Ordinal);
        Assert.Contains("there is no node", Refused("train", "--from", "old.onnx", "--cut", "nowhere", "--data", "task"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_pretrained_network_cannot_be_had_here_and_that_is_said()
    {
        var (code, output, _) = BallastCommand.Run(folder, "data", "status", "resnet18-imagenet");
        Assert.Equal(0, code);
        Assert.Equal(3, output.Split('\n').Count(static line => line.EndsWith(" missing", StringComparison.Ordinal)));
        Assert.Contains("dotnet is not installed, or not on the PATH", Refused("data", "fetch", "resnet18-imagenet"), StringComparison.Ordinal);
        string error = Refused("train", "--from", "resnet18-imagenet", "--data", "task", "--out", "run");
        Assert.Contains("ballast data fetch resnet18-imagenet", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    /// <summary>A trained network for all of these tests.</summary>
    public sealed class Old : IDisposable
    {
        const string Chain =
            "conv:6,3,padding=1,bias=false batchnorm relu conv:6,3,padding=1,bias=false batchnorm relu globalavgpool flatten linear:2";

        public Old()
        {
            PictureMaker.WriteTask(Folder.File("task"));
            Ok("train", Chain, "--data", "task", "--epochs", "1", "--out", "old", "--threads", "1");
            Ok("export", "old", "old.onnx");
        }

        internal TemporaryFolder Folder { get; } = new();

        internal string Ok(params string[] arguments)
        {
            var (code, output, errors) = BallastCommand.Run(Folder, arguments);
            Assert.True(code == 0, $"{string.Join(' ', arguments)}: {code}\n{output}\n{errors}");
            return output + errors;
        }

        public void Dispose() => Folder.Dispose();
    }
}
