namespace Ballast.Tests;

/// <summary>The gradients of the layers and the loss against central differences in double.</summary>
public class LayerGradientTests
{
    static Linear MakeLinear(int inputs, int outputs, bool bias) => new(inputs, outputs, bias, new Generator(1));

    [Theory]
    [InlineData(1, 1, 1, true)]
    [InlineData(4, 3, 5, true)]
    [InlineData(4, 3, 5, false)]
    [InlineData(10, 17, 5, true)]
    [InlineData(3, 33, 31, false)]
    public void Linear(int n, int inputs, int outputs, bool bias)
    {
        var layer = MakeLinear(inputs, outputs, bias);
        var x = Draw.Weights([n, inputs], 2);
        GradientCheck.Run(bias ? [x, layer.Weight, layer.Bias!] : [x, layer.Weight], () => layer.Forward(x),
            v => Reference.Linear(v[0], v[1], bias ? v[2] : null, inputs, outputs));
    }

    [Fact]
    public void Linear_over_three_axes_and_over_one()
    {
        var layer = MakeLinear(4, 3, bias: true);
        foreach (Shape shape in new Shape[] { [2, 5, 4], [4] })
        {
            var x = Draw.Weights(shape, 3);
            Assert.Equal(shape.WithLast(3), layer.Forward(x).Shape);
            GradientCheck.Run([x, layer.Weight, layer.Bias!], () => layer.Forward(x),
                static v => Reference.Linear(v[0], v[1], v[2], 4, 3));
        }
    }

    // From 16,384 weights on the gradient is kept as two factors; reading it multiplies them.
    [Fact]
    public void Linear_with_a_gradient_in_two_factors()
    {
        var layer = new Linear(2100, 8, bias: false, new Generator(4));
        var x = Draw.Data([3, 2100], 5);
        var cotangent = Draw.Data([3, 8], 6);
        layer.Forward(x).Backward(cotangent);
        Assert.NotNull(layer.Weight.Gradient.Recipe);
        double[] expected = Reference.MatMul(
            Reference.Transpose(Doubles(cotangent), 3, 8), Doubles(x), 8, 3, 2100);
        Near.Equal(expected, layer.Weight.Grad!.AsSpan(), 1e-6);

        static double[] Doubles(Tensor tensor) => Array.ConvertAll(tensor.ToArray(), static value => (double)value);
    }

    public static TheoryData<string, string, bool, bool> Normalizations
    {
        get
        {
            var data = new TheoryData<string, string, bool, bool>();
            foreach (string shape in new[] { "6 4", "5 3 7", "2 1", "3 17", "2 2 1", "1 3 9", "9 70" })
            {
                foreach (string mode in new[] { "training", "evaluation", "untracked" })
                {
                    data.Add(shape, mode, true, false);
                    data.Add(shape, mode, true, true);
                    data.Add(shape, mode, false, false);
                    data.Add(shape, mode, false, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Normalizations))]
    public void Batch_normalization_in_every_mode(string sizes, string mode, bool affine, bool relu)
    {
        Shape shape = new([.. sizes.Split(' ').Select(int.Parse)]);
        int channels = shape[1], l = shape.Rank == 3 ? shape[2] : 1;
        var layer = new BatchNorm1d(channels, eps: 1e-3, affine: affine, trackRunningStats: mode != "untracked");
        Randomize(layer);
        layer.Train(mode == "training");
        double[]? means = null, variances = null;
        if (mode == "evaluation")
        {
            means = Array.ConvertAll(layer.RunningMean!.ToArray(), static value => (double)value);
            variances = Array.ConvertAll(layer.RunningVar!.ToArray(), static value => (double)value);
        }

        var x = Draw.Weights(shape, 7);
        GradientCheck.Run(affine ? [x, layer.Weight!, layer.Bias!] : [x],
            () => relu ? layer.Forward(x).Relu() : layer.Forward(x),
            v =>
            {
                double[] y = Reference.Normalize(
                    v[0], channels, l, affine ? v[1] : null, affine ? v[2] : null, 1e-3, means, variances);
                return relu ? Reference.Relu(y) : y;
            });
    }

    static void Randomize(BatchNorm1d layer)
    {
        int channels = layer.NumFeatures;
        layer.Weight?.CopyFrom(Draw.Floats(channels, 8, 0.5f, 1.5f));
        layer.Bias?.CopyFrom(Draw.Floats(channels, 9, -1, 1));
        var state = layer.StateDict();
        if (layer.RunningMean is null)
            return;
        var loaded = new StateDict();
        foreach (var (key, entry) in state)
        {
            loaded.Add(key, key switch
            {
                "running_mean" => new StateEntry(Tensor.From(Draw.Floats(channels, 10, -1, 1), [channels])),
                "running_var" => new StateEntry(Tensor.From(Draw.Floats(channels, 11, 0.5f, 2), [channels])),
                _ => entry,
            });
        }

        layer.LoadStateDict(loaded);
    }

    [Fact]
    public void A_normalization_that_a_relu_and_something_else_read()
    {
        var layer = new BatchNorm1d(5);
        Randomize(layer);
        var x = Draw.Weights([7, 5], 12);
        GradientCheck.Run([x, layer.Weight!, layer.Bias!],
            () =>
            {
                var y = layer.Forward(x);
                return y.Relu() * 2f + y;
            },
            static v =>
            {
                double[] y = Reference.Normalize(v[0], 5, 1, v[1], v[2], 1e-5);
                return Array.ConvertAll(y, static value => 2 * Math.Max(value, 0) + value);
            });
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void A_normalization_with_frozen_parameters_or_input(bool freezeScale, bool freezeShift)
    {
        var layer = new BatchNorm1d(3);
        Randomize(layer);
        (layer.Weight!.Frozen, layer.Bias!.Frozen) = (freezeScale, freezeShift);
        var x = Draw.Weights([6, 3], 13);
        foreach (bool freezeInput in new[] { false, true })
        {
            if (freezeInput && freezeScale && freezeShift)
                continue;
            x.Frozen = freezeInput;
            GradientCheck.Run([x, layer.Weight!, layer.Bias!], () => layer.Forward(x).Relu(),
                static v => Reference.Relu(Reference.Normalize(v[0], 3, 1, v[1], v[2], 1e-5)));
        }
    }

    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.Sum)]
    [InlineData(Reduction.None)]
    public void Cross_entropy(Reduction reduction)
    {
        foreach (var (n, c) in new[] { (1, 1), (1, 2), (4, 10), (7, 3), (2, 67) })
        {
            var x = Draw.Weights([n, c], 14);
            int[] labels = [.. Enumerable.Range(0, n).Select(i => i * 7 % c)];
            GradientCheck.Run([x], () => new CrossEntropyLoss(reduction).Forward(x, Tensor.FromInt64(labels)),
                v =>
                {
                    double[] losses = Reference.CrossEntropy(v[0], labels);
                    return reduction switch
                    {
                        Reduction.Mean => [losses.Average()],
                        Reduction.Sum => [losses.Sum()],
                        _ => losses,
                    };
                });
        }
    }

    [Fact]
    public void The_tutorials_network_in_small()
    {
        var (first, norm, last) = (MakeLinear(12, 6, bias: true), new BatchNorm1d(6), MakeLinear(6, 4, bias: true));
        Randomize(norm);
        var net = new Sequential(new Flatten(), first, norm, new ReLU(), last);
        var x = Draw.Weights([5, 3, 2, 2], 15);
        int[] labels = [0, 1, 2, 3, 0];
        GradientCheck.Run([x, first.Weight, first.Bias!, norm.Weight!, norm.Bias!, last.Weight, last.Bias!],
            () => new CrossEntropyLoss().Forward(net.Forward(x), Tensor.FromInt64(labels)),
            v =>
            {
                double[] h = Reference.Linear(v[0], v[1], v[2], 12, 6);
                h = Reference.Relu(Reference.Normalize(h, 6, 1, v[3], v[4], 1e-5));
                return [Reference.CrossEntropy(Reference.Linear(h, v[5], v[6], 6, 4), labels).Average()];
            });
    }
}
