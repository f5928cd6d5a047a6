using Ballast.Kernels;

namespace Ballast.Tests.Tensors;

/// <summary>A recorded convolution answers with the mean and the variance of each channel of its result, as plain loops in double
/// compute them of the values that it wrote.</summary>
public class ConvolutionMomentsTests
{
    static ChannelLayout Layout(Tensor y) => new ChannelLayout(y.Shape[0], y.Shape[1], y.Shape[2] * y.Shape[3]).ToLast();

    static void Compare(Conv2d layer, Shape input, int seed)
    {
        string what = $"{layer} of {input}";
        var y = layer.Forward(new Parameter(Draw.Data(input, seed)));
        int channels = y.Shape[1], area = y.Shape[2] * y.Shape[3], count = y.Shape[0] * area;
        Assert.True(y.Recipe!.TryMoments(Layout(y), out var moments), what);
        double[] got = moments.ToArray();
        float[] values = y.ToArray();
        Assert.Equal(2 * channels, got.Length);
        for (int c = 0; c < channels; c++)
        {
            double[] own = [.. Enumerable.Range(0, count).Select(i => (double)values[(i / area * channels + c) * area + i % area])];
            double mean = own.Average(), variance = own.Average(value => (value - mean) * (value - mean));
            double spread = Math.Sqrt(variance);
            Assert.True(Math.Abs(got[c] - mean) <= 1e-6 * spread, $"{what}: mean {c} is {got[c]}, expected {mean}");
            double gotten = got[channels + c];
            Assert.True(Math.Abs(gotten - variance) <= 2e-6 * variance, $"{what}: variance {c} is {gotten}, expected {variance}");
        }
    }

    // Tiles, rows and registers that are whole and that are not; one part and several.
    public static TheoryData<int, int, int, int, int, int> Cases()
    {
        TheoryData<int, int, int, int, int, int> cases = new()
        {
            { 2, 16, 32, 12, 3, 1 }, { 3, 16, 48, 13, 3, 1 }, { 9, 32, 16, 7, 3, 1 }, { 2, 64, 64, 31, 3, 1 }, { 1, 16, 16, 44, 3, 1 },
            { 4, 3, 16, 32, 3, 1 }, { 5, 3, 7, 9, 3, 2 }, { 2, 8, 19, 10, 1, 1 }, { 9, 4, 5, 33, 5, 2 }, { 2, 6, 12, 11, 3, -2 },
        };
        var random = new Random(5);
        for (int i = 0; i < 20; i++)
        {
            cases.Add(
                random.Next(1, 10), random.Next(1, 40), random.Next(1, 4) * (i % 2 == 0 ? 16 : 5), random.Next(5, 30), 1 + 2 * random.Next(3),
                random.Next(1, 3));
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void They_are_those_of_the_values_that_were_written(int batch, int channels, int outputs, int size, int kernel, int stride)
    {
        int groups = stride < 0 ? -stride : 1; // a negative stride: groups
        var layer = new Conv2d(
            channels, outputs, kernel, stride: Math.Abs(stride), padding: kernel / 2, groups: groups, generator: new Generator(7));
        Compare(layer, [batch, channels, size, size], 11);
    }

    [Fact]
    public void A_mean_far_above_the_spread_costs_no_digits()
    {
        foreach (var (channels, kernel) in new[] { (16, 3), (16, 1) })
        {
            var layer = new Conv2d(channels, 32, kernel, padding: kernel / 2, generator: new Generator(3));
            layer.Bias!.CopyFrom([.. Enumerable.Range(0, 32).Select(static i => 1000f + i)]);
            Compare(layer, [3, channels, 14, 14], 12);
        }
    }

    [Fact]
    public void Another_order_a_depthwise_convolution_and_values_without_end_have_none()
    {
        var x = Draw.Weights([2, 16, 8, 8], 1);
        var y = new Conv2d(16, 16, 3, padding: 1, generator: new Generator(1)).Forward(x);
        Assert.True(y.Recipe!.TryMoments(Layout(y), out _));
        Assert.False(y.Recipe.TryMoments(new ChannelLayout(2, 16, 64), out _));
        Assert.False(y.Recipe.TryMoments(new ChannelLayout(4, 16, 32).ToLast(), out _));
        var depthwise = new Conv2d(16, 16, 3, padding: 1, groups: 16, generator: new Generator(1)).Forward(x);
        Assert.False(depthwise.Recipe!.TryMoments(Layout(depthwise), out _));
        var layer = new Conv2d(16, 16, 3, padding: 1, generator: new Generator(1));
        layer.Bias!.CopyFrom([.. Enumerable.Repeat(float.PositiveInfinity, 16)]);
        var infinite = layer.Forward(x);
        Assert.False(infinite.Recipe!.TryMoments(Layout(infinite), out _));
    }

    [Fact]
    public void A_normalization_takes_what_is_known()
    {
        var x = Draw.Weights([4, 16, 12, 12], 1);
        var y = new Conv2d(16, 32, 3, padding: 1, generator: new Generator(1)).Forward(x);
        Assert.True(y.Recipe!.TryMoments(Layout(y), out var moments));
        double[] statistics = new double[64];
        NormalizationOperation.Statistics(y, Layout(y), statistics);
        Assert.Equal(moments.ToArray(), statistics);
    }
}
