namespace Ballast.Tests;

public class WeightStandardizedConv2dTests
{
    // Each output channel's weight to mean 0 and variance 1, the variance biased and eps under the root.
    static double[] Standardize(double[] w, int channels, double eps)
    {
        int each = w.Length / channels;
        double[] standardized = new double[w.Length];
        for (int k = 0; k < channels; k++)
        {
            double[] own = w[(k * each)..((k + 1) * each)];
            double mean = own.Average(), variance = own.Average(value => (value - mean) * (value - mean));
            for (int i = 0; i < each; i++)
                standardized[k * each + i] = (own[i] - mean) / Math.Sqrt(variance + eps);
        }

        return standardized;
    }

    static double[] Convolve(double[] x, double[] w, double[]? b, Shape shape, int outChannels, int kernel, int padding, int groups)
    {
        int n = shape[0], c = shape[1], height = shape[2], width = shape[3];
        int outH = height + 2 * padding - kernel + 1, outW = width + 2 * padding - kernel + 1, own = c / groups;
        double[] y = new double[n * outChannels * outH * outW];
        for (int i = 0; i < y.Length; i++)
        {
            int column = i % outW, row = i / outW % outH, k = i / (outW * outH) % outChannels, sample = i / (outW * outH * outChannels);
            y[i] = b?[k] ?? 0;
            for (int j = 0; j < own * kernel * kernel; j++)
            {
                int channel = k / (outChannels / groups) * own + j / (kernel * kernel);
                int h = row + j / kernel % kernel - padding, v = column + j % kernel - padding;
                if (h >= 0 && h < height && v >= 0 && v < width)
                    y[i] += w[k * own * kernel * kernel + j] * x[((sample * c + channel) * height + h) * width + v];
            }
        }

        return y;
    }

    [Theory]
    [InlineData("2 3 5 4", 4, 3, 1, 1, true)]
    [InlineData("1 4 4 4", 6, 2, 0, 2, false)]
    [InlineData("2 2 6 6", 3, 1, 0, 1, true)]
    public void The_gradients_go_through_the_standardization(string sizes, int k, int kernel, int padding, int groups, bool bias)
    {
        Shape shape = new([.. sizes.Split(' ').Select(int.Parse)]);
        var layer = new WeightStandardizedConv2d(
            shape[1], k, kernel, padding: padding, groups: groups, bias: bias, eps: 1e-3, generator: new Generator(1));
        var x = Draw.Weights(shape, 2);
        GradientCheck.Run(bias ? [x, layer.Weight, layer.Bias!] : [x, layer.Weight], () => layer.Forward(x),
            v => Convolve(v[0], Standardize(v[1], k, 1e-3), bias ? v[2] : null, shape, k, kernel, padding, groups));
    }

    [Fact]
    public void Keys_and_initial_weights_are_those_of_a_convolution()
    {
        var (layer, plain) = (new WeightStandardizedConv2d(16, 16, 3, padding: 1, generator: new Generator(3)),
            new Conv2d(16, 16, 3, padding: 1, generator: new Generator(3)));
        Assert.Equal(plain.StateDict().Keys, layer.StateDict().Keys);
        Assert.Equal(Draw.Bits(plain.StateDict()), Draw.Bits(layer.StateDict()));
        Assert.Equal(1e-6, layer.Eps);
        Assert.Equal("WeightStandardizedConv2d(16, 16, 3, padding: 1)", layer.ToString());
        layer.LoadStateDict(plain.StateDict());
    }

    [Fact]
    public void A_plain_convolution_takes_its_place_with_the_same_outputs()
    {
        var layer = new WeightStandardizedConv2d(16, 32, 3, padding: 1, generator: new Generator(3));
        layer.Eval();
        var x = Draw.Data([2, 16, 8, 8], 4);
        float[] before = layer.Forward(x).ToArray();
        var plain = layer.ToConv2d();
        Assert.Equal(typeof(Conv2d), plain.GetType());
        Assert.False(plain.Training);
        Assert.Equal(before, plain.Forward(x).ToArray());
        using var off = Tensor.NoGrad();
        Near.Equal(before, plain.Forward(x).AsSpan(), 1e-5);
        Near.Equal(before, layer.Forward(x).AsSpan(), 1e-5);
        layer.Weight.CopyFrom(Draw.Floats(layer.Weight.Length, 5)); // no old weight may be kept
        Assert.NotEqual(before, layer.Forward(x).ToArray());
    }

    [Fact]
    public void Folding_takes_the_standardization_and_a_batch_normalization_behind_it()
    {
        var network = new Sequential(
            new WeightStandardizedConv2d(3, 8, 3, bias: false, generator: new Generator(1)), new BatchNorm2d(8), new ReLU(),
            new WeightStandardizedConv2d(8, 4, 3, generator: new Generator(2)), new GroupNorm(2, 4));
        var norm = (BatchNorm2d)network[1];
        norm.Weight!.CopyFrom(Draw.Floats(8, 1, 0.5f, 1.5f));
        norm.Bias!.CopyFrom(Draw.Floats(8, 2));
        var x = Draw.Data([2, 3, 8, 8], 3);
        network.Forward(x);
        string kept = Folding.Fold(network).ToString();
        Assert.Contains("0 WeightStandardizedConv2d(3, 8, 3, bias: false): kept. It is in training mode", kept, StringComparison.Ordinal);
        network.Eval();
        float[] before = network.Forward(x).ToArray();
        var report = Folding.Fold(network);
        Assert.Equal(
            "0 WeightStandardizedConv2d(3, 8, 3, bias: false): folded into 0\n3 WeightStandardizedConv2d(8, 4, 3): folded into 3\n1 BatchNorm2d(8): folded into 0",
            report.ToString());
        Assert.Equal("Conv2d(3, 8, 3) Identity() ReLU() Conv2d(8, 4, 3) GroupNorm(2, 4)", string.Join(' ', network));
        Near.Equal(before, network.Forward(x).AsSpan(), 1e-5);

        var alone = new WeightStandardizedConv2d(3, 8, 3, generator: new Generator(1));
        Assert.Contains("It is not in a chain", Folding.Fold(alone).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_variance_is_refused()
    {
        Refused("WeightStandardizedConv2d: each output channel has 1 weight, which has no variance. Use a larger kernel, fewer groups, or Conv2d.",
            static () => new WeightStandardizedConv2d(4, 4, 1, groups: 4));
        Refused("WeightStandardizedConv2d: expected eps of 0 or more, got -1.", static () => new WeightStandardizedConv2d(4, 4, 3, eps: -1));
        Refused("WeightStandardizedConv2d: expected at least 1 channel, got 0 in and 4 out.",
            static () => new WeightStandardizedConv2d(0, 4, 3));
        Refused("WeightStandardizedConv2d(4, 4, 3): expected input [N, 4, H, W] or [4, H, W], got [2, 3, 8, 8]. The layer before it must produce 4 channels.",
            static () => new WeightStandardizedConv2d(4, 4, 3).Forward(Tensor.Zeros([2, 3, 8, 8])));
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
