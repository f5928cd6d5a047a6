namespace Ballast.Tests.Tensors;

/// <summary>Values that are computed when somebody reads them are the same whenever that is, to the last bit.</summary>
public class DeferredTests
{
    static (int[] Output, int[] Input, int[] Scale, int[] Shift) Run(Shape shape, bool readNormal, bool readOpen)
    {
        var layer = new BatchNorm1d(shape[1]);
        layer.Weight!.CopyFrom(Draw.Floats(shape[1], 1, 0.5f, 1.5f));
        layer.Bias!.CopyFrom(Draw.Floats(shape[1], 2));
        var x = Draw.Weights(shape, 3);
        var normal = layer.Forward(x);
        Assert.NotNull(normal.Recipe);
        float[] early = readNormal ? normal.ToArray() : [];
        Assert.Equal(readNormal, normal.Recipe is null);
        var open = normal.Relu();
        if (readOpen)
            open.ToArray();
        var cotangent = Draw.Data(shape, 4);
        var loss = (open * cotangent).Sum();
        int[] output = Draw.Bits(open.AsSpan());
        if (!readNormal)
            early = normal.ToArray();
        Assert.Equal(output, Draw.Bits(Array.ConvertAll(early, static value => Math.Max(value, 0))));
        loss.Backward();
        return (output, Draw.Bits(x.Grad!.AsSpan()), Draw.Bits(layer.Weight.Grad!.AsSpan()), Draw.Bits(layer.Bias.Grad!.AsSpan()));
    }

    [Theory]
    [InlineData("10 64")]
    [InlineData("7 3")]
    [InlineData("300 21")]
    [InlineData("4 5 19")]
    public void A_normalization_with_its_relu_read_early_late_or_never(string sizes)
    {
        Shape shape = new([.. sizes.Split(' ').Select(int.Parse)]);
        var fused = Run(shape, readNormal: false, readOpen: false);
        foreach (var (readNormal, readOpen) in new[] { (false, true), (true, false), (true, true) })
        {
            var other = Run(shape, readNormal, readOpen);
            Assert.Equal(fused.Output, other.Output);
            Assert.Equal(fused.Input, other.Input);
            Assert.Equal(fused.Scale, other.Scale);
            Assert.Equal(fused.Shift, other.Shift);
        }
    }

    // The wide and the scalar form of GELU are a few units of the last place apart, and which takes an element depends on the pass.
    [Theory]
    [InlineData("10 64")]
    [InlineData("7 3")]
    [InlineData("600 21")]
    [InlineData("4 5 19")]
    public void A_normalization_with_its_gelu_gives_what_each_gives_alone(string sizes)
    {
        Shape shape = new([.. sizes.Split(' ').Select(int.Parse)]);
        List<float[]> Run(bool alone)
        {
            var layer = new BatchNorm1d(shape[1]);
            layer.Weight!.CopyFrom(Draw.Floats(shape[1], 1, 0.5f, 1.5f));
            layer.Bias!.CopyFrom(Draw.Floats(shape[1], 2));
            var x = Draw.Weights(shape, 3);
            var normal = layer.Forward(x);
            if (alone)
                normal.ToArray();
            var open = normal.Gelu();
            float[] values = open.ToArray();
            (open * Draw.Data(shape, 4)).Sum().Backward();
            return [values, x.Grad!.ToArray(), layer.Weight.Grad!.ToArray(), layer.Bias.Grad!.ToArray()];
        }

        foreach (var (joined, apart) in Run(alone: false).Zip(Run(alone: true)))
            Near.Equal(apart, joined, 2e-6);
    }

    [Fact]
    public void A_recipe_gives_the_values_of_the_moment_it_was_made()
    {
        var layer = new BatchNorm1d(3);
        var x = Draw.Weights([5, 3], 5);
        float[] expected = layer.Forward(x).ToArray();
        var unread = layer.Forward(x);
        var open = unread.Relu();
        layer.Weight!.CopyFrom([9, 9, 9]);
        layer.Bias!.CopyFrom([9, 9, 9]);
        x.CopyFrom(new float[15]);
        layer.Forward(Draw.Data([5, 3], 6)).ToArray();
        Assert.Equal(expected, unread.ToArray());
        Assert.Equal(expected.Select(static value => Math.Max(value, 0)), open.ToArray());
    }

    [Fact]
    public void A_gradient_in_two_factors_is_the_same_read_or_applied()
    {
        float[] Train(bool read)
        {
            var layer = new Linear(3072, 64, generator: new Generator(7));
            var optimizer = new Adam(layer.Parameters(), 1e-3f);
            for (int step = 0; step < 4; step++)
            {
                optimizer.ZeroGrad();
                layer.Forward(Draw.Data([10, 3072], step)).Backward(Draw.Data([10, 64], 100 + step));
                if (read)
                    Assert.Equal(64 * 3072, layer.Weight.Grad!.ToArray().Length);
                Assert.Equal(read, layer.Weight.Gradient.Recipe is null);
                optimizer.Step();
            }

            return layer.Weight.ToArray();
        }

        Assert.Equal(Draw.Bits(Train(read: false)), Draw.Bits(Train(read: true)));
    }

    [Fact]
    public void Images_that_are_bytes_give_what_their_floats_give()
    {
        var slice = Cifar10.FromRecords(Golden.PathOf("cifar10-slice.bin"));
        (int[] Output, int[] Gradient) Run(bool read)
        {
            var layer = new Linear(3072, 7, generator: new Generator(8));
            var batch = new DataLoader(slice, batchSize: 12, generator: new Generator(1)).First();
            Assert.NotNull(batch.Inputs.Recipe);
            if (read)
                Assert.Equal(slice.Bytes(0)[0] / 255f, batch.Inputs[0, 0, 0, 0]);
            var output = layer.Forward(new Flatten().Forward(batch.Inputs));
            output.Backward(Draw.Data([12, 7], 9));
            Assert.Equal(!read, batch.Inputs.Recipe is not null);
            return (Draw.Bits(output.AsSpan()), Draw.Bits(layer.Weight.Grad!.AsSpan()));
        }

        var (bytes, floats) = (Run(read: false), Run(read: true));
        Assert.Equal(bytes.Output, floats.Output);
        Assert.Equal(bytes.Gradient, floats.Gradient);
    }
}
