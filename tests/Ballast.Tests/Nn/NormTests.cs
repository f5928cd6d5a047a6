namespace Ballast.Tests;

/// <summary>Layer, group, instance, root-mean-square and local response normalization: gradients, start, refusals.</summary>
public class NormTests
{
    // Groups of `channels` channels with l values each share their statistics.
    static double[] Normalize(double[] x, int groups, int channels, int l, double[]? gamma, double[]? beta, double eps, bool rms = false)
    {
        double[] y = new double[x.Length];
        int size = channels * l;
        for (int start = 0; start < x.Length; start += size)
        {
            var own = x.AsSpan(start, size).ToArray();
            double mean = rms ? 0 : own.Average(), variance = own.Average(value => (value - mean) * (value - mean));
            for (int i = 0; i < size; i++)
            {
                int c = start / size % groups * channels + i / l;
                y[start + i] = (own[i] - mean) / Math.Sqrt(variance + eps) * (gamma?[c] ?? 1) + (beta?[c] ?? 0);
            }
        }

        return y;
    }

    static void Randomize(Parameter? weight, Parameter? bias)
    {
        weight?.CopyFrom(Draw.Floats(weight.Length, 8, 0.5f, 1.5f));
        bias?.CopyFrom(Draw.Floats(bias.Length, 9, -1, 1));
    }

    static Shape Sizes(string sizes) => new([.. sizes.Split(' ').Select(int.Parse)]);

    // A sample is normalized in several blocks of groups.
    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public void Groups_that_fill_a_cache_have_the_gradients_of_their_channels(int groups)
    {
        const int Channels = 6, L = 61 * 67;
        var layer = new GroupNorm(groups, Channels);
        Randomize(layer.Weight, layer.Bias);
        float[] values = Draw.Floats(2 * Channels * L, 7), cotangent = Draw.Floats(values.Length, 8);
        var x = new Parameter(Tensor.From(values, [2, Channels, 61, 67]));
        double[] h = Normalize(Array.ConvertAll(values, static value => (double)value), groups, Channels / groups, L, null, null, 1e-5);
        var y = layer.Forward(x);
        y.Backward(Tensor.From(cotangent, y.Shape));
        double[] dgamma = new double[Channels], dbeta = new double[Channels];
        for (int i = 0; i < values.Length; i++)
        {
            dgamma[i / L % Channels] += cotangent[i] * h[i];
            dbeta[i / L % Channels] += cotangent[i];
        }

        Near.Equal(dgamma, layer.Weight!.Grad!.AsSpan(), 3e-6);
        Near.Equal(dbeta, layer.Bias!.Grad!.AsSpan(), 3e-6);
        foreach (float[] group in x.Grad!.ToArray().Chunk(Channels / groups * L))
            Assert.Equal(0, group.Average(static value => (double)value), 1e-6); // a shift of a group changes nothing
    }

    [Theory]
    [InlineData("6 4", 1, true, true)]
    [InlineData("3 2 5", 2, true, true)]
    [InlineData("9 33", 1, true, false)]
    [InlineData("2 70", 1, false, false)]
    [InlineData("5", 1, true, true)]
    [InlineData("1 17", 1, true, true)]
    public void The_gradients_of_a_layer_normalization(string sizes, int axes, bool affine, bool bias)
    {
        Shape shape = Sizes(sizes), normalized = new(shape.ToArray().AsSpan()[^axes..]);
        var layer = new LayerNorm(normalized, 1e-3, affine, bias);
        Randomize(layer.Weight, layer.Bias);
        Assert.Equal((affine, affine && bias), (layer.Weight is not null, layer.Bias is not null));
        var x = Draw.Weights(shape, 7);
        Parameter[] inputs = !affine ? [x] : bias ? [x, layer.Weight!, layer.Bias!] : [x, layer.Weight!];
        GradientCheck.Run(inputs, () => layer.Forward(x),
            v => Normalize(v[0], 1, normalized.Length, 1, affine ? v[1] : null, bias && affine ? v[2] : null, 1e-3));
    }

    [Theory]
    [InlineData("6 4", 1, true)]
    [InlineData("3 2 5", 2, true)]
    [InlineData("2 70", 1, false)]
    public void A_root_mean_square_normalization_is_its_formula(string sizes, int axes, bool affine)
    {
        Shape shape = Sizes(sizes), normalized = new(shape.ToArray().AsSpan()[^axes..]);
        foreach (double? eps in new double?[] { null, 0.1 })
        {
            var layer = new RMSNorm(normalized, eps, affine);
            Randomize(layer.Weight, null);
            var x = Draw.Weights(shape, 7);
            GradientCheck.Run(affine ? [x, layer.Weight!] : [x], () => layer.Forward(x),
                v => Normalize(v[0], 1, normalized.Length, 1, affine ? v[1] : null, null, eps ?? Math.Pow(2, -23), rms: true));
        }
    }

    [Theory]
    [InlineData("5 6", 2, true)]
    [InlineData("3 6 7", 3, true)]
    [InlineData("2 4 3 3", 1, false)]
    [InlineData("2 4 17 2", 4, true)]
    [InlineData("1 2 2 3 2", 2, true)]
    public void The_gradients_of_a_group_normalization(string sizes, int groups, bool affine)
    {
        Shape shape = Sizes(sizes);
        int c = shape[1], l = shape.Length / (shape[0] * c);
        var layer = new GroupNorm(groups, c, 1e-3, affine);
        Randomize(layer.Weight, layer.Bias);
        var x = Draw.Weights(shape, 7);
        GradientCheck.Run(affine ? [x, layer.Weight!, layer.Bias!] : [x], () => layer.Forward(x),
            v => Normalize(v[0], groups, c / groups, l, affine ? v[1] : null, affine ? v[2] : null, 1e-3));
    }

    [Theory]
    [InlineData("3 4 7", true)]
    [InlineData("2 3 19 3", false)]
    [InlineData("2 2 2 3 4", true)]
    public void The_gradients_of_an_instance_normalization(string sizes, bool affine)
    {
        Shape shape = Sizes(sizes);
        int c = shape[1], l = shape.Length / (shape[0] * c);
        InstanceNorm layer = shape.Rank switch
        {
            3 => new InstanceNorm1d(c, 1e-3, affine: affine, trackRunningStats: true),
            4 => new InstanceNorm2d(c, 1e-3, affine: affine, trackRunningStats: true),
            _ => new InstanceNorm3d(c, 1e-3, affine: affine, trackRunningStats: true),
        };
        Randomize(layer.Weight, layer.Bias);
        var x = Draw.Weights(shape, 7);
        Parameter[] inputs = affine ? [x, layer.Weight!, layer.Bias!] : [x];
        GradientCheck.Run(inputs, () => layer.Forward(x),
            v => Normalize(v[0], c, 1, l, affine ? v[1] : null, affine ? v[2] : null, 1e-3));

        layer.Eval();
        double[] means = [.. layer.RunningMean!.ToArray()], variances = [.. layer.RunningVar!.ToArray()];
        GradientCheck.Run(inputs, () => layer.Forward(x),
            v => Reference.Normalize(v[0], c, l, affine ? v[1] : null, affine ? v[2] : null, 1e-3, means, variances));
    }

    [Theory]
    [InlineData("2 7 5", 5)]
    [InlineData("1 3 2 9", 2)]
    [InlineData("2 4 19 1 1", 1)]
    public void The_gradients_of_a_local_response_normalization(string sizes, int size)
    {
        Shape shape = Sizes(sizes);
        int c = shape[1], l = shape.Length / (shape[0] * c);
        var layer = new LocalResponseNorm(size, alpha: 0.8, beta: 0.6, k: 1.5);
        var x = Draw.Weights(shape, 7);
        GradientCheck.Run([x], () => layer.Forward(x), v =>
        {
            double[] y = new double[v[0].Length];
            for (int i = 0; i < y.Length; i++)
            {
                double sum = 0;
                for (int j = -(size / 2); j <= (size - 1) / 2; j++)
                {
                    int channel = i / l % c + j;
                    if (channel >= 0 && channel < c)
                        sum += v[0][i + j * l] * v[0][i + j * l];
                }

                y[i] = v[0][i] * Math.Pow(1.5 + 0.8 / size * sum, -0.6);
            }

            return y;
        });
    }

    [Fact]
    public void Frozen_parameters_and_inputs_gather_nothing_and_the_others_what_they_should()
    {
        foreach (var (x, groups) in new[] { (Draw.Weights([5, 6], 1), 2), (Draw.Weights([2, 6, 9], 1), 3) })
        {
            int l = x.Length / (x.Shape[0] * 6);
            for (int frozen = 1; frozen < 7; frozen++)
            {
                var layer = new GroupNorm(groups, 6);
                Randomize(layer.Weight, layer.Bias);
                (x.Frozen, layer.Weight!.Frozen, layer.Bias!.Frozen) = ((frozen & 1) != 0, (frozen & 2) != 0, (frozen & 4) != 0);
                GradientCheck.Run([x, layer.Weight, layer.Bias], () => layer.Forward(x),
                    v => Normalize(v[0], groups, 6 / groups, l, v[1], v[2], 1e-5));
            }
        }
    }

    // The gradient that arrives is somebody else's too: it must not be written over.
    [Fact]
    public void A_gradient_with_another_holder_stays_as_it_is()
    {
        var (layer, x, y) = (new LayerNorm(9), Draw.Weights([4, 9], 1), Draw.Weights([4, 9], 2));
        var cotangent = Draw.Data([4, 9], 3);
        int[] before = Draw.Bits(cotangent.AsSpan());
        (layer.Forward(x) + y).Backward(cotangent);
        Assert.Equal(before, Draw.Bits(cotangent.AsSpan()));
        Assert.Equal(before, Draw.Bits(y.Grad!.AsSpan()));
    }

    // A graph keeps gamma as it was when it was recorded.
    [Fact]
    public void A_backward_pass_behind_an_optimizers_step_uses_the_old_scale()
    {
        float[] Gradient(bool change)
        {
            var (layer, x) = (new LayerNorm(9), Draw.Weights([4, 9], 1));
            var y = layer.Forward(x);
            if (change)
                layer.Weight!.CopyFrom(Draw.Floats(9, 5));
            y.Backward(Draw.Data([4, 9], 3));
            return x.Grad!.ToArray();
        }

        Assert.Equal(Gradient(change: false), Gradient(change: true));
    }

    [Fact]
    public void Layers_tell_what_they_are()
    {
        Assert.Equal(
            "LayerNorm([768]), LayerNorm([3, 5]), RMSNorm([64]), GroupNorm(32, 256), InstanceNorm2d(8), LocalResponseNorm(5, alpha: 0.0001, beta: 0.75, k: 1)",
            $"{new LayerNorm(768)}, {new LayerNorm([3, 5])}, {new RMSNorm(64)}, {new GroupNorm(32, 256)}, {new InstanceNorm2d(8)}, {new LocalResponseNorm(5)}");
        Assert.Equal("Dropout(0.5), Identity(), LeakyReLU(0.01), GELU(), GELU(approximate: Tanh), SiLU(), Sigmoid(), Tanh()",
            $"{new Dropout()}, {new Identity()}, {new LeakyReLU()}, {new GELU()}, {new GELU(GeluApproximation.Tanh)}, {new SiLU()}, {new Sigmoid()}, {new Tanh()}");
        Assert.Equal(["weight"], new RMSNorm(3).StateDict().Keys);
        Assert.Equal(["weight"], new LayerNorm(3, bias: false).StateDict().Keys);
        Assert.Empty(new InstanceNorm1d(3).StateDict().Keys);
        Assert.Equal([0, 3], new LayerNorm(3).Forward(Tensor.Zeros([0, 3])).Shape.ToArray());
        Assert.Equal([0, 4, 2, 2], new GroupNorm(2, 4).Forward(Tensor.Zeros([0, 4, 2, 2])).Shape.ToArray());
    }

    [Fact]
    public void What_cannot_be_normalized_is_refused_with_the_remedy()
    {
        Refused("LayerNorm([3, 5]): expected input [..., 3, 5], got [2, 5, 3]. Its last axes must be those of normalizedShape: change it, or the layer before.",
            () => new LayerNorm([3, 5]).Forward(Tensor.Zeros([2, 5, 3])));
        Refused("RMSNorm([3, 5]): expected input [..., 3, 5], got [5]. Its last axes must be those of normalizedShape: change it, or the layer before.",
            () => new RMSNorm([3, 5]).Forward(Tensor.Zeros([5])));
        Refused("LayerNorm: expected the sizes of one or more trailing axes, got none. For inputs [N, 768] it is [768].",
            () => new LayerNorm(Shape.Scalar));
        Refused("RMSNorm: expected axes of at least 1 value, got [2, 0].", () => new RMSNorm([2, 0]));
        Refused("LayerNorm: expected eps of 0 or more, got -1.", () => new LayerNorm(3, eps: -1));
        Refused("GroupNorm: 10 channels do not divide into 4 groups. Choose a number of groups that divides them.",
            () => new GroupNorm(4, 10));
        Refused("GroupNorm: expected at least 1 group and 1 channel, got 0 groups of 4 channels.", () => new GroupNorm(0, 4));
        Refused("GroupNorm: expected eps of 0 or more, got NaN.", () => new GroupNorm(2, 4, double.NaN));
        Refused("GroupNorm(2, 4): expected input [N, 4] or [N, 4, ...], got [3, 6]. The layer before it must produce 4 channels.",
            () => new GroupNorm(2, 4).Forward(Tensor.Zeros([3, 6])));
        Refused("GroupNorm(4, 4): expected more than 1 value per group, got input [3, 4, 1]. One value has no variance. Use fewer groups, or an input of more values a channel.",
            () => new GroupNorm(4, 4).Forward(Tensor.Zeros([3, 4, 1])));
        Refused("InstanceNorm2d(4): expected input [N, 4, H, W] or [4, H, W], got [2, 3, 8, 8]. The layer before it must produce 4 channels.",
            () => new InstanceNorm2d(4).Forward(Tensor.Zeros([2, 3, 8, 8])));
        Refused("InstanceNorm2d(4): expected input [N, 4, H, W] or [4, H, W], got [3, 8, 8]. The layer before it must produce 4 channels.",
            () => new InstanceNorm2d(4).Forward(Tensor.Zeros([3, 8, 8])));
        var single = Tensor.Randn([4, 5, 6], new Generator(1));
        foreach (bool tracked in new[] { false, true })
        {
            InstanceNorm2d one = new(4, affine: true, trackRunningStats: tracked), batch = new(4, affine: true, trackRunningStats: tracked);
            Assert.Equal(batch.Forward(single.Unsqueeze(0)).ToArray(), one.Forward(single).ToArray());
            Assert.Equal([4, 5, 6], one.Forward(single).Shape.ToArray());
        }

        Refused("InstanceNorm1d(4): expected input [N, 4, L] or [4, L], got [2, 4, 8, 8]. There are InstanceNorm1d for [N, C, L], InstanceNorm2d for [N, C, H, W] and InstanceNorm3d for [N, C, D, H, W].",
            () => new InstanceNorm1d(4).Forward(Tensor.Zeros([2, 4, 8, 8])));
        Refused("InstanceNorm2d(4): expected more than 1 value per channel and sample, got input [2, 4, 1, 1]. One value has no variance. Use larger inputs or less pooling before it.",
            () => new InstanceNorm2d(4).Forward(Tensor.Zeros([2, 4, 1, 1])));
        Refused("InstanceNorm2d(4): expected more than 1 value per channel and sample when training, got input [2, 4, 1, 1]. One value has no variance. Use larger inputs or less pooling before it, or call Eval() first.",
            () => new InstanceNorm2d(4, trackRunningStats: true).Forward(Tensor.Zeros([2, 4, 1, 1])));
        Refused("InstanceNorm3d: expected a momentum from 0 to 1, got 1.5. It is the weight of the newest batch.",
            () => new InstanceNorm3d(4, momentum: 1.5));
        Refused("InstanceNorm1d: expected at least 1 feature, got 0.", () => new InstanceNorm1d(0));
        Refused("LocalResponseNorm: expected a size of at least 1 channel, got 0.", () => new LocalResponseNorm(0));
        Refused("LocalResponseNorm: expected alpha of 0 or more, k above 0 and a finite beta, got alpha 1, beta 0.5 and k 0. With others the divisor can be 0.",
            () => new LocalResponseNorm(2, 1, 0.5, 0));
        Refused("LocalResponseNorm(2, alpha: 0.0001, beta: 0.75, k: 1): expected input [N, C, L], [N, C, H, W] or [N, C, D, H, W], got [2, 3]. It works across channels at each position: Reshape [N, C] to [N, C, 1].",
            () => new LocalResponseNorm(2).Forward(Tensor.Zeros([2, 3])));
        Refused("Dropout: expected a probability from 0 to 1, got 1.5.", () => new Dropout(1.5));
        Refused("LeakyReLU: expected a finite slope, got NaN.", () => new LeakyReLU(float.NaN));
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
