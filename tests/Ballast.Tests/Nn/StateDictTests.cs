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
        var logits = net.Forward(file["golden.inputs"].Tensor!);
        float[] expected = file["golden.logits"].Tensor!.ToArray();
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], logits.AsSpan()[i], 1e-5f);

        using var off = Tensor.NoGrad();
        Assert.Equal(logits.ToArray(), net.Forward(file["golden.inputs"].Tensor!).ToArray());
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
        Assert.Equal([0, 0], state["running_mean"].Tensor!.ToArray());
        Assert.Equal([1, 1], state["weight"].Tensor!.ToArray());
        Assert.Equal(0, state["num_batches_tracked"].Number);
        layer.LoadStateDict(state);
        layer.Forward(Draw.Data([5, 2], 3));
        Assert.Equal([0, 0], state["running_mean"].Tensor!.ToArray());
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
                0.weight: expected floats [2, 3], got floats [2, 4]
                1.running_var: expected floats [2], got a whole number
                1.num_batches_tracked: expected a whole number, got floats [1]
            """.ReplaceLineEndings("\n"), error.Message);
        Assert.Equal(before, Draw.Bits(net.StateDict()));
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
        Assert.Equal([1.5f, -2], state["half"].Tensor!.ToArray());
        Assert.Equal([1.5f], state["brain"].Tensor!.ToArray());
        Assert.Equal([0.1f], state["double"].Tensor!.ToArray());
    }

    static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : struct => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray();
}
