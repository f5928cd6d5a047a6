namespace Ballast.Tests;

/// <summary>Residual blocks, where sums, normalizations and ReLUs are parts of what a convolution reads and writes: whoever reads
/// in between changes nothing but rounding, and nothing at all where no gradients are recorded.</summary>
public class ResidualTests
{
    // The layers of a residual block, and the way around them; read says whether somebody looks at every value on the way.
    sealed class Block : Module
    {
        readonly Module[] inside;
        readonly Module[] around;

        public Block(int inputs, int outputs, int stride, int seed)
        {
            var random = new Generator(seed);
            inside =
            [
                new Conv2d(inputs, outputs, 3, stride, 1, bias: false, generator: random), new BatchNorm2d(outputs), new ReLU(),
                new Conv2d(outputs, outputs, 3, 1, 1, bias: false, generator: random), new BatchNorm2d(outputs),
            ];
            around = stride == 1 && inputs == outputs ? [] :
                [new Conv2d(inputs, outputs, 1, stride, bias: false, generator: random), new BatchNorm2d(outputs)];
            foreach (var (i, module) in inside.Concat(around).Index())
                Register($"layer{i}", module);
        }

        public bool Read { get; set; }

        public override Tensor Forward(Tensor input)
        {
            Tensor y = input, x = input;
            foreach (var layer in inside)
                y = Look(layer.Forward(y));
            foreach (var layer in around)
                x = Look(layer.Forward(x));
            return Look(Look(y + x).Relu());
        }

        Tensor Look(Tensor tensor)
        {
            if (Read)
                tensor.AsSpan();
            return tensor;
        }
    }

    // [gradient of each parameter], after a forward and a backward pass through three blocks.
    static (float[] Output, List<float[]> Gradients) Train(int channels, int size, int stride, bool read, bool more)
    {
        Block[] blocks =
            [new(channels, channels, 1, 1), new(channels, channels, 1, 2), new(channels, 2 * channels, stride, 3), new(2 * channels, 2 * channels, 1, 4)];
        var x = Draw.Weights([3, channels, size, size], 5);
        Tensor y = x;
        var middle = y;
        foreach (var (i, block) in blocks.Index())
        {
            block.Read = read;
            y = block.Forward(y);
            if (i == 1)
                middle = y;
        }

        float[] output = y.ToArray();
        var loss = (y * Draw.Data(y.Shape, 6)).Sum();
        if (more)
            loss = loss + (middle * Draw.Data(middle.Shape, 7)).Sum() + (middle * middle).Sum();
        loss.Backward();
        return (output, [x.Grad!.ToArray(), .. blocks.SelectMany(static block => block.Parameters()).Select(static p => p.Grad!.ToArray())]);
    }

    [Theory]
    [InlineData(16, 9, 2, false)]
    [InlineData(16, 8, 1, true)]
    [InlineData(5, 7, 2, true)]
    [InlineData(32, 20, 2, false)]
    public void Blocks_give_the_gradients_that_their_parts_give(int channels, int size, int stride, bool more)
    {
        var fused = Train(channels, size, stride, read: false, more);
        var parts = Train(channels, size, stride, read: true, more);
        // A ReLU that rounding opens or closes changes a gradient by one pixel's share: the sizes are small enough that none is.
        Near.Equal(Array.ConvertAll(parts.Output, static v => (double)v), fused.Output, 2e-5, "output");
        for (int i = 0; i < parts.Gradients.Count; i++)
            Near.Equal(Array.ConvertAll(parts.Gradients[i], static v => (double)v), fused.Gradients[i], 1e-4, $"gradient {i}");
    }

    [Theory]
    [InlineData(16, 16, 3, 1, 1)]
    [InlineData(16, 32, 3, 2, 1)]
    [InlineData(5, 7, 3, 1, 1)]
    [InlineData(6, 6, 3, 1, 6)]
    [InlineData(16, 48, 1, 1, 1)]
    public void A_convolution_that_records_nothing_takes_a_sum_and_a_relu_along(int inputs, int outputs, int kernel, int stride, int groups)
    {
        var layer = new Conv2d(inputs, outputs, kernel, stride, kernel / 2, groups: groups, generator: new Generator(1));
        var x = Draw.Data([2, inputs, 9, 9], 2);
        var shape = layer.OutputShape(x.Shape);
        var more = Draw.Data(shape, 3);
        using var off = Tensor.NoGrad();

        float[] Run(bool read, Func<Tensor, Tensor> behind)
        {
            var y = layer.Forward(x);
            Assert.NotNull(y.Recipe);
            if (read)
                y.AsSpan();
            return behind(y).ToArray();
        }

        Func<Tensor, Tensor>[] ends =
        [
            static y => y, static y => y.Relu(), y => y + more, y => more + y, y => (y + more).Relu(), static y => y + y,
            y => y + layer.Forward(x), y => (y.Relu() + more).Relu(), y => y + more + more,
        ];
        foreach (var end in ends)
            Assert.Equal(Draw.Bits(Run(read: true, end)), Draw.Bits(Run(read: false, end)));
    }

    [Fact]
    public void A_convolution_that_is_not_yet_computed_gives_the_values_of_the_moment_it_was_made()
    {
        var layer = new Conv2d(16, 16, 3, padding: 1, generator: new Generator(1));
        var x = Draw.Weights([2, 16, 6, 6], 2);
        using var off = Tensor.NoGrad();
        float[] expected = layer.Forward(x).ToArray();
        var unread = layer.Forward(x);
        var open = unread.Relu();
        layer.Weight.CopyFrom(new float[layer.Weight.Length]);
        layer.Bias!.CopyFrom(new float[16]);
        x.CopyFrom(new float[x.Length]);
        Assert.Equal(expected, unread.ToArray());
        Assert.Equal(expected.Select(static value => Math.Max(value, 0)), open.ToArray());
    }
}
