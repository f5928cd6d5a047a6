using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>Where a tensor's elements lie in its memory: the offset of the first one and, for each axis, the stride: the distance
/// between neighbours, in elements.</summary>
/// <remarks>A stride of 0 repeats one element, a negative one goes backwards. Channels-last is an order of strides like any other.</remarks>
readonly partial struct Layout : IEquatable<Layout>
{
    readonly Strides strides;

    Layout(Shape shape, in Strides strides, int offset)
    {
        Shape = shape;
        Offset = offset;
        this.strides = strides;
    }

    /// <summary>The size of each axis.</summary>
    public Shape Shape { get; }

    /// <summary>Where the first element lies.</summary>
    public int Offset { get; }

    /// <summary>The elements side by side, the last axis innermost.</summary>
    public static Layout RowMajor(Shape shape)
    {
        Strides strides = default;
        int step = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= Math.Max(1, shape[axis]);
        }

        return new Layout(shape, strides, 0);
    }

    /// <summary>The elements of [N, C, ...] side by side as [N, ..., C].</summary>
    public static Layout ChannelsLast(Shape shape)
    {
        Strides strides = default;
        int step = Math.Max(1, shape[1]);
        strides[1] = 1;
        for (int axis = shape.Rank - 1; axis >= 2; axis--)
        {
            strides[axis] = step;
            step *= Math.Max(1, shape[axis]);
        }

        strides[0] = step;
        return new Layout(shape, strides, 0);
    }

    /// <summary>The elements of a shape side by side, the axes in the order of another layout's strides.</summary>
    public static Layout Dense(Shape shape, in Layout order)
    {
        Span<int> axes = stackalloc int[Shape.MaxRank];
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            int at = axis;
            for (; at > 0 && Math.Abs(order.strides[axes[at - 1]]) < Math.Abs(order.strides[axis]); at--)
                axes[at] = axes[at - 1];
            axes[at] = axis;
        }

        Strides strides = default;
        int step = 1;
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            strides[axes[i]] = step;
            step *= Math.Max(1, shape[axes[i]]);
        }

        return new Layout(shape, strides, 0);
    }

    /// <summary>The distance between neighbours on an axis.</summary>
    public int Stride(int axis) => strides[axis];

    /// <summary>Whether the elements lie side by side in row-major order from the memory's beginning.</summary>
    public bool IsRowMajor => Offset == 0 && Equals(RowMajor(Shape));

    /// <summary>Whether every element has a place of its own and no place between them is left out, in whatever order of axes.</summary>
    public bool IsDense => Equals(new Layout(Shape, Dense(Shape, this).strides, Offset));

    /// <summary>Whether one element stands at several positions.</summary>
    public bool Repeats
    {
        get
        {
            for (int axis = 0; axis < Shape.Rank; axis++)
            {
                if (strides[axis] == 0 && Shape[axis] > 1)
                    return true;
            }

            return false;
        }
    }

    /// <inheritdoc/>
    public bool Equals(Layout other)
    {
        if (Shape != other.Shape || Offset != other.Offset)
            return false;
        for (int axis = 0; axis < Shape.Rank; axis++)
        {
            if (Shape[axis] != 1 && strides[axis] != other.strides[axis])
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Layout other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Shape, Offset);

    [InlineArray(Shape.MaxRank + 1)]
    struct Strides
    {
        int first;
    }
}
