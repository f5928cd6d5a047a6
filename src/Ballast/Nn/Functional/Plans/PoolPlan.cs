using System.Globalization;
using System.Text;
using Ballast.Kernels;

namespace Ballast;

/// <summary>What a pool over one to three axes is told: what it refuses and the sizes for an input.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Axes">1 for sequences, 2 for images, 3 for volumes.</param>
/// <param name="Kernel">Positions of the window.</param>
/// <param name="Stride">Positions from one window to the next.</param>
/// <param name="Padding">Positions on each side of the input.</param>
/// <param name="Dilation">Positions from one value of a window to the next.</param>
/// <param name="CeilMode">Whether the size of the result is rounded up.</param>
sealed record PoolPlan(string Layer, int Axes, PerAxis Kernel, PerAxis Stride, PerAxis Padding, PerAxis Dilation, bool CeilMode)
{
    const int MaxSize = 1 << 20; // sums of sizes stay far from the end of int

    /// <summary>Refuses settings that are none.</summary>
    public PoolPlan Checked()
    {
        Throw.Unless(Kernel.Fits(Axes, 1) && Stride.Fits(Axes, 1) && Dilation.Fits(Axes, 1) && Padding.Fits(Axes, 0),
            $"{Layer}: expected a kernel, stride and dilation of at least 1 and a padding of at least 0, got kernel "
                + $"{Kernel}, stride {Stride}, dilation {Dilation}, padding {Padding}.");
        Throw.Unless(Kernel.Fits(Axes, 1, MaxSize) && Stride.Fits(Axes, 1, MaxSize) && Dilation.Fits(Axes, 1, MaxSize),
            $"{Layer}: expected a kernel, stride and dilation of at most {MaxSize}, got kernel {Kernel}, stride {Stride}, dilation {Dilation}.");
        for (int axis = 0; axis < Axes; axis++)
        {
            Throw.Unless(Padding[axis] <= Kernel[axis] / 2,
                $"{Layer}: expected a padding of at most half the kernel, so that every window has a value of the "
                    + $"image, got padding {Padding} with kernel {Kernel}. Use a padding of at most {Kernel[axis] / 2}, or a larger kernel.");
        }

        return this;
    }

    /// <summary>The sizes for an input, a batch or a single one.</summary>
    public FittedPool Fit(Shape shape, object layer)
    {
        CheckInput(shape, Axes, layer);
        int first = shape.Rank - Axes;
        for (int axis = 0; axis < Axes; axis++)
        {
            if (Padded(shape, axis) + (CeilMode ? Stride[axis] - 1 : 0) < Extent(axis) || shape[first + axis] == 0)
            {
                Throw.Argument(
                    $"{layer}: the window covers {Times(Extent)} {(Axes == 2 ? "pixels" : "positions")}, the padded input {shape} has "
                    + $"{Times(a => Padded(shape, a))}. Use a smaller kernel, more padding, or fewer layers that shrink the "
                    + $"{ConvPlan.Things(Axes)} before it.");
            }
        }

        return new FittedPool(
            PoolSizes.Shape(
                Batch(shape, Axes), axis => PoolAxis.Of(shape[first + axis], Kernel[axis], Stride[axis], Padding[axis], Dilation[axis], CeilMode)),
            Axes);
    }

    /// <summary>The sizes of an adaptive pool for an input, a batch or a single one.</summary>
    public static FittedPool Adaptive(Shape input, int axes, int?[] sizes, object layer)
    {
        CheckInput(input, axes, layer);
        int first = input.Rank - axes;
        for (int axis = 0; axis < axes; axis++)
        {
            Throw.Unless(input[first + axis] > 0,
                $"{layer}: the {ConvPlan.Things(axes)}s {input} have no values. Use fewer layers that shrink the {ConvPlan.Things(axes)} before it.");
        }

        return new FittedPool(
            PoolSizes.Shape(Batch(input, axes), axis => PoolAxis.Adaptive(input[first + axis], sizes[axis] ?? input[first + axis])), axes);
    }

    /// <summary>Refuses what is neither a batch of things with channels nor a single one.</summary>
    public static void CheckInput(Shape shape, int axes, object layer)
    {
        bool ranked = shape.Rank == axes + 2 || shape.Rank == axes + 1;
        if (ranked && shape[^(axes + 1)] > 0)
            return;
        Throw.Argument($"{layer}: expected input {ConvPlan.Inputs(axes, "C")}, got {shape}. " + (ranked
            ? "It has no channels."
            : $"It takes a batch of {ConvPlan.Things(axes)}s, or one {ConvPlan.Things(axes)}."));
    }

    // A single thing is a batch of one.
    static Shape Batch(Shape shape, int axes)
    {
        if (shape.Rank == axes + 2)
            return shape;
        Span<int> sizes = stackalloc int[axes + 2];
        sizes[0] = 1;
        shape.CopyTo(sizes[1..]);
        return new Shape(sizes);
    }

    long Extent(int axis) => (long)Dilation[axis] * (Kernel[axis] - 1) + 1;

    long Padded(Shape input, int axis) => input[input.Rank - Axes + axis] + 2L * Padding[axis];

    string Times(Func<int, long> size) => string.Join(" x ", Enumerable.Range(0, Axes).Select(size));

    /// <summary>The layer with its settings, those that are not the usual ones by their names, without a closing bracket.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Layer}({Kernel}");
        if (Stride != Kernel)
            text.Append(CultureInfo.InvariantCulture, $", stride: {Stride}");
        if (Padding != 0)
            text.Append(CultureInfo.InvariantCulture, $", padding: {Padding}");
        if (Dilation != 1)
            text.Append(CultureInfo.InvariantCulture, $", dilation: {Dilation}");
        return text.Append(CeilMode ? ", ceilMode: true" : "").ToString();
    }
}
