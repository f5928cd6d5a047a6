using Ballast.Kernels;

namespace Ballast;

/// <summary>The sizes of pools over one to three axes, as kernels are told them.</summary>
static class PoolSizes
{
    /// <summary>The pool of an input [N, C, ...] with windows that a function gives for each of its axes.</summary>
    public static PoolShape Shape(Shape input, Func<int, PoolAxis> windows)
    {
        int axes = input.Rank - 2;
        var (deep, down) = (axes > 2 ? windows(axes - 3) : PoolAxis.One, axes > 1 ? windows(axes - 2) : PoolAxis.One);
        return new PoolShape(input[0], input[1], deep, down, windows(axes - 1));
    }

    /// <summary>The shape of the result, of as many axes as the input.</summary>
    public static Shape Output(in PoolShape shape, int rank) => rank switch
    {
        3 => [shape.N, shape.C, shape.OutW],
        4 => [shape.N, shape.C, shape.OutH, shape.OutW],
        _ => [shape.N, shape.C, shape.OutD, shape.OutH, shape.OutW],
    };
}
