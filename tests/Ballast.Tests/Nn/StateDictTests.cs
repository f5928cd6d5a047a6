namespace Ballast.Tests;

public sealed class StateDictTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static StateDict Without(StateDict state, params string[] keys)
    {
        var rest = new StateDict();
        foreach (var (key, entry) in state)
        {
            if (!keys.Contains(key))
                rest.Add(key, entry);
        }

        return rest;
    }

    // mlp-bn.safetensors: the weights, 20 inputs and their logits, all written by PyTorch.
    [Fact]
    public void Weights_that_PyTorch_trained_give_its_logits()
    {
        var file = StateFile.Load(Golden.PathOf("mlp-bn.safetensors"));
        var net = new TutorialNet(bn: true);
        net.LoadStateDict(Without(file, "golden.inputs", "golden.logits"));
        net.Eval();
        Assert.Equal(20, file["layers.2.num_batches_tracked"].Number);
        var logits = net.Forward(file["golden.inputs"].Tensor);
        float[] expected = file["golden.logits"].Tensor.ToArray();
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], logits.AsSpan()[i], 1e-5f);

        using var off = Tensor.NoGrad();
        Assert.Equal(logits.ToArray(), net.Forward(file["golden.inputs"].Tensor).ToArray());
    }

    [Fact]
    public void A_state_comes_back_from_a_file_to_the_last_bit()
    {
        var (net, other) = (new TutorialNet(bn: true), new TutorialNet(bn: true));
        net.Forward(Draw.Data([4, 3, 32, 32], 1));
        StateFile.Save(folder.File("net.safetensors"), net.StateDict(), new Dictionary<string, string> { ["seed"] = "42" });
        other.LoadStateDict(StateFile.Load(folder.File("net.safetensors")));
        Assert.Equal(Draw.Bits(net.StateDict()), Draw.Bits(other.StateDict()));
        Assert.Equal("42", SafetensorsFile.Load(folder.File("net.safetensors")).Metadata["seed"]);
    }

    [Fact]
    public void A_state_is_a_copy_in_both_directions()
    {
        var layer = new BatchNorm1d(2);
        var state = layer.StateDict();
        layer.Forward(Draw.Data([5, 2], 2));
        layer.Weight!.CopyFrom([8, 9]);
        Assert.Equal([0, 0], state["running_mean"].Tensor.ToArray());
        Assert.Equal([1, 1], state["weight"].Tensor.ToArray());
        Assert.Equal(0, state["num_batches_tracked"].Number);
        layer.LoadStateDict(state);
        layer.Forward(Draw.Data([5, 2], 3));
        Assert.Equal([0, 0], state["running_mean"].Tensor.ToArray());
        Assert.Equal(1, layer.NumBatchesTracked);
    }

    [Fact]
    public void A_state_without_a_count_of_batches_loads_as_0()
    {
        var layer = new BatchNorm1d(2);
        layer.Forward(Draw.Data([5, 2], 4));
        layer.LoadStateDict(Without(layer.StateDict(), "num_batches_tracked"));
        Assert.Equal(0, layer.NumBatchesTracked);
    }

    [Fact]
    public void All_that_does_not_fit_is_listed_and_nothing_is_changed()
    {
        var net = new Sequential(new Linear(3, 2), new BatchNorm1d(2));
        long[] before = Draw.Bits(net.StateDict());
        var state = Without(net.StateDict(), "0.bias", "1.weight", "1.running_var", "1.num_batches_tracked");
        state = Without(state, "0.weight");
        state.Add("0.weight", Tensor.Zeros([2, 4]));
        state.Add("1.running_var", new StateEntry(3));
        state.Add("1.num_batches_tracked", Tensor.Zeros([1]));
        state.Add("2.weight", Tensor.Zeros([2]));
        var error = Assert.Throws<ArgumentException>(() => net.LoadStateDict(state));
        Assert.Equal(
            """
            The state does not fit Sequential. Nothing was changed.
              missing:
                0.bias
                1.weight
              unexpected:
                2.weight
              of another shape or type:
                0.weight: expected float32 [2, 3], got float32 [2, 4]
                1.running_var: expected float32 [2], got int64 []
                1.num_batches_tracked: expected one int64, got float32 [1]
            """.ReplaceLineEndings("\n"), error.Message);
        Assert.Equal(before, Draw.Bits(net.StateDict()));
    }

    // Counts of its own beside weights: what an embedding with a vocabulary or a queue of samples keeps.
    sealed class Table : Module
    {
        public Table()
        {
            Counts = RegisterBuffer("counts", Tensor.FromInt64([0, 0, 0, 0], [2, 2]));
            Mask = RegisterBuffer("mask", Tensor.FromBool([true, false], [2]));
            Picture = RegisterBuffer("picture", Tensor.FromUInt8([1, 2], [2]));
            Weight = RegisterBuffer("weight", Tensor.Zeros([1]));
        }

        public Tensor Counts { get; }

        public Tensor Mask { get; }

        public Tensor Picture { get; }

        public Tensor Weight { get; }

        public override Tensor Forward(Tensor input) => input;
    }

    [Fact]
    public void States_are_tensors_of_any_type_and_come_back_from_a_file()
    {
        var table = new Table();
        var kept = table.Counts.Detach();
        SafetensorsFile.Save(folder.File("table"),
        [
            StoredTensor.From<int>("counts", [1, -2, 3, int.MaxValue], 2, 2), StoredTensor.From<bool>("mask", [false, true], 2),
            StoredTensor.From<byte>("picture", [7, 255], 2), StoredTensor.From<double>("weight", [0.5], 1),
        ]);
        table.LoadStateDict(StateFile.Load(folder.File("table")));
        StateFile.Save(folder.File("again"), table.StateDict());
        var other = new Table();
        other.LoadStateDict(StateFile.Load(folder.File("again")));
        Assert.Equal([1, -2, 3, int.MaxValue], other.Counts.ToArray<long>());
        Assert.Equal([false, true], other.Mask.ToArray<bool>());
        Assert.Equal([7, 255], other.Picture.ToArray<byte>());
        Assert.Equal(0.5f, other.Weight.Item());
        Assert.Equal([0, 0, 0, 0], kept.ToArray<long>());
    }

    [Fact]
    public void A_value_of_another_type_is_refused()
    {
        var table = new Table();
        var state = new StateDict
        {
            { "counts", Tensor.Zeros([2, 2]) },
            { "mask", Tensor.FromUInt8([0, 1], [2]) },
            { "picture", Tensor.FromInt64(1, 2) },
            { "weight", Tensor.FromInt64(1) },
        };
        Assert.Equal(
            """
            The state does not fit Table. Nothing was changed.
              of another shape or type:
                counts: expected int64 [2, 2], got float32 [2, 2]
                mask: expected bool [2], got uint8 [2]
                picture: expected uint8 [2], got int64 [2]
                weight: expected float32 [1], got int64 [1]
            """.ReplaceLineEndings("\n"), Assert.Throws<ArgumentException>(() => table.LoadStateDict(state)).Message);
        Assert.Equal([true, false], table.Mask.ToArray<bool>());
    }

    [Fact]
    public void A_count_is_an_int64_without_axes_and_is_taken_with_one()
    {
        var layer = new BatchNorm1d(2);
        layer.Forward(Draw.Data([5, 2], 4));
        var state = layer.StateDict();
        Assert.Equal("Tensor int64 [] [1]", state["num_batches_tracked"].Tensor.ToString());
        var axis = Without(state, "num_batches_tracked");
        axis.Add("num_batches_tracked", Tensor.FromInt64(9));
        layer.LoadStateDict(axis);
        Assert.Equal(9, layer.NumBatchesTracked);
    }

    [Fact]
    public void A_key_is_there_once()
    {
        var state = new StateDict { { "a", Tensor.Zeros([1]) } };
        Assert.Throws<ArgumentException>(() => state.Add("a", new StateEntry(1)));
        Assert.Throws<KeyNotFoundException>(() => state["b"]);
        Assert.False(state.TryGetValue("b", out _));
        Assert.Equal((1, "[]"), (state.Count, new StateEntry(1).Shape.ToString()));
    }

    [Fact]
    public void Other_kinds_of_floats_become_float32()
    {
        SafetensorsFile.Save(folder.File("kinds"),
        [
            new("half", StoredType.F16, [2], Bytes<Half>([(Half)1.5, (Half)(-2)])),
            new("brain", StoredType.BF16, [1], Bytes<ushort>([0x3FC0])),
            new("double", StoredType.F64, [1], Bytes([0.1])),
        ]);
        var state = StateFile.Load(folder.File("kinds"));
        Assert.Equal([1.5f, -2], state["half"].Tensor.ToArray());
        Assert.Equal([1.5f], state["brain"].Tensor.ToArray());
        Assert.Equal([0.1f], state["double"].Tensor.ToArray());
    }

    static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : struct => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray();
}
