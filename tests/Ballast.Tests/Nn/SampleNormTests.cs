namespace Ballast.Tests;

/// <summary>Filter response normalization and EvoNorm against their formulas in double: values, gradients, statistics.</summary>
public sealed class SampleNormTests
{
    static Shape Sizes(string sizes) => new([.. sizes.Split(' ').Select(int.Parse)]);

    static int PerChannel(Shape shape) => shape.Length / (shape[0] * shape[1]);

    internal static void Randomize(Module layer)
    {
        int seed = 20;
        foreach (var (name, parameter) in layer.NamedParameters())
        {
            seed++;
            parameter.CopyFrom(name == "weight" ? Draw.Floats(parameter.Length, seed, 0.5f, 1.5f)
                : name == "eps" ? [.. Enumerable.Range(0, parameter.Length).Select(static c => (c % 2 == 0 ? 0.3f : -0.2f) * (c + 1))]
                : Draw.Floats(parameter.Length, seed, -0.7f, 0.7f));
        }
    }

    static double[] FilterResponse(double[] x, int c, int l, double[] gamma, double[] beta, double[]? tau, double[]? eps, double epsilon)
    {
        double[] z = new double[x.Length];
        for (int start = 0; start < x.Length; start += l)
        {
            int channel = start / l % c;
            double square = x.AsSpan(start, l).ToArray().Average(static value => value * value);
            double root = Math.Sqrt(square + (eps is null ? epsilon : Math.Abs(eps[channel])));
            for (int i = start; i < start + l; i++)
            {
                double y = gamma[channel] * x[i] / root + beta[channel];
                z[i] = tau is null ? y : Math.Max(y, tau[channel]);
            }
        }

        return z;
    }

    static double Variance(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return all.Average(value => (value - mean) * (value - mean));
    }

    static double[] EvoNormS0(double[] x, int c, int l, int groups, double[] gamma, double[] beta, double[] v, double eps)
    {
        double[] y = new double[x.Length];
        int size = c / groups * l;
        for (int i = 0; i < x.Length; i++)
        {
            int channel = i / l % c;
            double root = Math.Sqrt(Variance(x.Skip(i / size * size).Take(size)) + eps);
            y[i] = x[i] / (1 + Math.Exp(-v[channel] * x[i])) / root * gamma[channel] + beta[channel];
        }

        return y;
    }

    static double[] EvoNormB0(
        double[] x, int c, int l, double[] gamma, double[] beta, double[] v, double eps, double[]? running = null)
    {
        double[] y = new double[x.Length];
        double[] ofBatch = running ?? [.. Enumerable.Range(0, c).Select(channel => Variance(x.Where((_, i) => i / l % c == channel)))];
        for (int i = 0; i < x.Length; i++)
        {
            int channel = i / l % c;
            double left = Math.Sqrt(ofBatch[channel] + eps);
            double right = v[channel] * x[i] + Math.Sqrt(Variance(x.Skip(i / l * l).Take(l)) + eps);
            y[i] = x[i] / Math.Max(left, right) * gamma[channel] + beta[channel];
        }

        return y;
    }

    [Theory]
    [InlineData("3 4 5 2", true, false)]
    [InlineData("2 3 19", true, true)]
    [InlineData("5 6", true, true)]
    [InlineData("2 19", false, false)]
    [InlineData("2 2 1 1", true, true)]
    [InlineData("2 2 2 3 4", false, true)]
    [InlineData("1 1 37 2", true, false)]
    public void The_gradients_of_a_filter_response_normalization(string sizes, bool threshold, bool learnEps)
    {
        Shape shape = Sizes(sizes);
        var layer = new FilterResponseNorm(shape[1], 1e-2, threshold, learnEps);
        Randomize(layer);
        var x = Draw.Weights(shape, 7);
        Parameter[] inputs = [x, .. layer.Parameters()];
        Assert.Equal(["weight", "bias", .. threshold ? ["tau"] : Array.Empty<string>(), .. learnEps ? ["eps"] : Array.Empty<string>()],
            layer.StateDict().Keys);
        GradientCheck.Run(inputs, () => layer.Forward(x), v => FilterResponse(
            v[0], shape[1], PerChannel(shape), v[1], v[2], threshold ? v[3] : null, learnEps ? v[^1] : null, 1e-2));
    }

    [Theory]
    [InlineData("3 4 5 2", 2)]
    [InlineData("2 6 19", 3)]
    [InlineData("5 6", 2)]
    [InlineData("2 34", 1)]
    [InlineData("1 3 2 3 4", 3)]
    public void The_gradients_of_EvoNorm_S0(string sizes, int groups)
    {
        Shape shape = Sizes(sizes);
        var layer = new EvoNormS0(shape[1], groups, 1e-2);
        Randomize(layer);
        var x = Draw.Weights(shape, 7);
        Assert.Equal(["weight", "bias", "v"], layer.StateDict().Keys);
        GradientCheck.Run([x, layer.Weight, layer.Bias, layer.V], () => layer.Forward(x),
            v => EvoNormS0(v[0], shape[1], PerChannel(shape), groups, v[1], v[2], v[3], 1e-2));
    }

    [Theory]
    [InlineData("3 4 5 2")]
    [InlineData("2 3 19")]
    [InlineData("5 6")]
    [InlineData("4 18 3")]
    [InlineData("2 2 2 3 4")]
    public void The_gradients_of_EvoNorm_B0_in_both_modes_and_its_running_variance(string sizes)
    {
        Shape shape = Sizes(sizes);
        int c = shape[1], l = PerChannel(shape), count = shape[0] * l;
        var layer = new EvoNormB0(c, 1e-2, momentum: 0.3);
        Randomize(layer);
        var x = Draw.Weights(shape, 7);
        Parameter[] inputs = [x, layer.Weight, layer.Bias, layer.V];
        Assert.Equal(["weight", "bias", "v", "running_var"], layer.StateDict().Keys);
        GradientCheck.Run(inputs, () => layer.Forward(x), v => EvoNormB0(v[0], c, l, v[1], v[2], v[3], 1e-2));
        double[] values = [.. x.ToArray()];
        double[] running = [.. Enumerable.Range(0, c).Select(channel =>
            0.7 + 0.3 * count / (count - 1) * Variance(values.Where((_, i) => i / l % c == channel)))];
        Near.Equal(running, layer.RunningVar.AsSpan(), 1e-6);

        layer.Eval();
        double[] given = [.. layer.RunningVar.ToArray()];
        GradientCheck.Run(inputs, () => layer.Forward(x), v => EvoNormB0(v[0], c, l, v[1], v[2], v[3], 1e-2, given));
        Near.Equal(running, layer.RunningVar.AsSpan(), 1e-6);
    }

    // A small spread around a large mean: differences of squares would have lost it.
    [Fact]
    public void A_large_mean_does_not_cost_the_variance_its_digits()
    {
        float[] values = Draw.Floats(2 * 4 * 33, 3, 999, 1001);
        double[] exact = [.. values];
        var x = Tensor.From(values, [2, 4, 33]);
        double[] ones = [1, 1, 1, 1], zeros = [0, 0, 0, 0];
        Near.Equal(EvoNormS0(exact, 4, 33, 2, ones, zeros, ones, 1e-5), new EvoNormS0(4, 2).Forward(x).AsSpan(), 1e-5);
        var layer = new EvoNormB0(4);
        layer.V.CopyFrom(new float[4]);
        Near.Equal(EvoNormB0(exact, 4, 33, ones, zeros, zeros, 1e-3), layer.Forward(x).AsSpan(), 1e-5);
    }
}
