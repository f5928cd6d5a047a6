namespace Ballast.Tests;

/// <summary>Normalizations of values without a spread where eps is 0, of values whose squares are no floats, and of values that are no
/// numbers.</summary>
public class ExtremeValuesTests
{
    const int Channels = 8;

    static readonly Dictionary<string, Func<double, Module>> Layers = new()
    {
        ["batch"] = static eps => new BatchNorm2d(Channels, eps),
        ["frozen batch"] = static eps => Frozen(new BatchNorm2d(Channels, eps)),
        ["ghost"] = static eps => new GhostBatchNorm(Channels, 2, eps),
        ["split"] = static eps => new SplitBatchNorm(Channels, 2, eps),
        ["renormalized"] = static eps => new BatchRenorm(Channels, eps, schedule: RenormSchedule.Constant(1, 0)),
        ["layer"] = static eps => new LayerNorm([Channels, 6, 6], eps),
        ["layer of rows"] = static eps => new LayerNorm([6], eps),
        ["group"] = static eps => new GroupNorm(2, Channels, eps),
        ["instance"] = static eps => new InstanceNorm2d(Channels, eps, affine: true),
        ["masked"] = static eps => new Masked(eps),
        ["evonorm s0"] = static eps => new EvoNormS0(Channels, 2, eps),
    };

    public static TheoryData<string> Kinds => [.. Layers.Keys];

    // Statistics that are held fixed, of values that were all alike.
    static BatchNorm2d Frozen(BatchNorm2d layer)
    {
        layer.RunningMean!.Mutate().Fill(3);
        layer.RunningVar!.Mutate().Clear();
        layer.Eval();
        return layer;
    }

    sealed class Masked : Module
    {
        readonly MaskedBatchNorm1d layer;

        public Masked(double eps) => layer = Register("layer", new MaskedBatchNorm1d(Channels, eps));

        public override Tensor Forward(Tensor input) =>
            layer.Forward(input.Reshape([4, Channels, 36]), Tensor.Ones([4, 36])).Reshape(input.Shape);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Values_all_alike_are_zero_without_an_eps_and_get_no_gradient(string kind)
    {
        var layer = Layers[kind](0);
        var x = new Parameter(Tensor.Full([4, Channels, 6, 6], 3));
        var y = layer.Forward(x);
        Assert.All(y.ToArray(), static value => Assert.Equal(0, value));
        y.Backward(Draw.Data(y.Shape, 1));
        Assert.All(x.Grad!.ToArray(), static value => Assert.Equal(0, value));
        Assert.All(layer.Parameters(), static parameter => Assert.All(parameter.Grad?.ToArray() ?? [], static value => Assert.True(float.IsFinite(value))));
    }

    [Fact]
    public void Zeros_have_no_mean_square()
    {
        var x = new Parameter(Tensor.Zeros([4, Channels, 6, 6]));
        var y = new RMSNorm([6], 0).Forward(x);
        Assert.All(y.ToArray(), static value => Assert.Equal(0, value));
        y.Backward(Draw.Data(y.Shape, 1));
        Assert.All(x.Grad!.ToArray(), static value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_weight_all_alike_is_zero_when_standardized()
    {
        var layer = new WeightStandardizedConv2d(3, 4, 3, eps: 0);
        layer.Weight.CopyFrom(Tensor.Full(layer.Weight.Shape, 0.5f).ToArray());
        Assert.All(layer.Forward(Draw.Data([2, 3, 5, 5], 1)).ToArray().Chunk(9).Select(static (row, i) => (row, i)), item =>
            Assert.All(item.row, value => Assert.Equal(layer.Bias!.AsSpan()[item.i % 4], value)));
    }

    // Values around 1e19 have the normalized values of those around 10.
    [Theory]
    [InlineData("batch")]
    [InlineData("ghost")]
    [InlineData("split")]
    [InlineData("layer")]
    [InlineData("layer of rows")]
    [InlineData("group")]
    [InlineData("instance")]
    [InlineData("masked")]
    public void Values_whose_squares_are_no_floats_are_normalized_as_any(string kind)
    {
        float[] values = Draw.Data([4, Channels, 6, 6], 1).ToArray();
        (float[] Output, float[] Gradient) Run(float scale)
        {
            var layer = Layers[kind](scale == 1 ? 1e-12 : 1e-5);
            var x = new Parameter(Tensor.From(Array.ConvertAll(values, value => (10 + value) * scale), [4, Channels, 6, 6]));
            var y = layer.Forward(x);
            y.Backward(Draw.Data(y.Shape, 2));
            return (y.ToArray(), Array.ConvertAll(x.Grad!.ToArray(), value => value * scale));
        }

        var (expected, actual) = (Run(1), Run(1e18f));
        Near.Equal(expected.Output, actual.Output, 1e-4, "output");
        Near.Equal(expected.Gradient, actual.Gradient, 1e-4, "gradient");
    }

    [Fact]
    public void So_are_those_that_a_convolution_hands_on()
    {
        float[] values = Draw.Data([4, Channels, 6, 6], 1).ToArray();
        float[] Run(float scale)
        {
            var convolution = new Conv2d(Channels, Channels, 1, bias: false, generator: new Generator(1));
            return new BatchNorm2d(Channels, scale == 1 ? 1e-12 : 1e-5)
                .Forward(convolution.Forward(Tensor.From(Array.ConvertAll(values, value => (10 + value) * scale), [4, Channels, 6, 6]))).ToArray();
        }

        Near.Equal(Run(1), Run(1e19f), 1e-4);
    }

    [Fact]
    public void So_are_those_whose_root_mean_square_is_taken()
    {
        float[] values = Draw.Data([4, Channels, 6, 6], 1).ToArray();
        foreach (var make in (Func<double, Module>[])[static eps => new RMSNorm([6], eps), static eps => new FilterResponseNorm(Channels, eps)])
        {
            float[] Run(float scale) => make(scale == 1 ? 1e-12 : 1e-5)
                .Forward(Tensor.From(Array.ConvertAll(values, value => (10 + value) * scale), [4, Channels, 6, 6])).ToArray();
            Near.Equal(Run(1), Run(1e19f), 1e-5);
        }
    }

    public static TheoryData<string> Given => ["batch", "channels last", "pooled", "frozen", "instance", "masked"];

    [Theory]
    [MemberData(nameof(Given))]
    public void With_given_statistics_a_value_that_is_no_number_leaves_the_gradient_alone(string kind)
    {
        float[] Run(float odd)
        {
            float[] values = Draw.Data([2, Channels, 6, 6], 1).ToArray();
            values[37] = odd;
            var x = new Parameter(Tensor.From(values, [2, Channels, 6, 6]));
            Module layer = kind switch
            {
                "frozen" => new FrozenBatchNorm(Channels),
                "instance" => new InstanceNorm2d(Channels, trackRunningStats: true),
                "masked" => new MaskedBatchNorm1d(Channels),
                _ => new BatchNorm2d(Channels),
            };
            layer.Eval();
            var y = kind switch
            {
                "masked" => ((MaskedBatchNorm1d)layer).Forward(x.Reshape([2, Channels, 36]), Tensor.Ones([2, 36])),
                "channels last" => layer.Forward(new MaxPool2d(1).Forward(x)),
                "pooled" => new AvgPool2d(2).Forward(layer.Forward(x)),
                _ => layer.Forward(x),
            };
            y.Backward(Draw.Data(y.Shape, 2));
            return x.Grad!.ToArray();
        }

        Assert.Equal(Run(0.5f), Run(float.NaN));
        Assert.Equal(Run(0.5f), Run(float.PositiveInfinity));
    }

    // PyTorch's derivatives are those of x <= 0 ? 0 : g and of x > 0 ? g : g slope.
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void The_gradients_of_rectifiers_at_what_is_no_number_are_PyTorchs(int length)
    {
        var x = new Parameter(Tensor.Full([length], float.NaN));
        x.Relu().Backward(Tensor.Full([length], 2));
        Assert.All(x.Grad!.ToArray(), static value => Assert.Equal(2, value));
        x.ZeroGrad();
        x.LeakyRelu(0.25f).Backward(Tensor.Full([length], 2));
        Assert.All(x.Grad!.ToArray(), static value => Assert.Equal(0.5f, value));
        x.ZeroGrad();
        x.CopyFrom(new float[length]);
        (x.Relu() + x.LeakyRelu(0.25f)).Backward(Tensor.Full([length], 2));
        Assert.All(x.Grad!.ToArray(), static value => Assert.Equal(0.5f, value));
    }

    [Fact]
    public void What_is_no_number_is_the_largest_of_a_row() =>
        Assert.Equal([1, 0, 2, 1], Tensor.From(
            [1, float.NaN, 3, float.NaN, 2, float.NaN, 1, 2, float.NaN, 4, float.PositiveInfinity, 5], [4, 3]).ArgMax(1).ToArray<long>());
}
