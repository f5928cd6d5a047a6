namespace Ballast.Tests;

public sealed class PoolingTests : IDisposable
{
    readonly int threads = Compute.Threads;

    public void Dispose() => Compute.Threads = threads;

    static Module[] Pools() =>
    [
        new MaxPool2d(2), new MaxPool2d(3, 2, 1), new MaxPool2d(3, 1, 1, ceilMode: true), new MaxPool2d(2, 2, 1, dilation: 2),
        new AvgPool2d(2), new AvgPool2d(3, 2, 1), new AvgPool2d(3, 2, 1, ceilMode: true, countIncludePad: false),
        new GlobalAvgPool2d(),
    ];

    [Theory]
    [InlineData(1, 6)]
    [InlineData(3, 5)]
    [InlineData(21, 4)]
    public void Gradients_meet_central_differences(int channels, int size)
    {
        foreach (var pool in Pools())
        {
            // Central differences need a step that changes no window's largest value: values differ by 1/64 or more.
            int length = 2 * channels * size * size;
            float[] values = [.. Enumerable.Range(0, length).Select(static i => i / 64f)];
            new Random(1).Shuffle(values);
            var x = new Parameter(Tensor.From(values, [2, channels, size, size]));
            GradientCheck.Run([x], () => pool.Forward(x), v => Plain(pool, v[0], channels, size));
        }
    }

    // The formula on [2, C, S, S], window by window.
    static double[] Plain(Module pool, double[] x, int channels, int size)
    {
        if (pool is GlobalAvgPool2d)
            return [.. x.Chunk(size * size).Select(static image => image.Average())];
        var settings = (Pooling)pool;
        int dilation = pool is MaxPool2d max ? max.Dilation[0] : 1, extent = dilation * (settings.KernelSize[0] - 1) + 1;
        var y = new List<double>();
        for (int image = 0; image < 2 * channels; image++)
        {
            foreach (int top in Starts())
            {
                foreach (int left in Starts())
                    y.Add(Window(x.AsSpan(image * size * size, size * size), top, left));
            }
        }

        return [.. y];

        List<int> Starts()
        {
            List<int> starts = [];
            for (int start = -settings.Padding[0]; start + extent <= size + settings.Padding[0]
                || (settings.CeilMode && start + extent < size + settings.Padding[0] + settings.Stride[0] && start < size);
                start += settings.Stride[0])
            {
                starts.Add(start);
            }

            return starts;
        }

        double Window(ReadOnlySpan<double> image, int top, int left)
        {
            double largest = double.NegativeInfinity, sum = 0;
            int inside = 0, padded = 0;
            for (int i = top; i < top + extent; i += dilation)
            {
                for (int j = left; j < left + extent; j += dilation)
                {
                    padded += i < size + settings.Padding[0] && j < size + settings.Padding[0] ? 1 : 0;
                    if (i < 0 || j < 0 || i >= size || j >= size)
                        continue;
                    inside++;
                    largest = Math.Max(largest, image[i * size + j]);
                    sum += image[i * size + j];
                }
            }

            return pool is AvgPool2d { CountIncludePad: var all } ? sum / (all ? padded : inside) : largest;
        }
    }

    [Fact]
    public void A_pool_reads_a_normalization_and_its_relu_without_their_being_written()
    {
        foreach (int channels in new[] { 3, 16, 37 })
        {
            foreach (bool relu in new[] { true, false })
            {
                for (int i = 0; i < Pools().Length; i++)
                {
                    var fused = Chain(Pools()[i], channels, relu, read: false);
                    var plain = Chain(Pools()[i], channels, relu, read: true);
                    Assert.Equal(plain.Output, fused.Output);
                    Assert.Equal(plain.Input, fused.Input);
                }
            }
        }
    }

    static (int[] Output, int[] Input) Chain(Module pool, int channels, bool relu, bool read)
    {
        var convolution = new Conv2d(2, channels, 3, padding: 1, generator: new Generator(1));
        var norm = new BatchNorm2d(channels);
        norm.Weight!.CopyFrom(Draw.Floats(channels, 2));
        norm.Bias!.CopyFrom(Draw.Floats(channels, 3, -1, 1));
        var x = Draw.Weights([3, 2, 6, 7], 4);
        var normal = norm.Forward(convolution.Forward(x));
        var open = relu ? normal.Relu() : normal;
        if (read)
            open.ToArray();
        var y = pool.Forward(open);
        if (!read)
            Assert.NotNull(open.Recipe); // still unread
        int[] output = Draw.Bits(y.AsSpan());
        y.Backward(Draw.Data(y.Shape, 5));
        return (output, Draw.Bits(x.Grad!.AsSpan()));
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        Shape shape = [3, 70, 20, 21]; // more than what one thread does alone
        foreach (var pool in Pools())
        {
            List<(int[], int[])> results = [];
            foreach (int count in new[] { 1, 2, 3 })
            {
                Compute.Threads = count;
                var x = Draw.Weights(shape, 1);
                var y = pool.Forward(x);
                int[] output = Draw.Bits(y.AsSpan());
                y.Backward(Draw.Data(y.Shape, 2));
                results.Add((output, Draw.Bits(x.Grad!.AsSpan())));
            }

            Assert.All(results, result =>
            {
                Assert.Equal(results[0].Item1, result.Item1);
                Assert.Equal(results[0].Item2, result.Item2);
            });
        }
    }

    // torch.nn.functional.max_pool2d gives these, gradients included.
    [Fact]
    public void What_is_not_a_number_is_the_largest_and_the_first_of_equals_is_chosen()
    {
        const float none = float.NaN, least = float.NegativeInfinity;
        foreach (int channels in new[] { 1, 19 })
        {
            Check(channels, [none, 1, 2, 3], none, [1, 0, 0, 0]);
            Check(channels, [1, 5, none, 9], none, [0, 0, 1, 0]);
            Check(channels, [none, 5, none, 9], none, [0, 0, 1, 0]);
            Check(channels, [least, least, least, least], least, [1, 0, 0, 0]);
            Check(channels, [2, 7, 7, 1], 7, [0, 1, 0, 0]);
        }

        static void Check(int channels, float[] window, float largest, float[] gradient)
        {
            var x = new Parameter(Tensor.From([.. Enumerable.Repeat(window, channels).SelectMany(static w => w)], [1, channels, 2, 2]));
            var y = new MaxPool2d(2).Forward(x);
            Assert.Equal(Enumerable.Repeat(largest, channels), y.ToArray());
            y.Backward(Tensor.Ones(y.Shape));
            Assert.Equal(Enumerable.Repeat(gradient, channels).SelectMany(static g => g), x.Grad!.ToArray());
        }
    }

    [Fact]
    public void Settings_and_inputs_that_cannot_work_are_refused()
    {
        Refused("MaxPool2d: expected a kernel, stride and dilation of at least 1 and a padding of at least 0, got kernel 0, stride 0, dilation 1, padding 0.",
            static () => new MaxPool2d(0));
        Refused("AvgPool2d: expected a kernel, stride and dilation of at least 1 and a padding of at least 0, got kernel 2, stride 2, dilation 1, padding -1.",
            static () => new AvgPool2d(2, padding: -1));
        Refused("MaxPool2d: expected a padding of at most half the kernel, so that every window has a value of the image, got padding 2 with kernel 3. Use a padding of at most 1, or a larger kernel.",
            static () => new MaxPool2d(3, 2, 2));
        Refused("MaxPool2d(3, stride: 2, padding: 1): expected input [N, C, H, W] or [C, H, W], got [8, 8]. It takes a batch of images, or one image.",
            static () => new MaxPool2d(3, 2, 1).Forward(Tensor.Zeros([8, 8])));
        Refused("AvgPool2d(2): expected input [N, C, H, W] or [C, H, W], got [1, 0, 8, 8]. It has no channels.",
            static () => new AvgPool2d(2).Forward(Tensor.Zeros([1, 0, 8, 8])));
        Refused("MaxPool2d(4): the window covers 4 x 4 pixels, the padded input [1, 3, 8, 3] has 8 x 3. Use a smaller kernel, more padding, or fewer layers that shrink the image before it.",
            static () => new MaxPool2d(4).Forward(Tensor.Zeros([1, 3, 8, 3])));
        Refused("MaxPool2d(2, padding: 1, dilation: 5, ceilMode: true): the window covers 6 x 6 pixels, the padded input [1, 3, 1, 8] has 3 x 10. Use a smaller kernel, more padding, or fewer layers that shrink the image before it.",
            static () => new MaxPool2d(2, padding: 1, dilation: 5, ceilMode: true).Forward(Tensor.Zeros([1, 3, 1, 8])));
        Refused("GlobalAvgPool2d(): expected input [N, C, H, W] or [C, H, W], got [2, 5]. It takes a batch of images, or one image.",
            static () => new GlobalAvgPool2d().Forward(Tensor.Zeros([2, 5])));
        var images = Draw.Data([1, 3, 4, 5], 1);
        Assert.Equal(new GlobalAvgPool2d().Forward(images).ToArray(), new GlobalAvgPool2d().Forward(images.Squeeze(0)).ToArray());
        Refused("GlobalAvgPool2d(): the images [2, 5, 0, 4] have no values. Use fewer layers that shrink the image before it.",
            static () => new GlobalAvgPool2d().Forward(Tensor.Zeros([2, 5, 0, 4])));
        Assert.Equal("AvgPool2d(3, stride: 2, ceilMode: true, countIncludePad: false)",
            new AvgPool2d(3, 2, ceilMode: true, countIncludePad: false).ToString());
        Assert.Equal([0, 5, 2, 2], new MaxPool2d(2).Forward(Tensor.Zeros([0, 5, 4, 4])).Shape.ToArray());
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
