namespace Ballast.Tests.Nn;

/// <summary>Batch normalization of several sources: each part of the batch against a plain normalization of its own.</summary>
public sealed class SplitBatchNormTests
{
    static void Set(BatchNorm norm, int seed)
    {
        norm.Weight!.CopyFrom(Draw.Floats(norm.NumFeatures, seed));
        norm.Bias!.CopyFrom(Draw.Floats(norm.NumFeatures, seed + 1));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 4)]
    public void Each_source_has_statistics_and_weights_of_its_own(int splits, int l)
    {
        const int Channels = 3;
        int n = 4 * splits;
        var layer = new SplitBatchNorm(Channels, splits);
        BatchNorm[] parts = [layer, .. layer.Auxiliary];
        for (int i = 0; i < splits; i++)
            Set(parts[i], 10 * i);
        var x = Draw.Weights(l == 1 ? [n, Channels] : [n, Channels, l], 1);
        GradientCheck.Run(
            [x, .. parts.SelectMany(static part => new[] { part.Weight!, part.Bias! })], () => layer.Forward(x),
            v => [.. v[0].Chunk(4 * Channels * l).SelectMany((chunk, i) =>
                Reference.Normalize(chunk, Channels, l, v[1 + 2 * i], v[2 + 2 * i], 1e-5))]);
    }

    [Theory]
    [MemberData(nameof(GhostBatchNormTests.Networks), MemberType = typeof(GhostBatchNormTests))]
    public void A_network_computes_of_each_source_what_one_with_its_normalization_does(string behind)
    {
        var split = new SplitBatchNorm(16, 3);
        var net = GhostBatchNormTests.Network(split, behind);
        BatchNorm[] parts = [split, .. split.Auxiliary];
        var x = Draw.Weights([6, 3, 8, 8], 3);
        for (int i = 0; i < 3; i++)
            Set(parts[i], 10 * i);
        var y = net.Forward(x);
        float[] found = y.ToArray(), cotangent = Draw.Floats(found.Length, 7);
        y.Backward(Tensor.From(cotangent, y.Shape));
        var chunks = GhostBatchNormTests.Chunks(x, 3);
        List<float> slopes = [];
        float[] weight = new float[net.Parameters().First().Length];
        for (int i = 0; i < 3; i++)
        {
            var plain = new BatchNorm2d(16);
            Set(plain, 10 * i);
            var one = GhostBatchNormTests.Network(plain, behind);
            var part = new Parameter(chunks[i]);
            var output = one.Forward(part);
            int length = output.Length;
            Near.Equal(output.ToArray(), found.AsSpan(i * length, length), 1e-5, "output");
            output.Backward(Tensor.From(cotangent.AsSpan(i * length, length).ToArray(), output.Shape));
            slopes.AddRange(part.Grad!.ToArray());
            Near.Equal(plain.Weight!.Grad!.AsSpan(), parts[i].Weight!.Grad!.AsSpan(), 2e-5, "gamma");
            Near.Equal(plain.Bias!.Grad!.AsSpan(), parts[i].Bias!.Grad!.AsSpan(), 2e-5, "beta");
            Near.Equal(plain.RunningMean!.AsSpan(), parts[i].RunningMean!.AsSpan(), 1e-6, "running mean");
            Near.Equal(plain.RunningVar!.AsSpan(), parts[i].RunningVar!.AsSpan(), 1e-6, "running variance");
            Assert.Equal(1, parts[i].NumBatchesTracked);
            var dw = one.Parameters().First().Grad!;
            for (int j = 0; j < weight.Length; j++)
                weight[j] += dw.AsSpan()[j];
        }

        Near.Equal(slopes.ToArray(), x.Grad!.AsSpan(), 2e-5, "input's gradient");
        Near.Equal(weight, net.Parameters().First().Grad!.AsSpan(), 2e-5, "weight's gradient");
    }

    [Fact]
    public void Evaluation_uses_the_main_part_alone()
    {
        var layer = new SplitBatchNorm(4);
        layer.Forward(Draw.Data([6, 4], 1));
        var plain = new BatchNorm1d(4);
        plain.Forward(GhostBatchNormTests.Chunks(Draw.Data([6, 4], 1), 2)[0]);
        layer.Eval();
        plain.Eval();
        var x = Draw.Data([5, 4], 2);
        Assert.Equal(Draw.Bits(plain.Forward(x).AsSpan()), Draw.Bits(layer.Forward(x).AsSpan()));
    }

    [Fact]
    public void Frozen_it_still_treats_each_source_by_its_own_statistics()
    {
        var layer = new SplitBatchNorm(4);
        layer.Forward(Draw.Data([6, 4], 1));
        Freezing.Freeze(layer);
        var x = Draw.Data([2, 4], 2);
        var auxiliary = new BatchNorm1d(4);
        auxiliary.LoadStateDict(layer.Auxiliary[0].StateDict());
        auxiliary.Eval();
        float[] expected = auxiliary.Forward(x).ToArray();
        Assert.Equal(expected[4..], layer.Forward(x).ToArray()[4..]);
    }

    [Fact]
    public void Its_state_has_the_keys_of_timm()
    {
        Assert.Equal(
        [
            "weight", "bias", "running_mean", "running_var", "num_batches_tracked", "aux_bn.0.weight", "aux_bn.0.bias",
            "aux_bn.0.running_mean", "aux_bn.0.running_var", "aux_bn.0.num_batches_tracked", "aux_bn.1.weight", "aux_bn.1.bias",
            "aux_bn.1.running_mean", "aux_bn.1.running_var", "aux_bn.1.num_batches_tracked",
        ], new SplitBatchNorm(4, 3).StateDict().Keys);
    }

    [Fact]
    public void What_does_not_divide_is_refused()
    {
        Assert.Contains("3 sources do not divide the batch of 8 in the input [8, 4]", Assert.Throws<ArgumentException>(
            () => new SplitBatchNorm(4, 3).Forward(Tensor.Zeros([8, 4]))).Message, StringComparison.Ordinal);
        Assert.Contains("more than 1 value per channel of each source", Assert.Throws<ArgumentException>(
            () => new SplitBatchNorm(4, 2).Forward(Tensor.Zeros([2, 4]))).Message, StringComparison.Ordinal);
        Assert.Equal("SplitBatchNorm: expected at least 2 splits, got 1. One source needs no more than a BatchNorm.",
            Assert.Throws<ArgumentException>(() => new SplitBatchNorm(4, 1)).Message);
        var list = new ModuleList(new ReLU());
        Assert.Contains("computes nothing", Assert.Throws<InvalidOperationException>(() => list.Forward(Tensor.Zeros([1]))).Message, StringComparison.Ordinal);
    }
}
