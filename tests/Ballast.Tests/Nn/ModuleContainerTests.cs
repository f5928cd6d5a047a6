namespace Ballast.Tests;

/// <summary>Containers made of lists, dictionaries of modules and parameters, and states that fit in part.</summary>
public class ModuleContainerTests
{
    [Fact]
    public void A_chain_and_a_list_may_be_made_of_any_sequence()
    {
        List<Module> layers = [];
        for (int i = 0; i < 3; i++)
            layers.Add(new Linear(4, 4, generator: new Generator(i)));
        var chain = new Sequential(layers);
        var x = Draw.Data([2, 4], 9);
        Assert.Equal(layers[2].Forward(layers[1].Forward(layers[0].Forward(x))).ToArray(), chain.Forward(x).ToArray());
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"], chain.StateDict().Keys);
        Assert.Equal(3, new ModuleList(layers.Select(static layer => layer)).Count);
        Assert.Single(new Sequential(chain)); // a chain in a chain, not its layers
        Assert.Equal(3, new Sequential(layers.ToArray()).Count);
        Assert.Equal(2, new Sequential([new ReLU(), new Tanh()]).Count);
    }

    [Fact]
    public void Containers_grow()
    {
        var chain = new Sequential(new Linear(2, 3));
        Assert.Same(chain, chain.Append(new ReLU()).Extend([new Linear(3, 4), new Linear(4, 1)]));
        chain.Insert(1, new Linear(3, 3));
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias", "4.weight", "4.bias"], chain.StateDict().Keys);
        Assert.Equal([5, 1], chain.Forward(Tensor.Ones([5, 2])).Shape.ToArray());
        chain[^1] = new Linear(4, 7);
        Assert.Equal([5, 7], chain.Forward(Tensor.Ones([5, 2])).Shape.ToArray());
        Assert.Equal((2 * 3 + 3) + (3 * 3 + 3) + (3 * 4 + 4) + (4 * 7 + 7), chain.Parameters().Sum(static p => p.Length));

        var list = new ModuleList();
        list.Eval();
        Linear first = new(1, 2), second = new(2, 3), third = new(3, 4);
        list.Append(first).Extend([third]);
        list.Insert(1, second);
        Assert.Equal([first, second, third], list);
        Assert.Equal(["0", "1", "2"], list.Children.Select(static part => part.Name));
        Assert.False(second.Training || third.Training); // as the list is
        list.Extend(list); // what it has, again
        Assert.Equal([first, second, third, first, second, third], list);
        list[0] = third;
        Assert.Equal([4, 3], list.Children.First().Module.Parameters().First().Shape.ToArray());

        var scales = new ParameterList([Draw.Weights([2], 1)]);
        scales.Append(Draw.Weights([3], 2)).Extend([Draw.Weights([4], 3)]);
        scales[1] = Draw.Weights([5], 4);
        Assert.Equal([2, 5, 4], scales.Parameters().Select(static p => p.Length));
        Assert.Equal(["0", "1", "2"], scales.StateDict().Keys);

        var heads = new ModuleDict(("a", new ReLU()));
        heads["b"] = first;
        heads.Update(new Dictionary<string, Module> { ["a"] = second, ["c"] = third });
        Assert.Equal(["a.weight", "a.bias", "b.weight", "b.bias", "c.weight", "c.bias"], heads.StateDict().Keys);
        Assert.Same(second, heads["a"]);
        var named = new ParameterDict();
        named["w"] = Draw.Weights([2], 1);
        named.Update(new Dictionary<string, Parameter> { ["w"] = Draw.Weights([3], 1), ["v"] = Draw.Weights([1], 1) });
        Assert.Equal([3, 1], named.Parameters().Select(static p => p.Length));
    }

    [Fact]
    public void A_container_refuses_what_has_no_place_in_it()
    {
        var named = Sequential.Named(("body", new Linear(2, 3)), ("act", new ReLU()));
        Assert.Contains("the part body behind position 0 has a name of its own",
            Assert.Throws<ArgumentException>(() => named.Insert(0, new ReLU())).Message, StringComparison.Ordinal);
        Assert.Equal(["body", "act", "2"], named.Append(new Tanh()).Children.Select(static part => part.Name));
        Assert.Equal("ModuleList.Insert: expected a position from 0 to 1, got 2.",
            Assert.Throws<ArgumentException>(() => new ModuleList(new ReLU()).Insert(2, new ReLU())).Message);
        Assert.Throws<ArgumentException>(() => named.Append(named));
        Assert.Throws<ArgumentNullException>(() => named.Append(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => named[3] = new ReLU());
        Assert.Throws<ArgumentException>(() => new ModuleDict()["a.b"] = new ReLU());
    }

    [Fact]
    public void Slices_hold_the_same_modules_in_their_mode()
    {
        var chain = Sequential.Named(("a", new Linear(2, 3)), ("b", new Dropout()), ("c", new Linear(3, 4)));
        chain.Eval();
        var body = chain[..2];
        Assert.Equal(["a", "b"], body.Children.Select(static part => part.Name));
        Assert.Same(chain[0], body[0]);
        Assert.False(chain[1].Training);
        Assert.Equal(["c.weight", "c.bias"], chain[^1..].StateDict().Keys);
        var x = Draw.Data([2, 2], 1);
        Assert.Equal(chain.Forward(x).ToArray(), chain[2..].Forward(chain[..2].Forward(x)).ToArray());
        var list = new ModuleList(new ReLU(), new Linear(2, 2), new Tanh());
        Assert.Equal(["0.weight", "0.bias"], list[1..].StateDict().Keys); // numbered anew, as PyTorch's
        Assert.Throws<ArgumentException>(() => list[2..5]);
    }

    sealed class Net : Module
    {
        public Net()
        {
            Heads = Register("heads", new ModuleDict(("left", new Linear(3, 2)), ("right", new Linear(3, 2))));
            Scales = Register("scales", new ParameterList([Draw.Weights([2], 1), Draw.Weights([3], 2)]));
            Named = Register("named", new ParameterDict(("alpha", Draw.Weights([1], 3))));
        }

        public ModuleDict Heads { get; }

        public ParameterList Scales { get; }

        public ParameterDict Named { get; }

        public override Tensor Forward(Tensor input) => Heads["left"].Forward(input * Scales[1]) * Named["alpha"] + Scales[0];
    }

    [Fact]
    public void Dictionaries_and_lists_of_parameters_have_PyTorchs_keys()
    {
        var net = new Net();
        Assert.Equal(
            ["heads.left.weight", "heads.left.bias", "heads.right.weight", "heads.right.bias", "scales.0", "scales.1", "named.alpha"], net.StateDict().Keys);
        Assert.Equal([2, 2], net.Forward(Draw.Data([2, 3], 1)).Shape.ToArray());
        Assert.Equal(["left", "right"], net.Heads.Keys);
        Assert.True(net.Heads.ContainsKey("right") && !net.Named.TryGetValue("beta", out _));
        Assert.Equal("ModuleDict: there is no module \"middle\". There are left, right.",
            Assert.Throws<KeyNotFoundException>(() => net.Heads["middle"]).Message);
        Assert.Equal("ParameterDict: there is no parameter \"beta\". There are alpha.",
            Assert.Throws<KeyNotFoundException>(() => net.Named["beta"]).Message);
        Assert.Throws<InvalidOperationException>(() => net.Heads.Forward(Tensor.Zeros([1])));
        Assert.Throws<InvalidOperationException>(() => net.Scales.Forward(Tensor.Zeros([1])));
        Assert.Throws<InvalidOperationException>(() => net.Named.Forward(Tensor.Zeros([1])));
        Assert.Throws<ArgumentException>(() => new ModuleDict(("a.b", new ReLU())));
    }

    [Fact]
    public void A_state_that_fits_in_part_is_taken_over_in_part_and_the_rest_told()
    {
        Sequential from = new(new Linear(3, 4), new BatchNorm1d(4), new Linear(4, 2)), to = new(new Linear(3, 4), new BatchNorm1d(4));
        var half = new StateDict();
        foreach (var (key, entry) in from.StateDict())
        {
            if (key is not ("0.bias" or "1.running_mean"))
                half.Add(key, entry);
        }

        to.Forward(Draw.Data([5, 3], 1));
        var before = to.StateDict();
        var skipped = to.LoadStateDict(half, strict: false);
        Assert.Equal(["0.bias", "1.running_mean"], skipped.MissingKeys);
        Assert.Equal(["2.weight", "2.bias"], skipped.UnexpectedKeys);
        Assert.Equal("missing: 0.bias, 1.running_mean; unexpected: 2.weight, 2.bias", skipped.ToString());
        var after = to.StateDict();
        Assert.Equal(half["0.weight"].Tensor.ToArray(), after["0.weight"].Tensor.ToArray());
        Assert.Equal(before["0.bias"].Tensor.ToArray(), after["0.bias"].Tensor.ToArray());
        Assert.Equal(before["1.running_mean"].Tensor.ToArray(), after["1.running_mean"].Tensor.ToArray());
        Assert.Equal(0, after["1.num_batches_tracked"].Number);
        Assert.Equal("<All keys matched successfully>", to.LoadStateDict(before).ToString());

        var wrong = new StateDict { { "0.weight", Tensor.Zeros([9]) } };
        Assert.Equal("The state does not fit Sequential. Nothing was changed.\n  of another shape or type:\n    0.weight: expected float32 [4, 3], got float32 [9]",
            Assert.Throws<ArgumentException>(() => to.LoadStateDict(wrong, strict: false)).Message);
    }
}
