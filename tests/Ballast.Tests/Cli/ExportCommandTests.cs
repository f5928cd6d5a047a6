namespace Ballast.Tests.Cli;

public sealed class ExportCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_becomes_an_ONNX_file_that_takes_bytes_or_values()
    {
        PictureMaker.WriteTask(folder.File("task"));
        Assert.Equal(0, BallastCommand.Run(
            folder, "train", "conv:4,3 batchnorm relu flatten linear:2", "--data", "task", "--epochs", "1", "--out", "run").ExitCode);
        var (code, output, errors) = BallastCommand.Run(folder, "export", "run", "net.onnx");
        Assert.Equal((0, ""), (code, errors));
        Assert.Matches(@"^net\.onnx: [0-9]+ bytes; in: (standardized values|values from 0 to 1) \[N, [0-9]+, [0-9]+, [0-9]+\]\n$", output);
        (code, output, errors) = BallastCommand.Run(folder, "export", "run", "bytes.onnx", "--bytes", "--fold", "--opset", "21");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("in: bytes, 0 to 255", output, StringComparison.Ordinal);
        string values = File.ReadAllText(folder.File("net.onnx")), bytes = File.ReadAllText(folder.File("bytes.onnx"));
        Assert.Contains("running_mean", values, StringComparison.Ordinal);
        Assert.DoesNotContain("running_mean", bytes, StringComparison.Ordinal);
        Assert.Contains("""["bright","dark"]""", bytes, StringComparison.Ordinal);

        // What it is, and its weights in another format.
        (code, output, errors) = BallastCommand.Run(folder, "inspect", "net.onnx");
        Assert.Equal((0, ""), (code, errors));
        Assert.Matches(@"^net\.onnx: ONNX, 8 tensors, [0-9]+ elements, [0-9]+ bytes\nopset 17, IR 8, written by Ballast [0-9.]+\n", output);
        Assert.Matches(@"\nin:  \S+ float \[N, [0-9]+, [0-9]+, [0-9]+\]\nout: \S+ float \[N, 2\]\noperators: .*1 BatchNormalization, 1 Conv", output);
        Assert.Contains("\nclasses = [\"bright\",\"dark\"]\n", output, StringComparison.Ordinal);
        Assert.Matches(@"\n  F32    \[4, [0-9], 3, 3\] +\S*0\.weight\n", output);
        var json = System.Text.Json.JsonDocument.Parse(BallastCommand.Run(folder, "inspect", "net.onnx", "--json").Output).RootElement;
        Assert.Equal("onnx", json.GetProperty("format").GetString());
        Assert.Equal(17, json.GetProperty("graph").GetProperty("opsets").GetProperty("ai.onnx").GetInt32());
        Assert.Equal("N", json.GetProperty("graph").GetProperty("inputs")[0].GetProperty("sizes")[0].GetString());
        Assert.Equal(0, BallastCommand.Run(folder, "convert", "net.onnx", "net.safetensors").ExitCode);
        var (run, net) = (StateFile.Load(folder.File("run/weights.safetensors")), StateFile.Load(folder.File("net.safetensors")));
        Assert.All(net, entry => Assert.Equal(run[entry.Key].Tensor.ToArray(), entry.Value.Tensor.ToArray()));
        Assert.Equal(run.Count - 1, net.Count);     // but for the count of batches, which a graph has no use for

        // All of the state, by option; and the network of a name with the weights of a file.
        Assert.Equal(0, BallastCommand.Run(folder, "export", "run", "whole.onnx", "--state").ExitCode);
        Assert.Equal(0, BallastCommand.Run(folder, "convert", "whole.onnx", "whole.safetensors").ExitCode);
        Assert.Equal(run.Keys.Order(), StateFile.Load(folder.File("whole.safetensors")).Keys.Order());
        string size = string.Join(',', json.GetProperty("graph").GetProperty("inputs")[0].GetProperty("sizes").EnumerateArray()
            .Skip(1).Select(static axis => axis.ToString()));
        string[] named = ["--model", "conv:4,3 batchnorm relu flatten linear:2", "--input", size];
        (code, _, errors) = BallastCommand.Run(folder, "export", "run", "whole.onnx", "--state", "--fold");
        Assert.Equal(2, code);
        Assert.Contains("--fold changes weights", errors, StringComparison.Ordinal);
        (code, _, errors) = BallastCommand.Run(folder, ["convert", "run/weights.safetensors", "named.onnx", .. named, "--classes", "3"]);
        Assert.NotEqual(0, code);
        Assert.False(File.Exists(folder.File("named.onnx")));
        (code, output, errors) = BallastCommand.Run(folder, ["convert", "run/weights.safetensors", "named.onnx", .. named, "--classes", "2"]);
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("named.onnx: 8 tensors", output, StringComparison.Ordinal);
        Assert.Equal(0, BallastCommand.Run(folder, "convert", "named.onnx", "again.pt").ExitCode);
        Assert.All(StateFile.Load(folder.File("again.pt")), entry => Assert.Equal(run[entry.Key].Tensor.ToArray(), entry.Value.Tensor.ToArray()));
    }

    [Fact]
    public void What_cannot_be_exported_is_refused()
    {
        var (code, _, errors) = BallastCommand.Run(folder, "export", "none", "net.onnx");
        Assert.Equal(1, code);
        Assert.Contains("none", errors, StringComparison.Ordinal);
        (code, _, errors) = BallastCommand.Run(folder, "export", "none", "net.onnx", "--opset", "7");
        Assert.Equal(2, code);
        Assert.Contains("17", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
