using System.Text.Json;

namespace Ballast.Tests.Nn;

/// <summary>Images read at the places of a grid, grids of affine maps and distances of rows, against PyTorch; what cannot be is refused.</summary>
public class GridTests
{
    static readonly JsonElement Recorded = Golden.Load("grids.json");

    public static TheoryData<int> Samples => [.. Enumerable.Range(0, Recorded.GetProperty("samples").GetArrayLength())];

    public static TheoryData<int> Affine => [.. Enumerable.Range(0, Recorded.GetProperty("affine").GetArrayLength())];

    public static TheoryData<int> Distances => [.. Enumerable.Range(0, Recorded.GetProperty("distances").GetArrayLength())];

    static Parameter Parameter(JsonElement row, string name, Shape shape) => new(Tensor.From(row.GetProperty(name).Floats(), shape));

    static void Same(JsonElement row, string name, Tensor values) =>
        Near.Equal(row.GetProperty(name).Doubles(), values.AsSpan(), 2e-5, name);

    [Theory]
    [MemberData(nameof(Samples))]
    public void Images_and_volumes_are_read_as_PyTorch_reads_them(int number)
    {
        var row = Recorded.GetProperty("samples")[number];
        var x = Parameter(row, "x", new Shape(row.GetProperty("shape").Ints()));
        var grid = Parameter(row, "grid", new Shape(row.GetProperty("gridShape").Ints()));
        var mode = Enum.Parse<InterpolateMode>(row.GetProperty("mode").GetString()!, ignoreCase: true);
        var padding = row.GetProperty("padding").GetString() switch { "zeros" => PadMode.Constant, "border" => PadMode.Replicate, _ => PadMode.Reflect };
        var y = Functional.GridSample(x, grid, mode, padding, row.GetProperty("align").GetBoolean());
        Same(row, "y", y);
        y.Backward(Tensor.From(row.GetProperty("g").Floats(), y.Shape));
        Same(row, "dx", x.Grad!);
        Same(row, "dgrid", grid.Grad ?? Tensor.ZerosLike(grid));
        if (x.Shape.Rank == 5 && mode == InterpolateMode.Bilinear)
        {
            Assert.Equal(
                Functional.GridSample(x, grid, mode, padding).ToArray(), Functional.GridSample(x, grid, InterpolateMode.Trilinear, padding).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Affine))]
    public void Grids_of_affine_maps_are_PyTorchs(int number)
    {
        var row = Recorded.GetProperty("affine")[number];
        Shape size = new(row.GetProperty("size").Ints());
        var theta = Parameter(row, "theta", [size[0], size.Rank - 2, size.Rank - 1]);
        var y = Functional.AffineGrid(theta, size, row.GetProperty("align").GetBoolean());
        Assert.Equal(size.Rank, y.Shape.Rank);
        Same(row, "y", y);
        y.Backward(Tensor.From(row.GetProperty("g").Floats(), y.Shape));
        Same(row, "dtheta", theta.Grad!);
    }

    [Theory]
    [MemberData(nameof(Distances))]
    public void Distances_of_rows_are_PyTorchs(int number)
    {
        var row = Recorded.GetProperty("distances")[number];
        var x = Parameter(row, "x", new Shape(row.GetProperty("a").Ints()));
        var y = Parameter(row, "y", new Shape(row.GetProperty("b").Ints()));
        double p = row.GetProperty("p").GetString() == "inf" ? double.PositiveInfinity : double.Parse(row.GetProperty("p").GetString()!, null);
        var d = x.Cdist(y, p);
        Same(row, "d", d);
        d.Backward(Tensor.From(row.GetProperty("g").Floats(), d.Shape));
        Same(row, "dx", x.Grad!);
        Same(row, "dy", y.Grad!);
    }

    [Fact]
    public void Equal_rows_have_the_distance_0_and_no_gradient()
    {
        Parameter x = new(Tensor.From([1.0, 2, 1, 2], [2, 2]));
        var d = x.Cdist(x.Detach());
        Assert.Equal([0, 0, 0, 0], d.ToArray());
        d.Sum().Backward();
        Assert.Equal([0, 0, 0, 0], x.Grad!.ToArray());
    }

    [Fact]
    public void An_identity_reads_the_image_itself()
    {
        var x = Tensor.Rand([2, 3, 6, 5], new Generator(1));
        var identity = Tensor.From([1.0, 0, 0, 0, 1, 0], [1, 2, 3]).Expand(2, 2, 3);
        foreach (bool align in (bool[])[false, true])
            Near.Equal(x.ToArray().Select(static v => (double)v).ToArray(),
                Functional.GridSample(x, Functional.AffineGrid(identity, x.Shape, align), alignCorners: align).AsSpan(), 1e-5);
        Assert.Equal([0, 3, 4, 5], Functional.GridSample(Tensor.Zeros([0, 3, 6, 5]), Tensor.Zeros([0, 4, 5, 2])).Shape.ToArray());
    }

    [Fact]
    public void What_cannot_be_read_is_refused()
    {
        static string Refused(Action action) => Assert.Throws<ArgumentException>(action).Message;
        var x = Tensor.Zeros([1, 1, 3, 3]);
        Assert.Contains("got [1, 1, 3, 3] and [1, 2, 2, 3]", Refused(() => Functional.GridSample(x, Tensor.Zeros([1, 2, 2, 3]))), StringComparison.Ordinal);
        Assert.Contains("got Circular", Refused(() => Functional.GridSample(x, Tensor.Zeros([1, 2, 2, 2]), paddingMode: PadMode.Circular)), StringComparison.Ordinal);
        Assert.Contains("got Area", Refused(() => Functional.GridSample(x, Tensor.Zeros([1, 2, 2, 2]), InterpolateMode.Area)), StringComparison.Ordinal);
        var spoiled = Tensor.From([0, 0, 0, double.NaN], [1, 1, 2, 2]);
        Assert.Contains("got NaN at [0, 0, 1, 1] of a grid", Refused(() => Functional.GridSample(x, spoiled)), StringComparison.Ordinal);
        Assert.Contains("got [2, 2, 3] and [1, 1, 3, 3]", Refused(() => Functional.AffineGrid(Tensor.Zeros([2, 2, 3]), x.Shape)), StringComparison.Ordinal);
        Assert.Contains("has no values", Refused(() => Functional.GridSample(Tensor.Zeros([1, 1, 0, 3]), Tensor.Zeros([1, 2, 2, 2]))), StringComparison.Ordinal);
        Assert.Contains("rows of one length", Refused(() => Tensor.Zeros([2, 3]).Cdist(Tensor.Zeros([2, 4]))), StringComparison.Ordinal);
        Assert.Contains("vectors [N]", Refused(() => Tensor.Meshgrid(Tensor.Zeros([2]), Tensor.Zeros([2, 2]))), StringComparison.Ordinal);
    }

    [Fact]
    public void Coordinates_triangles_and_lists_are_PyTorchs()
    {
        var grid = Tensor.Meshgrid(Tensor.Arange(2), Tensor.Arange(3));
        Assert.Equal([0, 0, 0, 1, 1, 1], grid[0].ToArray<long>());
        Assert.Equal([0, 1, 2, 0, 1, 2], grid[1].ToArray<long>());
        Assert.Equal([2, 3], grid[1].Shape.ToArray());
        Assert.Equal([0, 1, 1, 0, 0, 1], Tensor.TrilIndices(2, 3).ToArray<long>());
        Assert.Equal([0, 0, 1, 1, 2, 2], Tensor.TriuIndices(2, 3, 1).ToArray<long>());
        Assert.Equal([2, 0], Tensor.TriuIndices(2, 2, 3).Shape.ToArray());
        List<Tensor> list = [Tensor.Ones([2, 1]), Tensor.Zeros([2, 1])];
        Assert.Equal([1, 0, 1, 0], Tensor.Concat(list, 1).ToArray());
        Assert.Equal([2, 1, 2], Tensor.Stack(list, -1).Shape.ToArray());
        Assert.Equal([1, 0, 1, 0], Tensor.Concat(list.ToArray(), 1).ToArray());
        Assert.Equal([2, 2, 1], Sequences.PadSequence(list, batchFirst: true).Shape.ToArray());
        Assert.Equal(Tensor.Randn([3, 2], new Generator(4)).ToArray(), Tensor.RandnLike(Tensor.Arange(6).Reshape(3, 2), new Generator(4)).ToArray());
        Assert.Equal(Tensor.Rand([3, 2], new Generator(4)).ToArray(), Tensor.RandLike(Tensor.Zeros([3, 2]), new Generator(4)).ToArray());
    }
}
