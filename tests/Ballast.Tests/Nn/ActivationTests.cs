namespace Ballast.Tests;

/// <summary>Activations and dropout: gradients, memory order, what is drawn.</summary>
public class ActivationTests
{
    static readonly double RootOfTwoOverPi = Math.Sqrt(2 / Math.PI);

    [Fact]
    public void The_gradients_of_the_activations()
    {
        Check(static x => x.LeakyRelu(0.2f), static x => x > 0 ? x : (double)0.2f * x);
        Check(static x => x.Sigmoid(), static x => 1 / (1 + Math.Exp(-x)));
        Check(static x => x.Tanh(), Math.Tanh);
        Check(static x => x.Silu(), static x => x / (1 + Math.Exp(-x)));
        Check(static x => x.Gelu(GeluApproximation.Tanh),
            static x => x * (1 + Math.Tanh(RootOfTwoOverPi * (x + 0.044715 * x * x * x))) / 2);

        static void Check(Func<Tensor, Tensor> activation, Func<double, double> formula)
        {
            var x = Draw.Weights([5, 7], 1);
            GradientCheck.Run([x], () => activation(x), v => Array.ConvertAll(v[0], value => formula(value)));
        }
    }

    // What lies between convolutions stays channels last, forward and backward, and has the values of the row-major one.
    sealed class RowMajor : Function
    {
        protected override Tensor[] Forward(FunctionContext context, ReadOnlySpan<Tensor> inputs) =>
            [Tensor.From(inputs[0].AsSpan(), inputs[0].Shape)];

        protected override Tensor?[] Backward(FunctionContext context, ReadOnlySpan<Tensor> gradients) => [gradients[0]];
    }

    [Fact]
    public void Channels_last_in_gives_channels_last_out()
    {
        foreach (var make in new Func<Module>[]
        {
            () => new LeakyReLU(), () => new GELU(), () => new GELU(GeluApproximation.Tanh), () => new SiLU(),
            () => new Sigmoid(), () => new Tanh(), () => new Dropout(0.3, new Generator(5)),
        })
        {
            var (rows, last) = (Run(make(), last: false), Run(make(), last: true));
            Near.Equal(rows.Output, last.Output, 2e-7);
            Near.Equal(rows.Gradient, last.Gradient, 2e-6);
        }

        static (float[] Output, float[] Gradient) Run(Module module, bool last)
        {
            var convolution = new Conv2d(3, 5, 1, bias: false, generator: new Generator(1));
            var before = convolution.Forward(Draw.Data([2, 3, 4, 3], 2));
            if (!last)
                before = new RowMajor().Apply(before)[0];
            var output = module.Forward(before);
            Assert.Equal((last, last), (before.Recipe is ChannelsLast, output.Recipe is ChannelsLast));
            float[] values = output.ToArray();
            output.Backward(Draw.Data(output.Shape, 3));
            return (values, convolution.Weight.Grad!.ToArray());
        }
    }

    [Fact]
    public void Dropout_keeps_the_mean_and_passes_what_it_keeps()
    {
        var layer = new Dropout(0.2, new Generator(3));
        var x = new Parameter(Tensor.Full([100_000], 2));
        var y = layer.Forward(x);
        float[] values = y.ToArray();
        int zeros = values.Count(static value => value == 0);
        // Six standard deviations of a count of 20,000.
        Assert.InRange(zeros, 20_000 - 760, 20_000 + 760);
        Assert.All(values, static value => Assert.True(value is 0 or 2.5f));
        y.Sum().Backward();
        Assert.Equal(values.Select(static value => value / 2), x.Grad!.ToArray());
    }

    [Fact]
    public void Evaluation_and_probabilities_of_nothing_draw_nothing()
    {
        var generator = new Generator(4);
        byte[] before = generator.GetState();
        var x = Draw.Data([4, 5], 1);
        var (off, never, always) = (new Dropout(0.5, generator), new Dropout(0, generator), new Dropout(1, generator));
        off.Eval();
        Assert.Same(x, off.Forward(x));
        Assert.Same(x, never.Forward(x));
        Assert.All(always.Forward(x).ToArray(), static value => Assert.Equal(0, value));
        Assert.Equal([0, 5], new Dropout(0.5, generator).Forward(Tensor.Zeros([0, 5])).Shape.ToArray());
        Assert.Same(x, new Identity().Forward(x));
        Assert.Equal(before, generator.GetState());
    }

    // The words of the generator come in blocks of 624: pairs that straddle two blocks must not get lost.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(617)]
    public void Bernoulli_values_are_those_of_single_doubles(int skip)
    {
        foreach (double p in new[] { 0, 1e-300, 0.1, 1 / 3.0, 0.5, 0.999, 1 })
        {
            var (fast, slow) = (new Generator(9), new Generator(9));
            fast.Uniform(new float[skip]);
            slow.Uniform(new float[skip]);
            for (int length = 0; length < 700; length = length * 2 + 1)
            {
                float[] values = new float[length];
                double[] uniform = new double[length];
                fast.Bernoulli(values, p);
                slow.Uniform(uniform);
                Assert.Equal(uniform.Select(value => value < p ? 1f : 0f), values);
            }

            Assert.Equal(slow.GetState(), fast.GetState());
        }
    }
}
