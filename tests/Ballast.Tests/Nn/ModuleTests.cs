namespace Ballast.Tests;

public class ModuleTests
{
    sealed class Part : Module
    {
        public Part(string name = "part") => RegisterPart(name);

        public void RegisterPart(string name) => Register(name, new ReLU());

        public void RegisterWeight(string name) => Register(name, Draw.Weights([2], 1));

        public void RegisterShared(string name, Parameter shared) => Register(name, shared);

        public void RegisterTensor(string name) => RegisterBuffer(name, Tensor.Zeros([1]));

        public override Tensor Forward(Tensor input) => input;
    }

    [Fact]
    public void Names_and_their_order_are_PyTorchs()
    {
        var net = new TutorialNet(bn: true);
        Assert.Equal(
            ["layers.1.weight", "layers.1.bias", "layers.2.weight", "layers.2.bias", "layers.4.weight", "layers.4.bias",
                "layers.5.weight", "layers.5.bias", "layers.7.weight", "layers.7.bias"],
            net.NamedParameters().Select(static entry => entry.Name));
        Assert.Equal(
            ["layers.1.weight", "layers.1.bias", "layers.2.weight", "layers.2.bias", "layers.2.running_mean",
                "layers.2.running_var", "layers.2.num_batches_tracked", "layers.4.weight", "layers.4.bias", "layers.5.weight",
                "layers.5.bias", "layers.5.running_mean", "layers.5.running_var", "layers.5.num_batches_tracked",
                "layers.7.weight", "layers.7.bias"],
            net.StateDict().Keys);
        Assert.Equal(["", "layers", "layers.0"], net.NamedModules().Take(3).Select(static entry => entry.Name));
        Assert.Equal(["layers"], net.Children.Select(static entry => entry.Name));
    }

    sealed class Chained : Module
    {
        public Sequential Chain { get; }

        public Chained(string second = "second")
        {
            Register("before", new Linear(1, 1));
            Chain = RegisterChain(("first", new Linear(2, 2)), (second, Sequential.Named(("inner", new BatchNorm1d(2)))));
            Register("behind", new ReLU());
        }

        public override Tensor Forward(Tensor input) => Chain.Forward(input);
    }

    [Fact]
    public void A_chains_parts_are_named_as_if_each_had_been_registered_alone()
    {
        var net = new Chained();
        Assert.Equal(["before", "first", "second", "behind"], net.Children.Select(static entry => entry.Name));
        Assert.Equal(["", "before", "first", "second", "second.inner", "behind"], net.NamedModules().Select(static entry => entry.Name));
        Assert.Equal(
            ["before.weight", "before.bias", "first.weight", "first.bias", "second.inner.weight", "second.inner.bias"],
            net.NamedParameters().Select(static entry => entry.Name));
        net.Eval();
        Assert.All(net.NamedModules(), static entry => Assert.False(entry.Module.Training));
        Assert.Equal([4, 2], net.Forward(Draw.Data([4, 2], 1)).Shape.ToArray());
        foreach (string taken in new[] { "before", "first" })
        {
            Assert.Equal($"{(taken == "before" ? "Chained" : "Sequential")}: the name \"{taken}\" is registered already.",
                Assert.Throws<ArgumentException>(() => new Chained(taken)).Message);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    public void A_name_is_one_word(string name)
    {
        foreach (var register in Registrations(new Part()))
        {
            Assert.Equal($"Part: a part's name is one word without dots, got \"{name}\".",
                Assert.Throws<ArgumentException>(() => register(name)).Message);
        }
    }

    [Fact]
    public void A_name_is_given_once_whatever_it_names()
    {
        for (int first = 0; first < 3; first++)
        {
            for (int second = 0; second < 3; second++)
            {
                var part = new Part();
                Registrations(part)[first]("twice");
                Assert.Equal("Part: the name \"twice\" is registered already.",
                    Assert.Throws<ArgumentException>(() => Registrations(part)[second]("twice")).Message);
            }
        }
    }

    static Action<string>[] Registrations(Part part) => [part.RegisterPart, part.RegisterWeight, part.RegisterTensor];

    [Fact]
    public void A_mode_reaches_every_part_and_parts_that_come_later()
    {
        var norm = new BatchNorm1d(2);
        var inner = new Sequential(norm);
        var net = new Sequential(inner, new ReLU());
        Assert.True(net.Training && norm.Training);
        net.Eval();
        Assert.False(net.Training || inner.Training || norm.Training);
        net.Train();
        Assert.True(net.Training && norm.Training);
        var part = new Part();
        part.Eval();
        part.RegisterPart("late");
        Assert.All(part.NamedModules(), entry => Assert.False(entry.Module.Training));
    }

    [Fact]
    public void A_parameter_in_two_places_is_listed_once_and_saved_twice()
    {
        var shared = Draw.Weights([3], 2);
        var part = new Part();
        part.RegisterShared("encoder", shared);
        part.RegisterShared("decoder", shared);
        Assert.Equal(["encoder"], part.NamedParameters().Select(static entry => entry.Name));
        Assert.Equal(["encoder", "decoder"], part.StateDict().Keys);
        shared.Sum().Backward();
        new SGD(part.Parameters(), 1).Step();
    }

    [Fact]
    public void Tied_weights_learn_as_one()
    {
        var generator = new Generator(5);
        var (encoder, decoder) = (new Embedding(4, 3, generator: generator), new Linear(3, 4, generator: generator));
        decoder.Weight = encoder.Weight;
        var net = new Sequential(encoder, decoder);
        Assert.Equal(["0.weight", "1.bias"], net.NamedParameters().Select(static entry => entry.Name));
        Assert.Equal(["0.weight", "1.weight", "1.bias"], net.StateDict().Keys);
        var table = new Parameter(encoder.Weight);
        var bias = decoder.Bias!;
        var index = Tensor.FromInt64(1, 3, 1);
        Assert.Equal(Functional.Linear(table.Index(0, index), table, bias).ToArray(), net.Forward(index).ToArray());
        Functional.Linear(table.Index(0, index), table, bias).Square().Sum().Backward();
        net.ZeroGrad();
        net.Forward(index).Square().Sum().Backward();
        Near.Equal(table.Grad!.ToArray(), encoder.Weight.Grad!.AsSpan(), 1e-6);
        encoder.Weight = new Linear(3, 4, generator: generator).Weight;
        Assert.NotSame(encoder.Weight, decoder.Weight);
        var lazy = new LazyLinear(4);
        lazy.Forward(Tensor.Ones([1, 3]));
        ((Linear)lazy.Layer).Weight = encoder.Weight;
        Assert.Contains(encoder.Weight, lazy.Parameters());
    }

    [Fact]
    public void Weights_of_another_shape_cannot_be_tied()
    {
        string message = Assert.Throws<ArgumentException>(static () => new Linear(3, 5).Weight = new Embedding(4, 3).Weight).Message;
        Assert.Contains("Linear(3, 5): expected a weight [5, 3] to share, got [4, 3].", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(static () => new Embedding(4, 3).Weight = null!);
    }

    [Fact]
    public void Clearing_gradients_reaches_every_part()
    {
        var net = new Sequential(new Linear(2, 2), new Sequential(new Linear(2, 1)));
        net.Forward(Tensor.Ones([3, 2])).Sum().Backward();
        Assert.All(net.Parameters(), static parameter => Assert.NotNull(parameter.Grad));
        net.ZeroGrad();
        Assert.All(net.Parameters(), static parameter => Assert.Null(parameter.Grad));
    }
}
