namespace Ballast;

/// <content>Padding.</content>
public partial class Tensor
{
    /// <summary>The tensor with more around it, or with less where a number is negative. PyTorch: <c>F.pad</c>.</summary>
    /// <param name="padding">How many positions before and after, last axis first: <c>[left, right, top, bottom]</c>.</param>
    /// <param name="mode">What is put there.</param>
    /// <param name="value">The value of <see cref="PadMode.Constant"/>, which the elements' type has to have.</param>
    /// <exception cref="ArgumentException">An odd number of numbers, or more than two for each axis; more taken away than there is; more
    /// mirrored than an axis has besides its outermost position, more of the other end than it has, or an axis of none repeated.
    /// </exception>
    public Tensor Pad(ReadOnlySpan<int> padding, PadMode mode = PadMode.Constant, double value = 0)
    {
        Throw.Unless(padding.Length % 2 == 0 && padding.Length <= 2 * Shape.Rank,
            $"Pad: expected two numbers for each axis, the last axis first, for at most {Shape.Rank} axes of {Shape}, " +
            $"got {Shape.Describe(padding)}.");
        var padded = this;
        for (int i = 0; i < padding.Length; i += 2)
        {
            int axis = Shape.Rank - 1 - i / 2, before = padding[i], after = padding[i + 1], size = Shape[axis];
            Throw.Unless(size + Math.Min(0L, before) + Math.Min(0L, after) >= 0,
                $"Pad: {before} and {after} take more away than the {size} positions of axis {axis} of {Shape}.");
            padded = padded.Cropped(axis, Math.Max(0, -before), Math.Max(0, -after));
            (before, after) = (Math.Max(0, before), Math.Max(0, after));
            if (before + after > 0)
                padded = padded.Padded(axis, before, after, mode, value);
        }

        return padded;
    }

    Tensor Cropped(int axis, int before, int after) => before + after == 0 ? this : Narrow(axis, before, Shape[axis] - before - after);

    Tensor Padded(int axis, int before, int after, PadMode mode, double value)
    {
        int size = Shape[axis], most = mode switch
        {
            PadMode.Reflect => size - 1,
            PadMode.Circular => size,
            PadMode.Replicate when size == 0 => 0,
            _ => int.MaxValue,
        };
        Throw.Unless(Math.Max(before, after) <= most,
            $"Pad: {mode} gives at most {Math.Max(0, most)} positions on each side of axis {axis} of {Shape}, got {before} and {after}.");
        return mode switch
        {
            PadMode.Reflect => Concat([Narrow(axis, 1, before).Flip(axis), this, Narrow(axis, size - 1 - after, after).Flip(axis)], axis),
            PadMode.Circular => Concat([Narrow(axis, size - before, before), this, Narrow(axis, 0, after)], axis),
            PadMode.Replicate => Concat([Edge(axis, 0, before), this, Edge(axis, size - 1, after)], axis),
            _ => Concat([Filled(axis, before, value), this, Filled(axis, after, value)], axis),
        };
    }

    // One position of an axis, several times.
    Tensor Edge(int axis, int position, int times) => Narrow(axis, position, 1).ExpandTo(Sized(axis, times));

    // One value, at several positions of an axis.
    Tensor Filled(int axis, int times, double value) => Full(Shape.Scalar, value, ElementType).ExpandTo(Sized(axis, times));

    Shape Sized(int axis, int size)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Shape.CopyTo(sizes);
        sizes[axis] = size;
        return new Shape(sizes[..Shape.Rank]);
    }
}
