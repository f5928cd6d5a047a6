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
        Assert.Equal(axes, x[0].Shape.Rank - 2);
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
    }

    [Fact]
    public void Pools_say_how_they_were_made()
    {
        Assert.Equal("MaxPool2d((2, 3), stride: 2, ceilMode: true)", new MaxPool2d((2, 3), 2, ceilMode: true).ToString());
        Assert.Equal("AdaptiveAvgPool2d((7, null))", new AdaptiveAvgPool2d((7, null)).ToString());
        Assert.Equal([2, 3, 7, 5], new AdaptiveAvgPool2d((7, null)).OutputShape([2, 3, 4, 5]).ToArray());
    }
}
