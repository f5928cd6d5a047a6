namespace Ballast.Tests;

/// <summary>Pools of every rank, adaptive ones, and their inverses, against PyTorch's.</summary>
public class PoolModuleTests : ModuleGoldens
{
    static readonly Dictionary<string, Made> Modules = new()
    {
        ["new MaxPool1d(3)"] = Of(static () => new MaxPool1d(3)),
        ["new MaxPool1d(3, 2, 1, 2, true)"] = Of(static () => new MaxPool1d(3, 2, 1, 2, true)),
        ["new MaxPool2d((2, 3))"] = Of(static () => new MaxPool2d((2, 3))),
        ["new MaxPool2d((3, 2), (2, 1), (1, 0), (1, 2))"] = Of(static () => new MaxPool2d((3, 2), (2, 1), (1, 0), (1, 2))),
        ["new MaxPool2d((1, 3), (1, 2), (0, 1), 1, true)"] = Of(static () => new MaxPool2d((1, 3), (1, 2), (0, 1), 1, true)),
        ["new MaxPool3d(2)"] = Of(static () => new MaxPool3d(2)),
        ["new MaxPool3d((2, 1, 3), (1, 2, 2), (1, 0, 1), (2, 1, 1), true)"] =
            Of(static () => new MaxPool3d((2, 1, 3), (1, 2, 2), (1, 0, 1), (2, 1, 1), true)),
        ["new AvgPool1d(3)"] = Of(static () => new AvgPool1d(3)),
        ["new AvgPool1d(3, 2, 1, true, false)"] = Of(static () => new AvgPool1d(3, 2, 1, true, false)),
        ["new AvgPool2d((2, 3), (1, 2), (1, 0))"] = Of(static () => new AvgPool2d((2, 3), (1, 2), (1, 0))),
        ["new AvgPool2d((2, 3), 2, 1, true, false)"] = Of(static () => new AvgPool2d((2, 3), 2, 1, true, false)),
        ["new AvgPool2d((2, 3), 2, 1, divisorOverride: 5)"] = Of(static () => new AvgPool2d((2, 3), 2, 1, divisorOverride: 5)),
        ["new AvgPool3d(2)"] = Of(static () => new AvgPool3d(2)),
        ["new AvgPool3d((2, 1, 3), (1, 2, 2), (1, 0, 1), true)"] = Of(static () => new AvgPool3d((2, 1, 3), (1, 2, 2), (1, 0, 1), true)),
        ["new AvgPool3d(3, 2, 1, false, false)"] = Of(static () => new AvgPool3d(3, 2, 1, false, false)),
        ["new AdaptiveAvgPool1d(3)"] = Of(static () => new AdaptiveAvgPool1d(3)),
        ["new AdaptiveAvgPool2d(1)"] = Of(static () => new AdaptiveAvgPool2d(1)),
        ["new AdaptiveAvgPool2d((3, 2))"] = Of(static () => new AdaptiveAvgPool2d((3, 2))),
        ["new AdaptiveAvgPool2d((null, 5))"] = Of(static () => new AdaptiveAvgPool2d((null, 5))),
        ["new AdaptiveAvgPool3d((2, null, 3))"] = Of(static () => new AdaptiveAvgPool3d((2, null, 3))),
        ["new AdaptiveAvgPool3d(2)"] = Of(static () => new AdaptiveAvgPool3d(2)),
        ["new AdaptiveMaxPool1d(3)"] = Of(static () => new AdaptiveMaxPool1d(3)),
        ["new AdaptiveMaxPool2d(1)"] = Of(static () => new AdaptiveMaxPool2d(1)),
        ["new AdaptiveMaxPool2d((3, 2))"] = Of(static () => new AdaptiveMaxPool2d((3, 2))),
        ["new AdaptiveMaxPool2d((null, 5))"] = Of(static () => new AdaptiveMaxPool2d((null, 5))),
        ["new AdaptiveMaxPool3d((2, null, 3))"] = Of(static () => new AdaptiveMaxPool3d((2, null, 3))),
        ["new AdaptiveMaxPool3d(2)"] = Of(static () => new AdaptiveMaxPool3d(2)),
        ["new LPPool1d(2, 3)"] = Of(static () => new LPPool1d(2, 3)),
        ["new LPPool1d(1, 2, 1)"] = Of(static () => new LPPool1d(1, 2, 1)),
        ["new LPPool2d(2, (2, 3), (1, 2), true)"] = Of(static () => new LPPool2d(2, (2, 3), (1, 2), true)),
        ["new LPPool2d(4, 2)"] = Of(static () => new LPPool2d(4, 2)),
        ["new FractionalMaxPool2d(2, 3)"] = Of(static () => new FractionalMaxPool2d(2, 3)),
        ["new FractionalMaxPool2d((3, 2), (2, 4))"] = Of(static () => new FractionalMaxPool2d((3, 2), (2, 4))),
        ["new FractionalMaxPool2d(2, outputRatio: 0.6)"] = Of(static () => new FractionalMaxPool2d(2, outputRatio: 0.6)),
        ["new MaxUnpool1d(2)"] = Unpooled(1, static () => new MaxUnpool1d(2), static x => Functional.MaxPool1dWithIndices(x, 2)),
        ["new MaxUnpool1d(2, 2, 1)"] = Unpooled(1, static () => new MaxUnpool1d(2, 2, 1), static x => Functional.MaxPool1dWithIndices(x, 2, 2, 1)),
        ["new MaxUnpool2d((2, 3), 3)"] =
            Unpooled(2, static () => new MaxUnpool2d((2, 3), 3), static x => Functional.MaxPool2dWithIndices(x, (2, 3), 3)),
        ["new MaxUnpool2d(2) to (5, 5)"] = Unpooled(2, static () => new MaxUnpool2d(2), static x => Functional.MaxPool2dWithIndices(x, 2), (5, 5)),
        ["new MaxUnpool3d((1, 2, 2))"] =
            Unpooled(3, static () => new MaxUnpool3d((1, 2, 2)), static x => Functional.MaxPool3dWithIndices(x, (1, 2, 2))),
        ["new MaxUnpool1d(2, 1)"] = Unpooled(1, static () => new MaxUnpool1d(2, 1), static x => Functional.MaxPool1dWithIndices(x, 2, 1)),
        ["new MaxUnpool2d(3, (1, 2))"] =
            Unpooled(2, static () => new MaxUnpool2d(3, (1, 2)), static x => Functional.MaxPool2dWithIndices(x, 3, (1, 2))),
        ["new MaxUnpool3d(2, 1)"] = Unpooled(3, static () => new MaxUnpool3d(2, 1), static x => Functional.MaxPool3dWithIndices(x, 2, 1)),
        ["F.MaxPool1dWithIndices(x, 2).Indices"] = Called(static x => Whole(Functional.MaxPool1dWithIndices(x[0], 2).Indices, x[0])),
        ["F.AdaptiveMaxPool1dWithIndices(x, 2).Indices"] = Called(static x => Whole(Functional.AdaptiveMaxPool1dWithIndices(x[0], 2).Indices, x[0])),
        ["F.MaxPool2dWithIndices(x, 2).Indices"] = Called(static x => Whole(Functional.MaxPool2dWithIndices(x[0], 2).Indices, x[0])),
        ["F.AdaptiveMaxPool2dWithIndices(x, 2).Indices"] = Called(static x => Whole(Functional.AdaptiveMaxPool2dWithIndices(x[0], 2).Indices, x[0])),
        ["F.MaxPool3dWithIndices(x, 2).Indices"] = Called(static x => Whole(Functional.MaxPool3dWithIndices(x[0], 2).Indices, x[0])),
        ["F.AdaptiveMaxPool3dWithIndices(x, 2).Indices"] = Called(static x => Whole(Functional.AdaptiveMaxPool3dWithIndices(x[0], 2).Indices, x[0])),
        ["new MaxPool2d((2, 3), 2, (0, 2))"] = Of(static () => new MaxPool2d((2, 3), 2, (0, 2))),
        ["new AvgPool2d((2, 3), 2, 1, divisorOverride: 0)"] = Of(static () => new AvgPool2d((2, 3), 2, 1, divisorOverride: 0)),
        ["new AdaptiveAvgPool2d(-1)"] = Of(static () => new AdaptiveAvgPool2d(-1)),
        ["new FractionalMaxPool2d(2)"] = Of(static () => new FractionalMaxPool2d(2)),
        ["new FractionalMaxPool2d(2, outputRatio: 1.5)"] = Of(static () => new FractionalMaxPool2d(2, outputRatio: 1.5)),
    };

    [Fact]
    public void Pools_are_PyTorchs() => Check("pool-modules.json", Modules);

    static Made Unpooled(int axes, Func<Module> make, Func<Tensor, (Tensor Output, Tensor Indices)> pool, PerAxis? size = null) => new(make, (module, x) =>
    {
        Assert.InRange(x[0].Shape.Rank - axes, 1, 2);
        var (y, indices) = pool(x[0]);
        return ((MaxUnpoolNd)module).Forward(y * y, indices, size);
    });

    // Places as floats, with the gradient 0.
    static Tensor Whole(Tensor indices, Tensor x) => indices.To(ElementType.Float32) + x.Sum() * 0;

    [Fact]
    public void Unpooling_asks_for_the_places()
    {
        var x = Draw.Data([1, 2, 4], 1);
        Assert.Contains("Call Forward(output, indices)", Assert.Throws<InvalidOperationException>(() => new MaxUnpool1d(2).Forward(x)).Message, StringComparison.Ordinal);
        var far = Tensor.FromInt64([0, 1, 9, 2], [1, 1, 4]);
        Assert.Contains("index 9 at [0, 0, 2]", Assert.Throws<ArgumentException>(() => new MaxUnpool1d(2).Forward(x[.., ..1], far)).Message, StringComparison.Ordinal);
        var images = Tensor.FromInt64([0, 3, 8, 16], [1, 1, 2, 2]);
        Assert.Equal(
            "MaxUnpool2d(2): index 16 at [0, 0, 1, 1] is outside of the 16 positions of a channel of the result [1, 1, 4, 4]. Give the indices of "
                + "the pool whose output this is, or the outputSize of its input.",
            Assert.Throws<ArgumentException>(() => new MaxUnpool2d(2).Forward(Tensor.Ones([1, 1, 2, 2]), images)).Message);
        Assert.StartsWith("MaxUnpool2d: index -1 at [0, 1, 0]", Assert.Throws<ArgumentException>(
            () => Functional.MaxUnpool2d(Tensor.Ones([1, 2, 1]), Tensor.FromInt64([0, -1], [1, 2, 1]), 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_share_a_place_have_its_gradient_each()
    {
        Parameter x = new(Tensor.From([1, 5, 2, 0], [1, 1, 4]));
        var (y, indices) = Functional.MaxPool1dWithIndices(x, 2, stride: 1);
        (Functional.MaxUnpool1d(y, indices, 2, stride: 1) * Tensor.From([1, 10, 100, 1000], [1, 1, 4])).Sum().Backward();
        Assert.Equal([0, 20, 100, 0], x.Grad!.ToArray()); // as PyTorch 1.13.1 gives it
    }

    [Fact]
    public void A_pool_of_norms_calls_itself_by_its_name()
    {
        string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
        Assert.StartsWith("LPPool2d(2, 3): expected input [N, C, H, W] or [C, H, W], got [5, 5]. It takes a batch of images, or one image.",
            Message(() => new LPPool2d(2, 3).Forward(Tensor.Ones([5, 5]))), StringComparison.Ordinal);
        Assert.StartsWith("LPPool1d(2, 3): the window covers 3 positions", Message(() => new LPPool1d(2, 3).Forward(Tensor.Ones([1, 2]))), StringComparison.Ordinal);
        Assert.StartsWith("LpPool1d: expected input [N, C, L] or [C, L], got [5].", Message(() => Functional.LpPool1d(Tensor.Ones([5]), 2, 3)), StringComparison.Ordinal);
        Assert.StartsWith("LpPool2d: expected a kernel", Message(() => Functional.LpPool2d(Tensor.Ones([1, 5, 5]), 2, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_of_a_single_image_is_that_of_a_batch_of_one()
    {
        Generator generator = new(3);
        Sequential chain = new(
            new Conv2d(3, 8, 3, padding: 1, generator: generator), new ReLU(), new MaxPool2d(2), new InstanceNorm2d(8, affine: true),
            new Conv2d(8, 4, 3, padding: "same", bias: false, generator: generator), new AvgPool2d(2), new SiLU(),
            new ConvTranspose2d(4, 4, 2, 2, generator: generator), new PixelShuffle(2), new AdaptiveMaxPool2d((3, 5)), new LPPool2d(2, 2));
        Parameter batch = new(Draw.Data([1, 3, 12, 16], 5)), single = new(batch.Reshape(3, 12, 16));
        var g = Draw.Data([1, 1, 1, 2], 7);
        var output = chain.Forward(batch);
        float[] expected = output.ToArray();
        output.Backward(g);
        float[][] gradients = [.. chain.Parameters().Select(static p => p.Grad!.ToArray())];
        chain.ZeroGrad();
        var y = chain.Forward(single);
        Assert.Equal([1, 1, 2], y.Shape.ToArray());
        Assert.Equal(expected, y.ToArray());
        y.Backward(g.Squeeze(0));
        Assert.Equal(batch.Grad!.ToArray(), single.Grad!.ToArray());
        Assert.Equal(gradients, chain.Parameters().Select(static p => p.Grad!.ToArray()));
        chain.Eval();
        using var off = Tensor.NoGrad();
        Assert.Equal(expected, chain.Forward(single).ToArray());
        Assert.Equal(expected, chain.Forward(batch).ToArray());
    }

    [Fact]
    public void A_single_thing_has_the_shape_of_a_batch_of_one_without_it()
    {
        Assert.Equal([2, 2, 2], new MaxPool2d(2).OutputShape([2, 4, 5]).ToArray());
        Assert.Equal([2, 7], new AdaptiveAvgPool1d(7).OutputShape([2, 5]).ToArray());
        Assert.Equal([4, 3, 3, 4], new Conv3d(2, 4, 2).OutputShape([2, 4, 4, 5]).ToArray());
        Assert.Equal([4, 5], new ConvTranspose1d(2, 4, 2).OutputShape([2, 4]).ToArray());
        Assert.Equal([4, 3, 4], Conv2d.OutputShape([2, 4, 5], 4, 2).ToArray());
        Assert.Equal("Conv2d(1, 4, 3): expected input [N, 1, H, W] or [1, H, W], got [5, 28, 28]. 3 axes are a single image, the first its "
                + "channels; a batch without an axis of channels gets one by Unsqueeze(1).",
            Assert.Throws<ArgumentException>(() => new Conv2d(1, 4, 3).Forward(Tensor.Ones([5, 28, 28]))).Message);
        Assert.Equal("AvgPool2d: expected a divisor other than 0.",
            Assert.Throws<ArgumentException>(() => Functional.AvgPool2d(Tensor.Ones([1, 2, 2]), 2, divisorOverride: 0)).Message);
    }

    [Fact]
    public void Pools_say_how_they_were_made()
    {
        Assert.Equal("MaxPool2d((2, 3), stride: 2, ceilMode: true)", new MaxPool2d((2, 3), 2, ceilMode: true).ToString());
        Assert.Equal("AdaptiveAvgPool2d((7, null))", new AdaptiveAvgPool2d((7, null)).ToString());
        Assert.Equal([2, 3, 7, 5], new AdaptiveAvgPool2d((7, null)).OutputShape([2, 3, 4, 5]).ToArray());
    }
}
