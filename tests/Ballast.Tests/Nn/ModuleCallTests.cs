namespace Ballast.Tests;

/// <summary>Calls of modules: what sees them, and what C# makes of <c>Forward(x)</c>.</summary>
public class ModuleCallTests
{
    class Scale(float factor) : Module
    {
        public override Tensor Forward(Tensor input) => input * factor;
    }

    sealed class Outer : Module
    {
        public Outer() => Inner = Register("inner", new Scale(3));

        public Scale Inner { get; }

        public override Tensor Forward(Tensor input) => Inner.Forward(input) + 1f;
    }

    sealed class Named(float factor) : Scale(factor)
    {
        public override Tensor Forward(Tensor input) => base.Forward(input: input) + 1f;
    }

    sealed class Unnamed(float factor) : Scale(factor)
    {
        public override Tensor Forward(Tensor input) => base.Forward(input) + 1f;
    }

    sealed class Recursive : Module
    {
        public override Tensor Forward(Tensor input) => input.Shape.Rank == 3 ? Forward(input.Unsqueeze(0)).Squeeze(0) : input * 2f;
    }

    [Fact]
    public void Modules_of_ones_own_are_seen_when_another_calls_their_Forward()
    {
        var outer = new Outer();
        List<string> seen = [];
        using (Probe.Attach(outer)
            .OnForward("inner", pass => seen.Add($"inner {pass.Input.ToArray()[0]} {pass.Output.ToArray()[0]}"))
            .OnForward("", pass => seen.Add($"outer {pass.Input.ToArray()[0]} {pass.Output.ToArray()[0]}")))
        {
            outer.Forward(Tensor.From([2f], [1]));
            ((Module)outer).Forward(Tensor.From([5f], [1]));
        }

        outer.Forward(Tensor.From([2f], [1]));
        Assert.Equal(["inner 2 6", "outer 2 7", "inner 5 15", "outer 5 16"], seen);
    }

    [Fact]
    public void A_base_class_is_reached_by_the_name_of_the_input()
    {
        Assert.Equal(7, new Named(3).Forward(2f).Item());
        Assert.Equal(
            "Unnamed: Forward has called itself 64 times. If it calls base.Forward(x), write base.Forward(input: x): "
                + "without the name, C# takes the overload that starts with the derived class.",
            Assert.Throws<InvalidOperationException>(() => new Unnamed(3).Forward(2f)).Message);
        Assert.Equal(4, new Recursive().Forward(Tensor.From([2f], [1, 1, 1]))[0, 0, 0]);
    }

    [Fact]
    public void A_residual_block_hands_back_what_lies_between_and_keeps_what_is_the_callers()
    {
        var block = new BasicBlock(16, 16, generator: new Generator(1));
        block.Eval();
        var x = Draw.Data([32, 16, 32, 32], 1);
        float[] input = x.ToArray();
        using var off = Tensor.NoGrad();
        float[] expected = block.Forward(x).ToArray();
        List<Tensor> between = [];
        foreach (var (name, module) in block.NamedModules())
        {
            if (name.Length > 0)
                module.Forwarded += (_, result) => between.Add(result);
        }

        var output = block.Forward(x);
        Assert.Equal(5, between.Count);
        Assert.All(between, static result => Assert.Throws<InvalidOperationException>(() => result.ToArray()));
        Assert.Equal(expected, output.ToArray());
        Assert.Equal(input, x.ToArray());
    }
}
