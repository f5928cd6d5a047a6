using System.Text.Json;

namespace Ballast.Tests.Cli;

public sealed class FileCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static string State(string name) => Golden.PathOf(Path.Combine("states", name));

    [Fact]
    public void Inspect_lists_tensors_and_values()
    {
        var (code, output, errors) = BallastProcess.Run(folder, "inspect", State("module-4.pt"));
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(
            $"""
            {State("module-4.pt")}: PyTorch, 8 tensors, 17 elements, 84 bytes
            A module saved whole: __main__.Block
              F32    [1]     model.scale
              I64    [3]     model.kept
              F32    [2, 2]  model.body.0.weight
              F32    [2]     model.body.1.weight
              F32    [2]     model.body.1.bias
              F32    [2]     model.body.1.running_mean
              F32    [2]     model.body.1.running_var
              I64    []      model.body.1.num_batches_tracked
            epoch = 1

            """.ReplaceLineEndings("\n"), output);
        var json = JsonDocument.Parse(BallastProcess.Run(folder, "inspect", State("module-4.pt"), "--json").Output).RootElement;
        Assert.Equal("pyTorch", json.GetProperty("format").GetString());
        Assert.Equal("""{"name":"model.kept","type":"I64","shape":[3],"bytes":24}""", json.GetProperty("tensors")[1].GetRawText());
        Assert.Equal("1", json.GetProperty("values").GetProperty("epoch").GetString());
    }

    [Fact]
    public void Names_from_a_file_do_not_act_on_the_terminal()
    {
        var metadata = new Dictionary<string, string> { ["k\u0007"] = "v\r" };
        SafetensorsFile.Save(folder.File("f"), [StoredTensor.From<byte>("\u001b[2Ja\nb", [1], 1)], metadata);
        var (_, output, _) = BallastProcess.Run(folder, "inspect", "f");
        Assert.Equal("f: safetensors, 1 tensor, 1 elements, 1 bytes\nk? = v?\n  U8     [1]  ?[2Ja?b\n", output);
    }

    [Fact]
    public void Convert_writes_the_model_by_the_name_it_is_given_and_says_what_it_leaves_out()
    {
        var (code, output, errors) = BallastProcess.Run(folder, "convert", State("checkpoint.pt"), "net.safetensors");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(
            """
            net.safetensors: 9 tensors, 23 elements, 96 bytes
            Left out: epoch, step, negative, large, seed, best, numpy, whole, flags, pair, name, size, dtype, device, counts, 7, optimizer, rng

            """.ReplaceLineEndings("\n"), output);
        var state = InOrder(StateFile.Load(folder.File("net.safetensors")), State("checkpoint.pt"));
        Assert.Equal(Draw.Bits(StateFile.Load(State("checkpoint.pt"))), Draw.Bits(state));
        Assert.Equal(0, BallastProcess.Run(folder, "convert", "net.safetensors", "net.pt").ExitCode);
        Assert.Equal(0, BallastProcess.Run(folder, "convert", "net.pt", "net.npz").ExitCode);
        Assert.Equal(Told("net.safetensors"), Told("net.npz"));
        (_, output, _) = BallastProcess.Run(
            folder, "convert", State("checkpoint.pt"), "m.npy", "--key", "optimizer.state.0.exp_avg", "--json");
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal("[2,3]", json.GetProperty("tensors")[0].GetProperty("shape").GetRawText());
        Assert.Equal(0, BallastProcess.Run(folder, "convert", State("checkpoint.pt"), "all.pt", "--all").ExitCode);
        using var all = StateFile.Open(folder.File("all.pt"));
        Assert.Equal(3, ((StoredInteger)((StoredMapping)all.Root)["epoch"]).Value);
    }

    [Fact]
    public void Floats_that_a_format_lacks_are_widened_and_named()
    {
        SafetensorsFile.Save(folder.File("b.safetensors"), [new StoredTensor("w", StoredType.BF16, [1], new byte[] { 0xC0, 0x3F })]);
        var (code, output, _) = BallastProcess.Run(folder, "convert", "b.safetensors", "b.npz");
        Assert.Equal((0, "b.npz: 1 tensor, 1 elements, 4 bytes\nNow F32 instead of BF16, which the format lacks: w\n"), (code, output));
        Assert.Equal(1.5f, StateFile.Load(folder.File("b.npz"))["w"].Tensor.Item());
    }

    [Fact]
    public void What_cannot_be_done_is_told_and_nothing_is_written()
    {
        var (code, output, errors) = BallastProcess.Run(folder, "convert", State("state-2.pt"), "net.onnx");
        Assert.Equal((1, ""), (code, output));
        Assert.Equal("error: net.onnx: an ONNX file holds what a network computes, which a file of weights does not have. " +
            "Write it of a run, by ballast export RUN net.onnx, or of a network, by OnnxFile.Export.\n", errors);
        (code, _, errors) = BallastProcess.Run(folder, "convert", State("state-2.pt"), "net.gguf");
        Assert.Equal((1, "error: net.gguf: expected a name that ends with .safetensors, .pt, .pth, .npz, .npy, got .gguf.\n"), (code, errors));
        (code, _, errors) = BallastProcess.Run(folder, "convert", State("state-2.pt"), "net.npy");
        Assert.Equal((1, "error: net.npy: expected one tensor for .npy, got 9. Name one by its key, or write .npz.\n"), (code, errors));
        (code, _, errors) = BallastProcess.Run(folder, "convert", State("state-2.pt"), "net.pt", "--all", "--key", "a");
        Assert.Equal((2, "error: --all takes everything, --key a part. Leave out one of them.\nSee ballast convert --help.\n"), (code, errors));
        (code, _, errors) = BallastProcess.Run(folder, "inspect", "nothing.pt");
        Assert.Equal(1, code);
        Assert.Contains("nothing.pt", errors, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    string[] Told(string name)
    {
        using var file = StateFile.Open(folder.File(name));
        return [.. file.Tensors.Select(static tensor => $"{tensor} {Convert.ToHexString(tensor.Data.Span)}").Order(StringComparer.Ordinal)];
    }

    static StateDict InOrder(StateDict state, string of)
    {
        var ordered = new StateDict();
        foreach (string key in StateFile.Load(of).Keys)
            ordered.Add(key, state[key]);
        return ordered;
    }
}
