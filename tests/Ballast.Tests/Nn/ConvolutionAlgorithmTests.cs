namespace Ballast.Tests;

/// <summary>Convolutions by Winograd's transforms and by the products of the definition, which a program may choose.</summary>
public class ConvolutionAlgorithmTests
{
    static Tensor Infinite()
    {
        float[] values = Draw.Data([1, 16, 12, 12], 1).ToArray();
        values[5 * 144 + 6 * 12 + 6] = float.PositiveInfinity;
        return Tensor.From(values, [1, 16, 12, 12]);
    }

    // Everything a convolution computes: the output, its gradients, and the output under NoGrad.
    static List<float[]> Run(ConvolutionAlgorithm algorithm, Shape shape, Tensor input, int outputs)
    {
        var before = Compute.Convolution;
        Compute.Convolution = algorithm;
        try
        {
            var layer = new Conv2d(shape[1], outputs, 3, padding: 1, generator: new Generator(1));
            var x = new Parameter(input);
            var y = layer.Forward(x);
            y.Backward(Draw.Data(y.Shape, 2));
            List<float[]> all = [y.ToArray(), x.Grad!.ToArray(), layer.Weight.Grad!.ToArray()];
            using var off = Tensor.NoGrad();
            all.Add(layer.Forward(x).ToArray());
            all.Add(layer.Forward(x).ToArray()); // by the weight that was prepared before
            return all;
        }
        finally
        {
            Compute.Convolution = before;
        }
    }

    [Fact]
    public void An_infinity_stays_under_the_kernel_where_products_are_direct()
    {
        var direct = Run(ConvolutionAlgorithm.Direct, [1, 16, 12, 12], Infinite(), 16);
        foreach (float[] output in (float[][])[direct[0], direct[3], direct[4]])
        {
            Assert.Equal(9 * 16, output.Count(float.IsInfinity));
            Assert.DoesNotContain(output, float.IsNaN);
        }

        Assert.Contains(Run(ConvolutionAlgorithm.Fastest, [1, 16, 12, 12], Infinite(), 16)[0], float.IsNaN);
    }

    // On both sides of the size from which a block of Winograd's is less than an image: a gradient written over another's memory there
    // would read what it has written.
    [Theory]
    [InlineData(8, 8)]
    [InlineData(44, 16)]
    [InlineData(48, 16)]
    [InlineData(52, 16)]
    [InlineData(64, 16)]
    [InlineData(44, 20)]
    [InlineData(52, 9)]
    [InlineData(92, 16)]
    public void Both_give_the_same_but_for_rounding(int size, int channels)
    {
        Shape shape = [2, channels, size, size];
        var x = Draw.Data(shape, 3);
        var (fast, direct) = (Run(ConvolutionAlgorithm.Fastest, shape, x, channels), Run(ConvolutionAlgorithm.Direct, shape, x, channels));
        for (int i = 0; i < fast.Count; i++)
            Near.Equal(direct[i], fast[i], 5e-5, $"result {i}");
    }

    // Channels that fill registers and groups of eight, and channels that leave some over.
    [Fact]
    public void They_do_for_any_numbers_of_channels()
    {
        int[] counts = [8, 9, 11, 12, 15, 16, 17, 20, 23, 24, 28, 31, 33, 40, 47, 50];
        var random = new Random(7);
        foreach (int inputs in counts)
        {
            int outputs = counts[random.Next(counts.Length)], size = random.Next(3, 19);
            var x = Draw.Data([3, inputs, size, random.Next(3, 19)], inputs);
            var (fast, direct) = (Run(ConvolutionAlgorithm.Fastest, x.Shape, x, outputs), Run(ConvolutionAlgorithm.Direct, x.Shape, x, outputs));
            for (int i = 0; i < fast.Count; i++)
                Near.Equal(direct[i], fast[i], 5e-5, $"{inputs} to {outputs} channels, {x.Shape}, result {i}");
        }
    }

    // How many small images are taken at once depends on the threads that have to have some; what is added up does not.
    [Theory]
    [InlineData(32, 64, 2, 2)]
    [InlineData(7, 40, 3, 2)]
    [InlineData(20, 300, 2, 2)]
    [InlineData(130, 16, 1, 3)]
    [InlineData(1, 130, 5, 5)]
    public void Small_images_give_the_same_bits_for_any_number_of_threads(int images, int channels, int height, int width)
    {
        Shape shape = [images, channels, height, width];
        var x = Draw.Data(shape, 5);
        int before = Compute.Threads;
        List<int[]>? expected = null;
        try
        {
            foreach (int threads in (int[])[1, 2, 3, 7])
            {
                Compute.Threads = threads;
                List<int[]> got = [.. Run(ConvolutionAlgorithm.Direct, shape, x, channels + 1).Select(static values => Draw.Bits(values))];
                expected ??= got;
                Assert.Equal(expected, got);
            }
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void A_value_made_one_way_is_computed_so_whatever_is_chosen_meanwhile()
    {
        var before = Compute.Convolution;
        var layer = new Conv2d(16, 16, 3, padding: 1, generator: new Generator(1));
        using var off = Tensor.NoGrad();
        float[] expected = layer.Forward(Infinite()).ToArray();
        var unread = layer.Forward(Infinite());
        try
        {
            Compute.Convolution = ConvolutionAlgorithm.Direct;
            Assert.Equal(Draw.Bits(expected), Draw.Bits(unread.AsSpan()));
        }
        finally
        {
            Compute.Convolution = before;
        }
    }

    [Fact]
    public void A_switch_of_the_environment_that_is_neither_1_nor_0_is_refused_where_it_is_asked_for()
    {
        const string Name = "BALLAST_TEST_OF_A_SWITCH";
        Assert.All((string?[])[null, "", "0", "False"], static text => Assert.False(EnvironmentSwitches.Parse(text).IsOn(Name)));
        Assert.All((string?[])["1", "true", "TRUE"], static text => Assert.True(EnvironmentSwitches.Parse(text).IsOn(Name)));
        Environment.SetEnvironmentVariable(Name, "yes");
        Assert.Equal($"{Name}: expected \"1\" or \"0\", got \"yes\". Correct the environment variable, or leave it unset.",
            Assert.Throws<InvalidOperationException>(static () => EnvironmentSwitches.Read(Name).IsOn(Name)).Message);
        Environment.SetEnvironmentVariable(Name, null);
    }

    [Fact]
    public void The_environment_may_choose()
    {
        Assert.Equal(ConvolutionAlgorithm.Fastest, Compute.ReadConvolution(null));
        Assert.Equal(ConvolutionAlgorithm.Fastest, Compute.ReadConvolution("Fastest"));
        Assert.Equal(ConvolutionAlgorithm.Direct, Compute.ReadConvolution("direct"));
        Assert.Equal(
            "BALLAST_CONVOLUTION: expected \"fastest\" or \"direct\", got \"slow\". Correct the environment variable, or leave it unset.",
            Assert.Throws<InvalidOperationException>(() => Compute.ReadConvolution("slow")).Message);
        Assert.Equal("Compute.Convolution: expected Fastest or Direct, got 7.",
            Assert.Throws<ArgumentException>(() => Compute.Convolution = (ConvolutionAlgorithm)7).Message);
    }
}
