namespace Ballast.Tests;

public class LayerTests
{
    [Fact]
    public void The_tutorials_layers_start_as_PyTorchs_do()
    {
        foreach (bool bn in new[] { true, false })
        {
            var recorded = Golden.Load("rng.json").GetProperty(bn ? "bn_init" : "nobn_init");
            Generator.Default.ManualSeed(42);
            int met = 0;
            foreach (var (name, parameter) in new TutorialNet(bn).NamedParameters())
            {
                Assert.Equal(recorded.GetProperty(name)[1].GetString(), Golden.Digest(parameter.AsSpan()));
                met++;
            }

            Assert.Equal(recorded.EnumerateObject().Count(), met);
        }
    }

    [Fact]
    public void A_linear_layer_draws_from_the_generator_it_is_given()
    {
        byte[] before = Generator.Default.GetState();
        var (a, b) = (new Linear(3, 2, generator: new Generator(5)), new Linear(3, 2, generator: new Generator(5)));
        Assert.Equal(a.Weight.ToArray(), b.Weight.ToArray());
        Assert.Equal(a.Bias!.ToArray(), b.Bias!.ToArray());
        Assert.Equal(before, Generator.Default.GetState());
        Assert.Null(new Linear(3, 2, bias: false, new Generator(5)).Bias);
    }

    [Fact]
    public void A_linear_layer_refuses_what_does_not_fit()
    {
        var layer = new Linear(12, 2, generator: new Generator(1));
        Refused("Linear(12, 2): expected input [..., 12], got [4, 5]. The layer before it must produce 12 features.",
            () => layer.Forward(Tensor.Zeros([4, 5])));
        Refused("Linear(12, 2): expected input [..., 12], got [4, 3, 2, 2]. Put a Flatten before it.",
            () => layer.Forward(Tensor.Zeros([4, 3, 2, 2])));
        Refused("Linear(12, 2): expected input [..., 12], got []. The layer before it must produce 12 features.",
            () => layer.Forward(Tensor.Zeros([])));
        Refused("Linear: expected sizes of at least 1, got 0 inputs and 2 outputs.", () => new Linear(0, 2));
        Assert.Equal([0, 2], layer.Forward(Tensor.Zeros([0, 12])).Shape.ToArray());
        Assert.Equal("Linear(12, 2), Linear(3, 1, bias: false)", $"{layer}, {new Linear(3, 1, bias: false)}");
    }

    [Fact]
    public void Flatten_joins_all_axes_but_the_first()
    {
        var flatten = new Flatten();
        var x = Draw.Data([2, 3, 2, 2], 1);
        Assert.Equal([2, 12], flatten.Forward(x).Shape.ToArray());
        Assert.Equal(x.ToArray(), flatten.Forward(x).ToArray());
        Assert.Equal([5, 1], flatten.Forward(Tensor.Zeros([5])).Shape.ToArray());
        Assert.Equal([5, 3], flatten.Forward(Tensor.Zeros([5, 3])).Shape.ToArray());
        Refused("Flatten: expected a batch [N, ...], got a single value [].", () => flatten.Forward(Tensor.Zeros([])));
    }

    [Fact]
    public void The_loss_refuses_what_does_not_fit()
    {
        var loss = new CrossEntropyLoss();
        Refused("CrossEntropyLoss: expected logits [N, C], got [3]. The last layer must give one value for each class.",
            () => loss.Forward(Tensor.Zeros([3]), new Labels(0, 0, 0)));
        Refused("CrossEntropyLoss: expected as many labels as rows of logits, got 2 labels for [3, 4].",
            () => loss.Forward(Tensor.Zeros([3, 4]), new Labels(0, 1)));
        Refused("CrossEntropyLoss: the label 4 needs at least 5 logits, got 4. The last layer must have one output for each class.",
            () => loss.Forward(Tensor.Zeros([2, 4]), new Labels(0, 4)));
        Refused("Labels: expected classes from 0 on, got -1.", () => new Labels(0, -1));
        Assert.Throws<ArgumentException>(() => loss.Forward(Tensor.Zeros([0, 4]), new Labels()));
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
