namespace Ballast.Tests.Nn;

/// <summary>Batch normalization of padded sequences against a formula in double over the valid positions.</summary>
public sealed class MaskedBatchNormTests
{
    const int Channels = 3;

    static float[] Mask(int n, int l, int seed)
    {
        float[] mask = new float[n * l];
        var random = new Random(seed);
        for (int i = 0; i < n; i++)
            mask.AsSpan(i * l, 1 + random.Next(l)).Fill(1);
        return mask;
    }

    static double[] Reference(double[] x, float[] mask, int n, int l, double[] gamma, double[] beta, double[]? means = null, double[]? variances = null)
    {
        double[] y = new double[x.Length];
        for (int c = 0; c < Channels; c++)
        {
            int[] own = [.. Enumerable.Range(0, x.Length).Where(i => i / l % Channels == c && mask[i / l / Channels * l + i % l] == 1)];
            double mean = means?[c] ?? own.Average(i => x[i]);
            double variance = variances?[c] ?? own.Average(i => (x[i] - mean) * (x[i] - mean));
            foreach (int i in own)
                y[i] = (x[i] - mean) / Math.Sqrt(variance + 1e-5) * gamma[c] + beta[c];
        }

        return y;
    }

    static double[] Doubles(Tensor x) => Array.ConvertAll(x.ToArray(), static value => (double)value);

    [Theory]
    [InlineData(3, 5, true)]
    [InlineData(2, 37, true)]
    [InlineData(3, 17, false)]
    public void Only_valid_positions_count(int n, int l, bool training)
    {
        float[] valid = Mask(n, l, l);
        var mask = Tensor.From(valid, [n, l]);
        var layer = new MaskedBatchNorm1d(Channels);
        layer.Forward(Draw.Data([4, Channels, 6], 5)); // statistics that are not those of the start
        layer.Train(training);
        layer.Weight!.CopyFrom(Draw.Floats(Channels, 2));
        layer.Bias!.CopyFrom(Draw.Floats(Channels, 3));
        double[]? means = training ? null : Doubles(layer.RunningMean!), variances = training ? null : Doubles(layer.RunningVar!);
        var x = Draw.Weights([n, Channels, l], 1);
        GradientCheck.Run([x, layer.Weight, layer.Bias], () => layer.Forward(x, mask),
            v => Reference(v[0], valid, n, l, v[1], v[2], means, variances));
    }

    [Fact]
    public void What_lies_at_padding_is_never_looked_at()
    {
        float[] valid = Mask(4, 21, 8), values = Draw.Floats(4 * Channels * 21, 1), spoiled = [.. values];
        for (int i = 0; i < values.Length; i++)
            spoiled[i] = valid[i / 21 / Channels * 21 + i % 21] == 1 ? values[i] : float.NaN;
        var mask = Tensor.From(valid, [4, 21]);
        var (a, b) = (new MaskedBatchNorm1d(Channels), new MaskedBatchNorm1d(Channels));
        var (x, z) = (new Parameter(Tensor.From(values, [4, Channels, 21])), new Parameter(Tensor.From(spoiled, [4, Channels, 21])));
        var (y, w) = (a.Forward(x, mask), b.Forward(z, mask));
        Assert.Equal(Draw.Bits(y.AsSpan()), Draw.Bits(w.AsSpan()));
        var cotangent = Draw.Data(y.Shape, 3);
        y.Backward(cotangent);
        w.Backward(cotangent);
        Assert.Equal(Draw.Bits(x.Grad!.AsSpan()), Draw.Bits(z.Grad!.AsSpan()));
        Assert.Equal(Draw.Bits(a.StateDict()), Draw.Bits(b.StateDict()));
        for (int i = 0; i < spoiled.Length; i++)
        {
            if (float.IsNaN(spoiled[i]))
                Assert.Equal(0, z.Grad!.AsSpan()[i]);
        }
    }

    [Fact]
    public void Running_statistics_divide_by_the_valid_positions_less_one()
    {
        float[] valid = [1, 1, 1, 0, 1, 0, 0, 0];
        var layer = new MaskedBatchNorm1d(1);
        layer.Forward(Tensor.From([1, 2, 6, 99, 7, 98, 97, 96], [2, 1, 4]), Tensor.From(valid, [2, 4]));
        Near.Equal([0.4], layer.RunningMean!.AsSpan(), 1e-6); // the mean is 4
        Near.Equal([0.9 + 0.1 * (9 + 4 + 4 + 9) / 3], layer.RunningVar!.AsSpan(), 1e-6);
        Assert.Equal(1, layer.NumBatchesTracked);
    }

    [Fact]
    public void Long_sequences_on_several_threads_and_a_full_mask_give_the_plain_normalization()
    {
        var x = Draw.Data([4, 8, 3001], 1);
        var layer = new MaskedBatchNorm1d(8);
        var plain = new BatchNorm1d(8);
        float[] expected = plain.Forward(x).ToArray();
        Near.Equal(expected, layer.Forward(x, Tensor.Ones([4, 3001])).AsSpan(), 1e-6);
        Near.Equal(plain.RunningVar!.AsSpan(), layer.RunningVar!.AsSpan(), 1e-6);
        Assert.Equal(Draw.Bits(expected), Draw.Bits(new MaskedBatchNorm1d(8).Forward(x).AsSpan()));
    }

    [Fact]
    public void A_batch_that_is_masked_whole_is_zero_in_evaluation_mode()
    {
        var layer = new MaskedBatchNorm1d(Channels);
        layer.Bias!.CopyFrom([1, 2, 3]);
        layer.Eval();
        var x = Draw.Weights([2, Channels, 4], 1);
        var y = layer.Forward(x, Tensor.Zeros([2, 4]));
        Assert.Equal(new float[2 * Channels * 4], y.ToArray());
        y.Backward(Tensor.Ones(y.Shape));
        Assert.Equal(new float[2 * Channels * 4], x.Grad!.ToArray());
        Assert.Equal(new float[Channels], layer.Weight!.Grad!.ToArray());
        Assert.Equal(new float[Channels], layer.Bias.Grad!.ToArray());
    }

    [Fact]
    public void Masks_that_cannot_be_used_are_refused()
    {
        var layer = new MaskedBatchNorm1d(Channels);
        var x = Draw.Data([2, Channels, 4], 1);
        string Message(Tensor mask) => Assert.Throws<ArgumentException>(() => layer.Forward(x, mask)).Message;
        Assert.Equal("MaskedBatchNorm1d(3): expected a mask [2, 4] for the input [2, 3, 4], got [2, 3, 4]. It has a value for each position, shared by all channels.",
            Message(Tensor.Ones([2, 3, 4])));
        Assert.Equal("MaskedBatchNorm1d(3): the mask [2, 4] has no valid position. Leave such a batch out.", Message(Tensor.Zeros([2, 4])));
        Assert.Contains("got 0.5", Message(Tensor.From([1, 1, 0.5f, 0, 1, 1, 1, 1], [2, 4])), StringComparison.Ordinal);
        Assert.Contains("more than 1 valid position", Message(Tensor.From([1, 0, 0, 0, 0, 0, 0, 0], [2, 4])), StringComparison.Ordinal);
        Assert.Equal(0, layer.NumBatchesTracked);
        layer.Eval();
        layer.Forward(x, Tensor.From([1, 0, 0, 0, 0, 0, 0, 0], [2, 4]));
        Assert.Contains("expected input [N, 3, L], got [2, 3]", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([2, 3]))).Message, StringComparison.Ordinal);
    }
}
