using System.Text;

namespace Ballast.Tests.Formats;

public sealed class StateFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static StoredTensor Longs(string name, long[] shape, params long[] values) => StoredTensor.From<long>(name, values, shape);

    string Saved(params StoredTensor[] tensors)
    {
        SafetensorsFile.Save(folder.File("f"), tensors);
        return folder.File("f");
    }

    string Refusal(string content) => Refusal(Encoding.Latin1.GetBytes(content));

    string Refusal(byte[] content)
    {
        File.WriteAllBytes(folder.File("f"), content);
        var error = Assert.Throws<InvalidDataException>(() => StateFile.Load(folder.File("f")));
        Assert.StartsWith($"{folder.File("f")}: ", error.Message, StringComparison.Ordinal);
        return error.Message[(folder.File("f").Length + 2)..];
    }

    [Fact]
    public void Integers_and_truth_values_of_every_width_load_exactly()
    {
        string path = Saved(
            StoredTensor.From<sbyte>("i8", [-128, 127], 2), StoredTensor.From<short>("i16", [short.MinValue, 7], 1, 2),
            StoredTensor.From<ushort>("u16", [0, ushort.MaxValue], 2), StoredTensor.From<int>("i32", [int.MinValue, int.MaxValue], 2),
            StoredTensor.From<uint>("u32", [0, uint.MaxValue], 2), Longs("i64", [2, 1], long.MinValue, (1L << 53) + 1),
            StoredTensor.From<ulong>("u64", [0, long.MaxValue], 2), Longs("none", [0, 3]),
            StoredTensor.From<byte>("u8", [0, 255], 2), new StoredTensor("bool", StoredType.Bool, [3], new byte[] { 0, 1, 2 }));
        var state = StateFile.Load(path, out var skipped);
        Assert.Empty(skipped);
        (string Key, Shape Shape, long[] Values)[] expected =
        [
            ("i8", [2], [-128, 127]), ("i16", [1, 2], [short.MinValue, 7]), ("u16", [2], [0, ushort.MaxValue]),
            ("i32", [2], [int.MinValue, int.MaxValue]), ("u32", [2], [0, uint.MaxValue]), ("i64", [2, 1], [long.MinValue, (1L << 53) + 1]),
            ("u64", [2], [0, long.MaxValue]), ("none", [0, 3], []),
        ];
        foreach (var (key, shape, values) in expected)
        {
            Assert.Equal(shape, state[key].Shape);
            Assert.Equal(values, state[key].Tensor.ToArray<long>());
            Assert.Null(state[key].Number);
        }

        Assert.Equal([0, 255], state["u8"].Tensor.ToArray<byte>());
        Assert.Equal([false, true, true], state["bool"].Tensor.ToArray<bool>());

        StateFile.Save(folder.File("g"), state);
        Assert.Equal(["bool Bool [3]", "i16 I64 [1, 2]", "i32 I64 [2]", "i64 I64 [2, 1]", "i8 I64 [2]", "none I64 [0, 3]", "u16 I64 [2]",
            "u32 I64 [2]", "u64 I64 [2]", "u8 U8 [2]"],
            SafetensorsFile.Load(folder.File("g")).Entries.Select(static entry => entry.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal([long.MinValue, (1L << 53) + 1], StateFile.Load(folder.File("g"))["i64"].Tensor.ToArray<long>());
    }

    [Fact]
    public void What_no_tensor_holds_is_skipped_and_reported()
    {
        string path = Saved(StoredTensor.From("weight", Tensor.Ones([2])), StoredTensor.From<ulong>("u64", [1, 1UL << 63], 2),
            new StoredTensor("c64", StoredType.C64, [1], new byte[8]), Longs("count", [], 7));
        var state = StateFile.Load(path, out var skipped);
        Assert.Equal(["count", "weight"], state.Keys.Order());
        Assert.Equal(7, state["count"].Number);
        Assert.Equal(["c64 C64 [1]", "u64 U64 [2]"], skipped.Select(static tensor => tensor.ToString()).Order());
    }

    [Fact]
    public void A_table_of_integers_that_a_network_has_no_place_for_is_left_out_and_a_count_is_not()
    {
        var layer = new Linear(2, 1, bias: false);
        layer.LoadStateDict(StateFile.Load(Saved(Longs("position_ids", [1, 4], 0, 1, 2, 3), StoredTensor.From<bool>("mask", [true], 1),
            StoredTensor.From("weight", Tensor.Full([1, 2], 3)))));
        Assert.Equal([3, 3], layer.Weight.ToArray());
        var counted = new StateDict { { "weight", Tensor.Ones([1, 2]) }, { "num_batches_tracked", new StateEntry(3) } };
        Assert.Equal("The state does not fit Linear. Nothing was changed.\n  unexpected:\n    num_batches_tracked",
            Assert.Throws<ArgumentException>(() => layer.LoadStateDict(counted)).Message);
    }

    [Fact]
    public void Stored_integers_become_tensors_of_the_type_that_is_asked_for()
    {
        Assert.Equal([-3], StoredTensor.From<short>("w", [-3], 1).ToTensor(ElementType.Int64).ToArray<long>());
        Assert.Equal([1, 0], StoredTensor.From<bool>("w", [true, false], 2).ToTensor(ElementType.Int64).ToArray<long>());
        Assert.Equal([true], StoredTensor.From<bool>("w", [true], 1).ToTensor(ElementType.Bool).ToArray<bool>());
        Assert.Equal([1.5f], StoredTensor.From<double>("w", [1.5], 1).ToTensor(ElementType.Float32).ToArray());
        Assert.Equal("w F32 [1] has elements that int64 does not hold. Read it as float32, with ToTensor(), or as it is, with ToArray.",
            Assert.Throws<InvalidDataException>(() => StoredTensor.From<float>("w", [1], 1).ToTensor(ElementType.Int64)).Message);
        Assert.Equal("w U64 [1] has elements that int64 does not hold. Read it as float32, with ToTensor(), or as it is, with ToArray.",
            Assert.Throws<InvalidDataException>(() => StoredTensor.From<ulong>("w", [ulong.MaxValue], 1).ToTensor(ElementType.Int64)).Message);
        Assert.Throws<InvalidDataException>(() => StoredTensor.From<int>("w", [1], 1).ToTensor(ElementType.Bool));
    }

    [Fact]
    public void A_single_I64_keeps_its_axis()
    {
        StateFile.Save(folder.File("g"), StateFile.Load(Saved(Longs("a", [1], 5), Longs("b", [], 6))));
        Assert.Equal(["a I64 [1]", "b I64 []"], SafetensorsFile.Load(folder.File("g")).Entries.Select(static tensor => tensor.ToString()));
    }

    [Fact]
    public void A_double_beyond_float_is_refused_and_an_infinity_stays_one()
    {
        double[] values = [1e308, double.NegativeInfinity, double.NaN, float.MaxValue];
        var state = StateFile.Load(Saved(StoredTensor.From<double>("w", values.AsSpan(1), 3)));
        Assert.Equal([float.NegativeInfinity, float.NaN, float.MaxValue], state["w"].Tensor.ToArray());
        string path = Saved(StoredTensor.From<double>("w", values, 4));
        var error = Assert.Throws<InvalidDataException>(() => StateFile.Load(path));
        Assert.Equal($"{path}: w F64 [4] has the value 1E+308 at 0, which float32 cannot hold. " +
            "Scale it, or clamp it to float32's range before saving.", error.Message);
    }

    [Fact]
    public void Integers_become_floats_when_asked_for_where_float32_has_them()
    {
        Assert.Equal([1, -(1L << 40)], Longs("w", [2], 1, -(1L << 40)).ToTensor().ToArray().Select(static value => (long)value));
        var error = Assert.Throws<InvalidDataException>(() => Longs("w", [2], 1, 16777217).ToTensor());
        Assert.Equal("w I64 [2] has the value 16777217 at 1, which float32 cannot hold. Read it as it is, with ToArray.", error.Message);
        Assert.Equal([1L, 16777217], Longs("w", [2], 1, 16777217).ToArray<long>());
        Assert.Contains("expected to be read as Int64, got Single",
            Assert.Throws<ArgumentException>(() => Longs("w", [1], 1).ToArray<float>()).Message, StringComparison.Ordinal);
        error = Assert.Throws<InvalidDataException>(() => new StoredTensor("w", StoredType.C64, [1], new byte[8]).ToTensor());
        Assert.Equal("w C64 [1] is complex, which float32 cannot hold. Save its real and imaginary parts apart.", error.Message);
    }

    // "FP8 Formats for Deep Learning" (Micikevicius et al. 2022), table 1; the OCP microscaling specification for E8M0.
    [Theory]
    [InlineData(StoredType.F8E4M3, 0b0_1111_110, 448f)]
    [InlineData(StoredType.F8E4M3, 0b1_1111_111, float.NaN)]
    [InlineData(StoredType.F8E4M3, 0b0_0001_000, 0.015625f)]
    [InlineData(StoredType.F8E4M3, 0b0_0000_111, 0.875f * 0.015625f)]
    [InlineData(StoredType.F8E4M3, 0b1_0000_001, -0.001953125f)]
    [InlineData(StoredType.F8E4M3, 0b0_0111_100, 1.5f)]
    [InlineData(StoredType.F8E5M2, 0b0_11110_11, 57344f)]
    [InlineData(StoredType.F8E5M2, 0b1_11111_00, float.NegativeInfinity)]
    [InlineData(StoredType.F8E5M2, 0b0_11111_01, float.NaN)]
    [InlineData(StoredType.F8E5M2, 0b0_00000_01, 1.52587890625e-05f)]
    [InlineData(StoredType.F8E8M0, 127, 1f)]
    [InlineData(StoredType.F8E8M0, 0, 5.877472e-39f)]
    [InlineData(StoredType.F8E8M0, 255, float.NaN)]
    public void Floats_of_eight_bits_are_widened_exactly(StoredType type, byte code, float expected) =>
        Assert.Equal(expected, new StoredTensor("w", type, [1], new[] { code }).ToTensor().Item());

    [Theory]
    [InlineData("parallel.pt")]
    [InlineData("state-2.pt")]
    [InlineData("state-legacy.pt")]
    public void A_state_of_PyTorch_fits_the_network_it_is_of(string file)
    {
        var net = new Sequential(new Linear(3, 2), new BatchNorm1d(2), new ReLU(), new Linear(2, 2));
        var state = StateFile.Load(Golden.PathOf(Path.Combine("states", file)));
        net.LoadStateDict(state);
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked", "3.weight",
            "3.bias"], state.Keys);
        Assert.Equal(1, state["1.num_batches_tracked"].Number);
        Assert.Equal(Draw.Bits(state), Draw.Bits(net.StateDict()));
    }

    [Fact]
    public void Of_a_checkpoint_the_model_is_taken_or_what_is_asked_for()
    {
        using var file = StateFile.Open(Golden.PathOf(Path.Combine("states", "checkpoint.pt")));
        Assert.Contains("1.running_var", file.ToStateDict().Keys);
        Assert.Equal(["step", "exp_avg", "exp_avg_sq"], file.ToStateDict("optimizer.state.0").Keys);
        var error = Assert.Throws<InvalidDataException>(() => file.ToStateDict("ema"));
        Assert.EndsWith("checkpoint.pt: there is no mapping 'ema'. At the top are epoch, step, negative, large, seed, best, numpy, whole, " +
            "flags, pair, name, size, dtype, device, counts, 7, model, optimizer, rng.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_without_a_usual_name_asks_which()
    {
        PyTorchFile.Save(folder.File("c"), new StoredMapping
        {
            ["generator"] = new StoredMapping { ["w"] = Tensor.Ones([1]) },
            ["critic"] = new StoredMapping { ["module.w"] = Tensor.Zeros([1]) },
        });
        var error = Assert.Throws<InvalidDataException>(() => StateFile.Load(folder.File("c")));
        Assert.Equal($"{folder.File("c")}: expected a model's state, or a checkpoint with one under state_dict, model_state_dict, " +
            "model_state, model, net, " +
            "network, module, weights, params; got mappings under generator, critic. Say which with the key.", error.Message);
        using var file = StateFile.Open(folder.File("c"));
        Assert.Equal(["w"], file.ToStateDict("critic").Keys);
    }

    // Lengths of the header whose first bytes are the marks of a pickle of protocols 2 to 5, of JSON and of gzip.
    [Theory]
    [InlineData(0x280)]
    [InlineData(0x380)]
    [InlineData(0x480)]
    [InlineData(0x580)]
    [InlineData(0x7B)]
    [InlineData(0x8B1F)]
    public void A_safetensors_file_is_known_whatever_the_length_of_its_header_looks_like(int length)
    {
        const string Header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        File.WriteAllBytes(folder.File("f"),
            [.. BitConverter.GetBytes((long)length), .. Encoding.ASCII.GetBytes(Header.PadRight(length)), .. BitConverter.GetBytes(1.5f)]);
        Assert.Equal(1.5f, StateFile.Load(folder.File("f"))["w"].Tensor.Item());
    }

    [Fact]
    public void A_folder_is_told_from_a_file()
    {
        foreach (bool mapped in new[] { false, true })
        {
            var error = Assert.Throws<IOException>(() => StateFile.Open(folder.Path, mapped));
            Assert.Equal($"{folder.Path} is a folder. Expected a file of weights: name the file in it.", error.Message);
        }
    }

    [Fact]
    public void Files_that_are_known_and_not_read_say_what_they_are()
    {
        Assert.Equal("this is an HDF5 file, as Keras writes .h5. KerasFile of the package Ballast.Keras reads it, and the command ballast does.",
            Refusal("\u0089HDF\r\n\u001a\n"));
        Assert.Equal("this is a GGUF file, whose weights are quantized in blocks. Take the model's safetensors instead.",
            Refusal("GGUF\u0003\0\0\0"));
        Assert.Equal("this is a file packed by gzip. Unpack it first.", Refusal("\u001f\u008b\b\0"));
        Assert.Equal("this is a tar archive, as PyTorch wrote before 0.2. Unpack it, or load and save it with a newer PyTorch.",
            Refusal(new string('a', 257) + "ustar\0"));
        Assert.Equal("this is a Python pickle that torch.save did not write. Load it in Python and save its tensors with torch.save, or " +
            "with numpy.savez.",
            Refusal("\u0080\u0002}q\0."));
        Assert.Equal("the file is empty.", Refusal(""));
        Assert.Equal("this is no file of weights that is read here: safetensors, PyTorch's .pt and .pth, NumPy's .npz and .npy, by their packages ONNX's "
            + ".onnx and Keras's .keras and .h5. Taken for safetensors: 4 bytes are too few for a safetensors file, which begins with the length of its "
            + "header in 8.", Refusal("text"));
        Assert.Equal("expected the index of a safetensors model, with an object weight_map. This JSON is something else.", Refusal("{\"a\": 1}"));
    }

    [Fact]
    public void A_tensor_is_read_alone_and_after_the_file_is_closed_no_more()
    {
        string path = Saved(StoredTensor.From<float>("a", [1, 2, 3, 4], 2, 2), StoredTensor.From<byte>("b", [9], 1));
        foreach (bool mapped in new[] { false, true })
        {
            var file = StateFile.Open(path, mapped);
            byte[] part = new byte[8];
            file["a"].Read(8, part);
            Assert.Equal([3f, 4], [BitConverter.ToSingle(part), BitConverter.ToSingle(part, 4)]);
            Assert.Contains("expected whole elements of 4 bytes within 16, got 8 bytes from 10 on",
                Assert.Throws<ArgumentException>(() => file["a"].Read(10, part)).Message, StringComparison.Ordinal);
            Assert.Contains("there is no tensor 'c'", Assert.Throws<KeyNotFoundException>(() => file["c"]).Message, StringComparison.Ordinal);
            var tensor = file["a"];
            file.Dispose();
            file.Dispose();
            Assert.Throws<ObjectDisposedException>(() => tensor.ToTensor());
        }
    }

    [Fact]
    public void A_model_in_several_files_is_read_by_its_index()
    {
        SafetensorsFile.Save(folder.File("m-1.safetensors"), [StoredTensor.From<float>("a", [1], 1), StoredTensor.From<float>("left", [1], 1)]);
        SafetensorsFile.Save(folder.File("m-2.safetensors"), [StoredTensor.From<float>("b", [2, 3], 2)]);
        string index = folder.File("model.safetensors.index.json");
        File.WriteAllText(index, """{"metadata": {"total_size": 12}, "weight_map": {"b": "m-2.safetensors", "a": "m-1.safetensors"}}""");
        using (var file = StateFile.Open(index))
        {
            Assert.Equal(StoredFormat.SafetensorsIndex, file.Format);
            Assert.Equal(["b F32 [2]", "a F32 [1]"], file.Tensors.Select(static tensor => tensor.ToString()));
            Assert.Equal([2, 3], file["b"].ToTensor().ToArray());
        }

        // Mapped, each of the files is: data are its pages, and are no more after the last.
        var mapped = StateFile.Open(index, mapped: true);
        var pages = mapped["b"].Data;
        Assert.True(pages.Span == mapped["b"].Data.Span);
        Assert.Equal([2f, 3], [BitConverter.ToSingle(pages.Span), BitConverter.ToSingle(pages.Span[4..])]);
        mapped.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pages.Span.Length);

        foreach (var (map, message) in new[]
        {
            ("""{"c": "m-1.safetensors"}""", "the index looks for 'c' in m-1.safetensors, which has no such tensor."),
            ("""{"a": "m-3.safetensors"}""", "the index names the file 'm-3.safetensors', which is not beside it. Bring all of the model's files."),
            ("""{"a": "../m-1.safetensors"}""", "the index has no plain file name for 'a'. The files lie beside the index."),
            ("""{"a": 1}""", "the index has no plain file name for 'a'. The files lie beside the index."),
            ("""{"a": "m-1.safetensors", "a": "m-1.safetensors"}""", "the index has 'a' twice."),
        })
        {
            File.WriteAllText(index, $$"""{"weight_map": {{map}}}""");
            Assert.Equal($"{index}: {message}", Assert.Throws<InvalidDataException>(() => StateFile.Open(index)).Message);
        }
    }
}
