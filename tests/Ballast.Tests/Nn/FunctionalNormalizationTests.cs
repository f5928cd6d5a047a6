using F = Ballast.Functional;

namespace Ballast.Tests.Nn;

/// <summary>The functions of normalization against the layers, which are held against PyTorch: with their parameters to the bit, with computed
/// weights to the last digits.</summary>
public class FunctionalNormalizationTests
{
    static Tensor Input(params int[] sizes) => Tensor.From(Draw.Floats(new Shape(sizes).Length, 3, -1, 2), new Shape(sizes));

    static void Randomize(Module layer)
    {
        int seed = 10;
        foreach (var parameter in layer.Parameters())
            parameter.CopyFrom(Draw.Floats(parameter.Length, seed++, 0.3f, 1.7f));
    }

    // y, and the gradients of x and of the weights, of a random sum of y.
    static float[][] Run(Tensor x, Func<Tensor, Tensor> function, params Parameter?[] learned)
    {
        var leaf = x.Clone();
        leaf.RequiresGrad = true;
        foreach (var parameter in learned)
            parameter?.ZeroGrad();
        var y = function(leaf);
        float[] values = y.ToArray();
        (y * Tensor.From(Draw.Floats(y.Length, 77), y.Shape)).Sum().Backward();
        return [values, leaf.Grad!.ToArray(), .. learned.Where(static parameter => parameter is not null).Select(static parameter => parameter!.Grad!.ToArray())];
    }

    static void Same(Tensor x, Module layer, Parameter? weight, Parameter? bias, Func<Tensor, Tensor?, Tensor?, Tensor> function)
    {
        float[][] expected = Run(x, layer.Forward, weight, bias);
        Assert.Equal(expected, Run(x, input => function(input, weight, bias), weight, bias));
        // A weight that is computed: here to its own values.
        float[][] near = Run(x, input => function(input, weight is null ? null : weight * 1, bias is null ? null : bias * 1), weight, bias);
        for (int i = 0; i < near.Length; i++)
            Near.Equal(expected[i], near[i], 2e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batch_normalization_moves_and_takes_running_statistics(bool training)
    {
        foreach (int[] sizes in (int[][])[[6, 4], [3, 4, 5], [2, 4, 3, 5], [2, 4, 2, 3, 2]])
        {
            BatchNorm layer = sizes.Length switch { 4 => new BatchNorm2d(4, 1e-3, 0.2), 5 => new BatchNorm3d(4, 1e-3, 0.2), _ => new BatchNorm1d(4, 1e-3, 0.2) };
            Randomize(layer);
            Draw.Floats(4, 1).CopyTo(layer.RunningMean!.Mutate());
            Draw.Floats(4, 2, 0.5f, 2).CopyTo(layer.RunningVar!.Mutate());
            if (!training)
                layer.Eval();
            Tensor before = layer.RunningMean.Clone(), scale = layer.RunningVar.Clone(), mean = before, variance = scale;
            Same(Input(sizes), layer, layer.Weight, layer.Bias, (x, w, b) =>
            {
                (mean, variance) = (before.Clone(), scale.Clone());
                return F.BatchNorm(x, mean, variance, w, b, training, 0.2, 1e-3);
            });
            Assert.Equal(layer.RunningMean.ToArray(), mean.ToArray());
            Assert.Equal(layer.RunningVar.ToArray(), variance.ToArray());
            Assert.Equal(training, !before.ToArray().AsSpan().SequenceEqual(mean.ToArray()));
        }
    }

    [Fact]
    public void Batch_normalization_without_statistics_weights_or_both()
    {
        var plain = new BatchNorm1d(4, affine: false, trackRunningStats: false);
        Same(Input(6, 4), plain, null, null, static (x, w, b) => F.BatchNorm(x, null, null, w, b, training: true));
        // A bias alone is added.
        var bias = new Parameter(Tensor.From([1, 2, 3, 4], [4]));
        float[] shifted = F.BatchNorm(Input(6, 4), null, null, null, bias, training: true).ToArray(), without = plain.Forward(Input(6, 4)).ToArray();
        for (int i = 0; i < shifted.Length; i++)
            Assert.Equal(without[i] + i % 4 + 1, shifted[i], 1e-6);
    }

    [Fact]
    public void Instance_normalization_of_samples_and_of_running_statistics()
    {
        foreach (bool tracks in (bool[])[false, true])
        {
            var layer = new InstanceNorm2d(4, affine: true, trackRunningStats: tracks);
            Randomize(layer);
            Tensor mean = Tensor.Zeros([4]), variance = Tensor.Ones([4]);
            Same(Input(2, 4, 3, 5), layer, layer.Weight, layer.Bias, (x, w, b) =>
            {
                (mean, variance) = (Tensor.Zeros([4]), Tensor.Ones([4]));
                return F.InstanceNorm(x, tracks ? mean : null, tracks ? variance : null, w, b);
            });
            if (!tracks)
                continue;
            Assert.Equal(layer.RunningMean!.ToArray(), mean.ToArray());
            Assert.Equal(layer.RunningVar!.ToArray(), variance.ToArray());
            layer.Eval();
            Same(Input(2, 4, 3, 5), layer, layer.Weight, layer.Bias, (x, w, b) => F.InstanceNorm(x, mean, variance, w, b, useInputStats: false));
        }
    }

    [Fact]
    public void Groups_rows_and_neighbouring_channels()
    {
        foreach (int[] sizes in (int[][])[[3, 8], [3, 8, 5], [2, 8, 3, 4]])
        {
            var group = new GroupNorm(2, 8);
            Randomize(group);
            Same(Input(sizes), group, group.Weight, group.Bias, static (x, w, b) => F.GroupNorm(x, 2, w, b));
        }

        var layer = new LayerNorm([3, 5]);
        Randomize(layer);
        Same(Input(4, 3, 5), layer, layer.Weight, layer.Bias, static (x, w, b) => F.LayerNorm(x, [3, 5], w, b));
        var root = new RMSNorm(7);
        Randomize(root);
        Same(Input(4, 7), root, root.Weight, null, static (x, w, _) => F.RmsNorm(x, [7], w));
        Same(Input(2, 6, 4), new LocalResponseNorm(3, 0.5, 0.6, 2), null, null, static (x, _, _) => F.LocalResponseNorm(x, 3, 0.5, 0.6, 2));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var x = Input(3, 4);
        Tensor four = Tensor.Ones([4]), five = Tensor.Ones([5]);
        Refused("BatchNorm: evaluation takes running statistics, got none", () => F.BatchNorm(x, null, null));
        Refused("Got one of them", () => F.BatchNorm(x, four, null));
        Refused("expected runningMean and runningVar [4], got [5] and [4]", () => F.BatchNorm(x, five, four));
        Refused("expected a weight [4], got [5]", () => F.BatchNorm(x, four, four, five));
        Refused("expected a bias [4], got [5]", () => F.GroupNorm(x, 2, four, five));
        Refused("more than 1 value per channel when training, got input [1, 4]", () => F.BatchNorm(Input(1, 4), four, four, training: true));
        Refused("expected input [N, C] or [N, C, ...], got [4]", () => F.BatchNorm(four, four, four));
        Refused("a momentum from 0 to 1, got 2", () => F.BatchNorm(x, four, four, momentum: 2));
        Refused("expected eps of 0 or more, got -1", () => F.LayerNorm(x, [4], eps: -1));
        Refused("expected input [..., 5], got [3, 4]", () => F.LayerNorm(x, [5]));
        Refused("expected a weight [4], got [5]", () => F.RmsNorm(x, [4], five));
        Refused("divides the 4 channels, got 3", () => F.GroupNorm(x, 3));
        Refused("more than 1 value per channel and sample, got input [3, 4]", () => F.InstanceNorm(x));
        Refused("a size of at least 1 channel, got 0", () => F.LocalResponseNorm(Input(2, 3, 4), 0));
        Refused("Reshape [N, C] to [N, C, 1]", () => F.LocalResponseNorm(x, 3));
    }

    static void Refused(string why, Func<Tensor> act) => Assert.Contains(why, Assert.ThrowsAny<ArgumentException>(act).Message);
}
