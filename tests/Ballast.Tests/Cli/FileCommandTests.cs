using System.Text.Json;
using Ballast.Lab;

namespace Ballast.Tests.Cli;

public sealed class FileCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static string State(string name) => Golden.PathOf(Path.Combine("states", name));

    [Fact]
    public void Inspect_lists_tensors_and_values()
    {
        var (code, output, errors) = BallastCommand.Run(folder, "inspect", State("module-4.pt"));
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
        var json = JsonDocument.Parse(BallastCommand.Run(folder, "inspect", State("module-4.pt"), "--json").Output).RootElement;
        Assert.Equal("pyTorch", json.GetProperty("format").GetString());
        Assert.Equal("""{"name":"model.kept","type":"I64","shape":[3],"bytes":24}""", json.GetProperty("tensors")[1].GetRawText());
        Assert.Equal("1", json.GetProperty("values").GetProperty("epoch").GetString());
    }

    [Fact]
    public void Names_from_a_file_do_not_act_on_the_terminal()
    {
        var metadata = new Dictionary<string, string> { ["k\u0007"] = "v\r" };
        SafetensorsFile.Save(folder.File("f"), [StoredTensor.From<byte>("\u001b[2Ja\nb", [1], 1)], metadata);
        var (_, output, _) = BallastCommand.Run(folder, "inspect", "f");
        Assert.Equal("f: safetensors, 1 tensor, 1 elements, 1 bytes\nk? = v?\n  U8     [1]  ?[2Ja?b\n", output);
    }

    [Fact]
    public void Convert_writes_the_model_by_the_name_it_is_given_and_says_what_it_leaves_out()
    {
        var (code, output, errors) = BallastCommand.Run(folder, "convert", State("checkpoint.pt"), "net.safetensors");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(
            """
            net.safetensors: 9 tensors, 23 elements, 96 bytes
            Left out: epoch, step, negative, large, seed, best, numpy, whole, flags, pair, name, size, dtype, device, counts, 7, optimizer, rng

            """.ReplaceLineEndings("\n"), output);
        var state = InOrder(StateFile.Load(folder.File("net.safetensors")), State("checkpoint.pt"));
        Assert.Equal(Draw.Bits(StateFile.Load(State("checkpoint.pt"))), Draw.Bits(state));
        Assert.Equal(0, BallastCommand.Run(folder, "convert", "net.safetensors", "net.pt").ExitCode);
        Assert.Equal(0, BallastCommand.Run(folder, "convert", "net.pt", "net.npz").ExitCode);
        Assert.Equal(Told("net.safetensors"), Told("net.npz"));
        (_, output, _) = BallastCommand.Run(
            folder, "convert", State("checkpoint.pt"), "m.npy", "--key", "optimizer.state.0.exp_avg", "--json");
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal("[2,3]", json.GetProperty("tensors")[0].GetProperty("shape").GetRawText());
        Assert.Equal(0, BallastCommand.Run(folder, "convert", State("checkpoint.pt"), "all.pt", "--all").ExitCode);
        using var all = StateFile.Open(folder.File("all.pt"));
        Assert.Equal(3, ((StoredInteger)((StoredMapping)all.Root)["epoch"]).Value);
    }

    [Fact]
    public void Convert_divides_a_model_among_files_and_gives_a_file_of_Keras_the_keys_of_a_network()
    {
        var (code, output, errors) = BallastCommand.Run(folder, "convert", Keras("small.keras"), "net.safetensors",
            "--model", "conv:4,3 batchnorm:eps=0.001,momentum=0.01 relu flatten linear:3", "--shard-size", "0.5KB");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(
            """
            conv2d -> layers.0
            batch_normalization -> layers.1
            dense -> layers.4
            net.safetensors.index.json: 9 tensors, 288 elements, 1,156 bytes, in 3 files

            """.ReplaceLineEndings("\n"), output);
        Assert.Equal(
            [
                "net-00001-of-00003.safetensors", "net-00002-of-00003.safetensors", "net-00003-of-00003.safetensors", "net.safetensors.index.json",
            ],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var state = StateFile.Load(folder.File("net.safetensors.index.json"));
        Assert.Equal([4, 2, 3, 3], state["layers.0.weight"].Tensor.Shape.ToArray());

        (code, _, errors) = BallastCommand.Run(folder, "convert", Keras("small.keras"), "net.pt", "--model", "conv:4,3 relu flatten linear:3");
        Assert.Equal(1, code);
        Assert.Contains("BatchNorm (batch_normalization), the network has 0", errors, StringComparison.Ordinal);
        (code, _, errors) = BallastCommand.Run(folder, "convert", Keras("small.weights.h5"), "net.pt", "--model", "vgg-small");
        Assert.Equal(2, code);
        Assert.Contains("--input 3,32,32", errors, StringComparison.Ordinal);
        (code, _, errors) = BallastCommand.Run(folder, "convert", State("checkpoint.pt"), "net.pt", "--model", "vgg-small");
        Assert.Equal(2, code);
        Assert.Contains("is no file of Keras", errors, StringComparison.Ordinal);
        (code, _, errors) = BallastCommand.Run(folder, "convert", State("checkpoint.pt"), "net.safetensors", "--shard-size", "some");
        Assert.Equal((2, true), (code, errors.Contains("such as 500MB, 2GB or 64MiB, got some", StringComparison.Ordinal)));
        (code, _, errors) = BallastCommand.Run(folder, "convert", State("checkpoint.pt"), "net.npz", "--shard-size", "1GB");
        Assert.Contains("only .safetensors is divided", errors, StringComparison.Ordinal);
        Assert.NotEqual(0, code);
    }

    [Fact]
    public void Convert_writes_the_weights_of_a_named_network_as_Keras_has_them_and_takes_them_back()
    {
        const string Layers = "conv:4,3 batchnorm relu flatten linear:3";
        SetStateOf(Layers);
        string[] network = ["--model", Layers, "--input", "2,6,6", "--classes", "3"];
        var (code, output, errors) = BallastCommand.Run(folder, ["convert", "net.safetensors", "net.weights.h5", .. network]);
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(
            """
            layers.0 -> conv2d
            layers.1 -> batch_normalization
            layers.4 -> dense
            Make batch_normalization with epsilon=1E-05, momentum=0.9.
            net.weights.h5: 8 tensors, 287 elements, 1,148 bytes

            """.ReplaceLineEndings("\n"), output);

        // Weights alone do not tell what was flattened: they are shown as they are, and go nowhere without the network.
        (code, output, errors) = BallastCommand.Run(folder, "inspect", "net.weights.h5");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("In the order that Keras has them: weights alone do not tell in which order the layer \"dense\" (Dense) takes values. Name the "
            + "network that takes them, by --model", output, StringComparison.Ordinal);
        Assert.Contains("F32    [64, 3]       dense.kernel", output, StringComparison.Ordinal);
        var json = JsonDocument.Parse(BallastCommand.Run(folder, "inspect", "net.weights.h5", "--json").Output).RootElement;
        Assert.Contains("weights alone", json.GetProperty("note").GetString(), StringComparison.Ordinal);
        (code, output, errors) = BallastCommand.Run(folder, "convert", "net.weights.h5", "back.safetensors");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("by --model or KerasFile.Load", errors, StringComparison.Ordinal);
        foreach (string name in new[] { "net.weights.h5", "net.h5" })
        {
            if (name == "net.h5")
                Assert.Equal(0, BallastCommand.Run(folder, ["convert", "net.weights.h5", name, .. network]).ExitCode);
            (code, _, errors) = BallastCommand.Run(folder, ["convert", name, "back.pt", .. network]);
            Assert.Equal((0, ""), (code, errors));
            var (expected, got) = (StateFile.Load(folder.File("net.safetensors")), StateFile.Load(folder.File("back.pt")));
            foreach (var (key, entry) in expected.Where(static entry => entry.Value.Tensor.ElementType == ElementType.Float32))
                Assert.Equal(entry.Tensor.ToArray(), got[key].Tensor.ToArray());
        }

        (code, _, errors) = BallastCommand.Run(folder, "convert", "net.safetensors", "net.weights.h5");
        Assert.Equal((1, true), (code, errors.Contains("Name the network that has them, by --model", StringComparison.Ordinal)));
        (code, _, errors) = BallastCommand.Run(folder, ["convert", "net.safetensors", "net.weights.h5", .. network, "--shard-size", "1MB"]);
        Assert.Equal((2, true), (code, errors.Contains("--shard-size divides .safetensors", StringComparison.Ordinal)));
        (code, _, errors) = BallastCommand.Run(folder, "convert", "net.safetensors", "net.keras");
        Assert.Equal((1, true), (code, errors.Contains("as NAME.weights.h5, make the model in Keras", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_tutorials_networks_have_names_in_convert_too()
    {
        StateFile.Save(folder.File("mlp.safetensors"), NamedNetworks.Build(NamedNetworks.Tutorial.Layers, [3, 8, 8], 10).StateDict());
        var (code, output, errors) = BallastCommand.Run(
            folder, "convert", "mlp.safetensors", "mlp.onnx", "--model", "mlp", "--input", "3,8,8", "--classes", "10");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("mlp.onnx: ", output, StringComparison.Ordinal);
    }

    void SetStateOf(string layers) => StateFile.Save(folder.File("net.safetensors"), NamedNetworks.Build(layers, [2, 6, 6], 3).StateDict());

    static string Keras(string name) => Path.Combine(ArchitectureTests.Root(), "tests", "Ballast.Keras.Tests", "Goldens", name);

    [Fact]
    public void Floats_that_a_format_lacks_are_widened_and_named()
    {
        SafetensorsFile.Save(folder.File("b.safetensors"), [new StoredTensor("w", StoredType.BF16, [1], new byte[] { 0xC0, 0x3F })]);
        var (code, output, _) = BallastCommand.Run(folder, "convert", "b.safetensors", "b.npz");
        Assert.Equal((0, "b.npz: 1 tensor, 1 elements, 4 bytes\nNow F32 instead of BF16, which the format lacks: w\n"), (code, output));
        Assert.Equal(1.5f, StateFile.Load(folder.File("b.npz"))["w"].Tensor.Item());
    }

    [Fact]
    public void What_cannot_be_done_is_told_and_nothing_is_written()
    {
        var (code, output, errors) = BallastCommand.Run(folder, "convert", State("state-2.pt"), "net.onnx");
        Assert.Equal((1, ""), (code, output));
        Assert.Equal("error: net.onnx: an ONNX file holds what a network computes, which a file of weights does not have. " +
            "Write it of a run, by ballast export RUN net.onnx, of a network that is named, by --model, or from code, by OnnxFile.Export.\n", errors);
        Directory.CreateDirectory(folder.File("some"));
        (code, _, errors) = BallastCommand.Run(folder, "convert", "some", "net.onnx");
        Assert.Equal(2, code);
        Assert.StartsWith("error: some is a folder. A run's network is written by: ballast export some net.onnx\n", errors, StringComparison.Ordinal);
        Directory.Delete(folder.File("some"));
        (code, _, errors) = BallastCommand.Run(folder, "convert", State("state-2.pt"), "net.onnx", "--model", "linear:3");
        Assert.Equal(2, code);
        Assert.Contains("--input 3,32,32", errors, StringComparison.Ordinal);
        (code, _, errors) = BallastCommand.Run(folder, "convert", State("state-2.pt"), "net.gguf");
        Assert.Equal((1, "error: net.gguf: expected a name that ends with .safetensors, .pt, .pth, .npz, .npy, got .gguf.\n"), (code, errors));
        (code, _, errors) = BallastCommand.Run(folder, "convert", State("state-2.pt"), "net.npy");
        Assert.Equal((1, "error: net.npy: expected one tensor for .npy, got 9. Name one by its key, or write .npz.\n"), (code, errors));
        (code, _, errors) = BallastCommand.Run(folder, "convert", State("state-2.pt"), "net.pt", "--all", "--key", "a");
        Assert.Equal((2, "error: --all takes everything, --key a part. Leave out one of them.\nSee ballast convert --help.\n"), (code, errors));
        File.WriteAllText(folder.File("notes.txt"), "nothing of weights");
        (code, _, errors) = BallastCommand.Run(folder, "inspect", "notes.txt");
        Assert.Equal(1, code);
        Assert.StartsWith("error: notes.txt: this is no file of weights that is read here: safetensors, PyTorch's .pt", errors, StringComparison.Ordinal);
        File.Delete(folder.File("notes.txt"));
        (code, _, errors) = BallastCommand.Run(folder, "inspect", "nothing.pt");
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
