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
        Refused("CrossEntropyLoss: expected logits [N, C] or [N, C, ...], got [3]. The last layer must give one value for each class.",
            () => loss.Forward(Tensor.Zeros([3]), Tensor.FromInt64(0, 0, 0)));
        Refused("CrossEntropyLoss: expected labels [3], one for each row of the logits [3, 4], got [2].",
            () => loss.Forward(Tensor.Zeros([3, 4]), Tensor.FromInt64(0, 1)));
        Refused("CrossEntropyLoss: the label 4 at [1] needs at least 5 logits, got 4. The last layer must have one output for each class.",
            () => loss.Forward(Tensor.Zeros([2, 4]), Tensor.FromInt64(0, 4)));
        Refused("CrossEntropyLoss: expected labels from 0 on, got -1 at [1].", () => loss.Forward(Tensor.Zeros([2, 4]), Tensor.FromInt64(0, -1)));
        Refused("CrossEntropyLoss: the label 4294967296 at [0] needs at least 4294967297 logits, got 4. "
                + "The last layer must have one output for each class.",
            () => loss.Forward(Tensor.Zeros([1, 4]), Tensor.FromInt64(1L << 32)));
        Refused("CrossEntropyLoss: expected at least 1 row of logits, got [0, 4]. Leave an empty batch out.",
            () => loss.Forward(Tensor.Zeros([0, 4]), Tensor.FromInt64(Array.Empty<long>())));
    }

    [Fact]
    public void Labels_of_another_type_or_shape_are_refused_with_the_remedy()
    {
        var loss = new CrossEntropyLoss();
        Refused("CrossEntropyLoss: expected int64 labels [2], got float32 [2]. Convert them with To(ElementType.Int64).",
            () => loss.Forward(Tensor.Zeros([2, 4]), Tensor.Zeros([2])));
        Refused("CrossEntropyLoss: expected int64 labels [2], got uint8 [2]. Convert them with To(ElementType.Int64).",
            () => loss.Forward(Tensor.Zeros([2, 4]), Tensor.FromUInt8([0, 1], [2])));
        Refused("NLLLoss: expected int64 labels [2], got float32 [2, 4]. Of a row of shares, ArgMax(1) is the class.",
            () => new NLLLoss().Forward(Tensor.Zeros([2, 4]), Tensor.Zeros([2, 4])));
        Refused("CrossEntropyLoss: expected labels [2], one for each row of the logits [2, 4], got [2, 1]. Reshape([2]) makes such.",
            () => loss.Forward(Tensor.Zeros([2, 4]), Tensor.FromInt64([0, 1], [2, 1])));
        Refused("Evaluation.Correct: expected int64 labels [2], got float32 [2]. Convert them with To(ElementType.Int64).",
            () => Evaluation.Correct(Tensor.Zeros([2, 4]), Tensor.Zeros([2])));
    }

    [Fact]
    public void Labels_may_lie_under_any_strides()
    {
        var x = Draw.Weights([3, 4], 1);
        var table = Tensor.FromInt64([3, 9, 0, 9, 1, 9], [3, 2]);
        var loss = new CrossEntropyLoss(Reduction.None, labelSmoothing: 0.1);
        Assert.Equal(loss.Forward(x, Tensor.FromInt64(3, 0, 1)).ToArray(), loss.Forward(x, table[.., 0]).ToArray());
        loss.Forward(x, table[.., 0]).Sum().Backward();
        float[] strided = x.Grad!.ToArray();
        x.ZeroGrad();
        loss.Forward(x, Tensor.FromInt64(3, 0, 1)).Sum().Backward();
        Assert.Equal(x.Grad!.ToArray(), strided);
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
