namespace Ballast.Tests;

public class BatchNorm1dTests
{
    static readonly Tensor Example = Tensor.From([1, 2, 3, 6, 5, 10], [3, 2]);

    // torch-parity, section 2.
    [Fact]
    public void The_worked_example()
    {
        var layer = new BatchNorm1d(2);
        float[] y = layer.Forward(Example).ToArray();
        Near.Equal([0.3, 0.6], layer.RunningMean!.AsSpan(), 1e-7);
        Near.Equal([1.3, 2.5], layer.RunningVar!.AsSpan(), 1e-7);
        // sqrt(3 / 2) less what eps takes: 1e-5 / (2 * 8 / 3) of it.
        Near.Equal([-1.224743, -1.224744, 0, 0, 1.224743, 1.224744], y, 1e-6);
        Assert.Equal(1, layer.NumBatchesTracked);
    }

    [Fact]
    public void Without_momentum_the_statistics_are_the_average_over_all_batches()
    {
        var layer = new BatchNorm1d(2, momentum: null);
        layer.Forward(Example);
        layer.Forward(Example * 2f);
        Near.Equal([4.5, 9], layer.RunningMean!.AsSpan(), 1e-7);
        Near.Equal([10, 40], layer.RunningVar!.AsSpan(), 1e-7);
        Assert.Equal(2, layer.NumBatchesTracked);
    }

    // By n - 1, as the running statistics have it.
    static double Variance(float[] values)
    {
        double mean = values.Average(static value => (double)value);
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
    }

    [Fact]
    public void The_last_axis_counts_as_more_samples()
    {
        // [2, 2, 3] with the values of channel c in another order than [6, 2] has them.
        float[] values = Draw.Floats(12, 1);
        float[] rows = [.. Enumerable.Range(0, 12).Select(i => values[i / 6 * 6 + i % 2 * 3 + i % 6 / 2])];
        var (cube, flat) = (new BatchNorm1d(2), new BatchNorm1d(2));
        float[] y = cube.Forward(Tensor.From(values, [2, 2, 3])).ToArray();
        float[] z = flat.Forward(Tensor.From(rows, [6, 2])).ToArray();
        for (int i = 0; i < 12; i++)
            Assert.Equal(z[i], y[i / 6 * 6 + i % 2 * 3 + i % 6 / 2], 1e-6);

        double[] variances = [.. Enumerable.Range(0, 2).Select(c => Variance([.. Enumerable.Range(0, 6).Select(i => rows[2 * i + c])]))];
        double[] running = [.. variances.Select(static variance => 0.9 + 0.1 * variance)];
        Near.Equal(running, flat.RunningVar!.AsSpan(), 1e-7);
        Near.Equal(running, cube.RunningVar!.AsSpan(), 1e-7);
    }

    [Fact]
    public void Evaluation_uses_the_running_statistics_and_changes_nothing()
    {
        var layer = new BatchNorm1d(2);
        layer.Forward(Example);
        layer.Eval();
        long[] before = Draw.Bits(layer.StateDict());
        float[] y = layer.Forward(Tensor.From([0.3f, 0.6f, 1.3f, 0.6f], [2, 2])).ToArray();
        Near.Equal([0, 0, 1 / Math.Sqrt(1.3 + 1e-5), 0], y, 1e-6);
        Assert.Equal(before, Draw.Bits(layer.StateDict()));
    }

    [Fact]
    public void One_sample_is_enough_for_evaluation_and_for_several_values_a_channel()
    {
        var layer = new BatchNorm1d(3);
        layer.Forward(Draw.Data([1, 3, 2], 2));
        layer.Eval();
        Assert.Equal([1, 3], layer.Forward(Draw.Data([1, 3], 3)).Shape.ToArray());
    }

    // The sum of these squares in float ends at 2.81 for a true 0.0846.
    [Theory]
    [InlineData(1000f)]
    [InlineData(-4096.5f)]
    public void A_small_spread_around_a_large_mean_keeps_its_digits(float mean)
    {
        var random = new Random(4);
        float[] x = [.. Enumerable.Range(0, 640).Select(_ => mean + random.NextSingle())];
        double average = x.Average(static value => (double)value);
        double variance = x.Average(value => (value - average) * (value - average));
        foreach (Shape shape in new Shape[] { [640, 1], [10, 1, 64] })
        {
            var layer = new BatchNorm1d(1, momentum: 1);
            float[] y = layer.Forward(Tensor.From(x, shape)).ToArray();
            Assert.Equal(average, layer.RunningMean![0], Math.Abs(mean) * 6e-8);
            Assert.Equal(1, layer.RunningVar![0] / (variance * 640 / 639), 1e-6);
            // The differences x - mean are exact in float; what is left is rounding of values up to 2.
            Near.Equal([.. x.Select(value => (value - average) / Math.Sqrt(variance + 1e-5))], y, 1e-6);
        }
    }

    // PyTorch's own kernel answers -105.1 here.
    [Theory]
    [InlineData(1e7f)]
    [InlineData(-12345.678f)]
    [InlineData(1e10f)]
    [InlineData(0f)]
    public void A_constant_channel_becomes_beta(float constant)
    {
        foreach (Shape shape in new Shape[] { [10, 2], [3, 2, 5], [700, 2] })
        {
            var layer = new BatchNorm1d(2);
            layer.Bias!.CopyFrom([0.25f, -3]);
            float[] y = layer.Forward(Tensor.Full(shape, constant)).ToArray();
            int l = shape.Rank == 3 ? shape[2] : 1;
            for (int i = 0; i < y.Length; i++)
                Assert.Equal(i / l % 2 == 0 ? 0.25f : -3, y[i]);
            if (constant < 1e8f)
                Assert.All(layer.RunningVar!.ToArray(), value => Assert.Equal(0.9f, value, 1e-7f));
        }
    }

    [Theory]
    [InlineData("10 32", "expected input [N, 64] or [N, 64, L], got [10, 32]. The layer before it must produce 64 features.")]
    [InlineData("10 32 64", "expected input [N, 64] or [N, 64, L], got [10, 32, 64]. The layer before it must produce 64 features.")]
    [InlineData("64", "expected input [N, 64] or [N, 64, L], got [64]. Put a Flatten before it, or give it one value a feature.")]
    [InlineData("2 64 3 3", "expected input [N, 64] or [N, 64, L], got [2, 64, 3, 3]. Put a Flatten before it, or give it one value a feature.")]
    [InlineData("1 64", "expected more than 1 value per channel when training, got input [1, 64]. One value has no variance. Use a larger batch, drop the last incomplete one (DataLoader with dropLast: true), or call Eval() first.")]
    [InlineData("1 64 1", "expected more than 1 value per channel when training, got input [1, 64, 1]. One value has no variance. Use a larger batch, drop the last incomplete one (DataLoader with dropLast: true), or call Eval() first.")]
    [InlineData("0 64", "expected more than 1 value per channel when training, got input [0, 64]. An empty batch has no variance. Use a larger batch, drop the last incomplete one (DataLoader with dropLast: true), or call Eval() first.")]
    public void An_input_that_cannot_be_normalized_is_refused(string sizes, string message)
    {
        var layer = new BatchNorm1d(64);
        long[] before = Draw.Bits(layer.StateDict());
        var input = Tensor.Zeros(new Shape([.. sizes.Split(' ').Select(int.Parse)]));
        Assert.Equal("BatchNorm1d(64): " + message, Assert.Throws<ArgumentException>(() => layer.Forward(input)).Message);
        Assert.Equal(before, Draw.Bits(layer.StateDict()));
    }

    [Fact]
    public void Evaluation_of_one_value_without_statistics_is_refused()
    {
        var layer = new BatchNorm1d(4, trackRunningStats: false);
        layer.Eval();
        var error = Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([1, 4])));
        Assert.Equal("BatchNorm1d(4): it has no running statistics, and 1 value per channel in the input [1, 4] gives none. "
            + "Use a larger batch, or a layer with trackRunningStats: true.", error.Message);
    }

    [Fact]
    public void Settings_that_cannot_be_are_refused()
    {
        Refused("BatchNorm1d: expected at least 1 feature, got 0.", () => new BatchNorm1d(0));
        Refused("BatchNorm1d: expected eps of 0 or more, got -1.", () => new BatchNorm1d(1, eps: -1));
        Refused("BatchNorm1d: expected eps of 0 or more, got NaN.", () => new BatchNorm1d(1, eps: double.NaN));
        Refused("BatchNorm1d: expected a momentum from 0 to 1, or null, got 1.5. It is the weight of the newest batch.",
            () => new BatchNorm1d(1, momentum: 1.5));
        Refused("BatchNorm1d: expected a momentum from 0 to 1, or null, got NaN. It is the weight of the newest batch.",
            () => new BatchNorm1d(1, momentum: double.NaN));
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
