namespace Ballast.Tests;

/// <summary>Filter response normalization and EvoNorm as layers of a network: orders of memory, threads, frozen parameters,
/// refusals.</summary>
public sealed class SampleNormLayerTests : IDisposable
{
    readonly int threads = Compute.Threads;

    public void Dispose() => Compute.Threads = threads;

    static Module Make(string name, int c) => name switch
    {
        "frn" => new FilterResponseNorm(c, learnEps: true),
        "b0" => new EvoNormB0(c),
        _ => new EvoNormS0(c, 2),
    };

    // Behind a convolution values lie channels last; the layer has to give the same there, and hand on the same gradient.
    [Theory]
    [InlineData("frn", 32, 18)]
    [InlineData("b0", 32, 18)]
    [InlineData("s0", 32, 18)]
    [InlineData("frn", 6, 5)]
    [InlineData("b0", 6, 5)]
    [InlineData("s0", 6, 5)]
    public void Between_convolutions_it_is_the_same_layer(string name, int c, int size)
    {
        var (layer, plain) = (Make(name, c), Make(name, c));
        SampleNormTests.Randomize(layer);
        plain.LoadStateDict(layer.StateDict());
        var convolution = new Conv2d(3, c, 3, padding: 1, generator: new Generator(1));
        var next = new Conv2d(c, 4, 3, generator: new Generator(2));
        var images = Draw.Data([3, 3, size, size], 3);
        var middle = convolution.Forward(images);
        var copy = new Parameter(convolution.Forward(images).Clone()); // row-major
        var cotangent = Draw.Data([3, 4, size - 2, size - 2], 4);

        var normalized = layer.Forward(middle);
        Assert.True(normalized.Recipe is ChannelsLast);
        var output = next.Forward(normalized);
        var expected = next.Forward(plain.Forward(copy));
        Near.Equal(expected.AsSpan(), output.AsSpan(), 1e-5);
        output.Backward(cotangent);
        next.ZeroGrad();
        expected.Backward(cotangent);
        foreach (var (one, other) in layer.Parameters().Zip(plain.Parameters()))
            Near.Equal(other.Grad!.AsSpan(), one.Grad!.AsSpan(), 2e-5);

        // What reaches the convolution's weight is made of the gradient of its result.
        float[] given = convolution.Weight.Grad!.ToArray();
        convolution.ZeroGrad();
        convolution.Forward(images).Backward(copy.Grad!);
        Near.Equal(convolution.Weight.Grad!.AsSpan(), given, 2e-5);
    }

    [Theory]
    [InlineData("frn", false)]
    [InlineData("frn", true)]
    [InlineData("b0", false)]
    [InlineData("b0", true)]
    [InlineData("s0", false)]
    [InlineData("s0", true)]
    public void Any_number_of_threads_gives_the_same_bits(string name, bool last)
    {
        int[] Bits(int count)
        {
            Compute.Threads = count;
            var layer = Make(name, 20);
            SampleNormTests.Randomize(layer);
            var convolution = new Conv2d(20, 20, 1, generator: new Generator(1));
            var x = Draw.Weights([13, 20, 19, 21], 5);
            var y = layer.Forward(last ? convolution.Forward(x) : x);
            int[] output = Draw.Bits(y.AsSpan());
            y.Backward(Draw.Data(x.Shape, 6));
            return [.. output, .. Draw.Bits(x.Grad!.AsSpan()), .. layer.Parameters().SelectMany(static p => Draw.Bits(p.Grad!.AsSpan())),
                .. layer.StateDict().SelectMany(static entry => Draw.Bits(entry.Value.Tensor.AsSpan()))];
        }

        int[] one = Bits(1);
        Assert.Equal(one, Bits(2));
        Assert.Equal(one, Bits(3));
        Assert.Equal(one, Bits(1));
    }

    [Fact]
    public void Half_of_the_gradient_passes_at_the_threshold()
    {
        var layer = new FilterResponseNorm(1);
        var x = new Parameter(Tensor.From([0, 2, -2, 0], [1, 1, 4]));
        layer.Forward(x).Backward(Tensor.From([1, 0, 4, 2], [1, 1, 4]));
        // beta gets half of what is at y = tau = 0, tau the other half and all that is below.
        Assert.Equal((1.5f, 5.5f), (layer.Bias.Grad!.Item(), layer.Tau!.Grad!.Item()));
    }

    [Theory]
    [InlineData("frn")]
    [InlineData("b0")]
    [InlineData("s0")]
    public void Frozen_parameters_gather_nothing_shared_gradients_stay_and_graphs_keep_old_parameters(string name)
    {
        (float[] Input, float[]? Last) Gradients(bool frozen, bool change)
        {
            var layer = Make(name, 4);
            SampleNormTests.Randomize(layer);
            var parameters = layer.Parameters().ToArray();
            parameters[0].Frozen = parameters[2].Frozen = frozen;
            var (x, other) = (Draw.Weights([3, 4, 7], 1), Draw.Weights([3, 4, 7], 2));
            var y = layer.Forward(x);
            if (change)
                Array.ForEach(parameters, static parameter => parameter.CopyFrom(Draw.Floats(4, 9)));
            var cotangent = Draw.Data(x.Shape, 3);
            int[] before = Draw.Bits(cotangent.AsSpan());
            (y + other).Backward(cotangent);
            Assert.Equal(before, Draw.Bits(cotangent.AsSpan()));
            Assert.Equal(before, Draw.Bits(other.Grad!.AsSpan()));
            Assert.Equal(frozen, parameters[0].Grad is null);
            Assert.Equal(frozen, parameters[2].Grad is null);
            return (x.Grad!.ToArray(), parameters[1].Grad!.ToArray());
        }

        var usual = Gradients(frozen: false, change: false);
        Assert.Equal(usual, Gradients(frozen: true, change: false), Same);
        Assert.Equal(usual, Gradients(frozen: false, change: true), Same);

        // Data want no gradient; the parameters do.
        var alone = Make(name, 4);
        alone.Forward(Draw.Data([3, 4, 7], 1)).Backward(Draw.Data([3, 4, 7], 3));
        Assert.All(alone.Parameters(), static parameter => Assert.NotNull(parameter.Grad));
        using var off = Tensor.NoGrad();
        Assert.False(alone.Forward(Draw.Weights([3, 4, 7], 1)).RequiresGrad);

        static bool Same((float[] Input, float[]? Last) a, (float[] Input, float[]? Last) b) =>
            a.Input.AsSpan().SequenceEqual(b.Input) && a.Last.AsSpan().SequenceEqual(b.Last);
    }

    [Fact]
    public void Layers_tell_what_they_are_and_what_they_do_not_take()
    {
        Assert.Equal("FilterResponseNorm(8), EvoNormB0(8), EvoNormS0(64, groups: 32)",
            $"{new FilterResponseNorm(8)}, {new EvoNormB0(8)}, {new EvoNormS0(64)}");
        Assert.Equal([0, 4, 2], new FilterResponseNorm(4).Forward(Tensor.Zeros([0, 4, 2])).Shape.ToArray());
        Refused("FilterResponseNorm: expected at least 1 feature, got 0.", static () => new FilterResponseNorm(0));
        Refused("FilterResponseNorm: expected eps above 0, got 0.", static () => new FilterResponseNorm(3, 0));
        Refused("FilterResponseNorm(4): expected input [N, 4] or [N, 4, ...], got [2, 3, 5, 5]. The layer before it must produce 4 channels.",
            static () => new FilterResponseNorm(4).Forward(Tensor.Zeros([2, 3, 5, 5])));
        Refused("EvoNormB0: expected at least 1 feature, got -1.", static () => new EvoNormB0(-1));
        Refused("EvoNormB0: expected eps of 0 or more, got NaN.", static () => new EvoNormB0(3, double.NaN));
        Refused("EvoNormB0: expected a momentum from 0 to 1, got 2. It is the weight of the newest batch.",
            static () => new EvoNormB0(3, momentum: 2));
        Refused("EvoNormB0(4): expected input [N, 4] or [N, 4, ...], got [4]. The layer before it must produce 4 channels.",
            static () => new EvoNormB0(4).Forward(Tensor.Zeros([4])));
        Refused("EvoNormB0(4): expected more than 1 value per channel where a batch's own statistics are used, got input [1, 4, 1]. One value has no variance. Use a larger batch, or leave the last incomplete one out (DataLoader with dropLast: true).",
            static () => new EvoNormB0(4).Forward(Tensor.Zeros([1, 4, 1])));
        var evaluated = new EvoNormB0(4);
        evaluated.Eval();
        evaluated.Forward(Tensor.Zeros([1, 4, 1]));
        Refused("EvoNormS0: expected at least 1 feature and 1 group, got 4 features and 0 groups.", static () => new EvoNormS0(4, 0));
        Refused("EvoNormS0: 40 channels do not divide into 32 groups. Choose a number of groups that divides them.",
            static () => new EvoNormS0(40));
        Refused("EvoNormS0: expected eps of 0 or more, got -1.", static () => new EvoNormS0(32, eps: -1));
        Refused("EvoNormS0(4, groups: 4): expected more than 1 value per group, got input [3, 4, 1, 1]. One value has no variance. Use fewer groups, or an input of more values a channel.",
            static () => new EvoNormS0(4, 4).Forward(Tensor.Zeros([3, 4, 1, 1])));
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
