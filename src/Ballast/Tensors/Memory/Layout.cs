using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>Where a tensor's elements lie in its memory: the offset of the first one and, for each axis, the stride: the distance
/// between neighbours, in elements.</summary>
/// <remarks>A stride of 0 repeats one element, a negative one goes backwards. Channels-last is an order of strides like any other.</remarks>
readonly partial struct Layout : IEquatable<Layout>
{
    static readonly Layout ScalarLayout;

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

    /// <summary>The layout of a single value.</summary>
    public static ref readonly Layout Scalar => ref ScalarLayout;

    /// <summary>The elements side by side, the last axis innermost.</summary>
    public static ref readonly Layout RowMajor(Shape shape) => ref shape.RowMajor;

    /// <summary>The same for sizes that are being made.</summary>
    public static Layout RowMajor(SharedSizes sizes)
    {
        Strides strides = default;
        int step = 1;
        for (int axis = sizes.Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= Math.Max(1, sizes.Sizes[axis]);
        }

        return new Layout(new Shape(sizes), strides, 0);
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
    public bool IsRowMajor => Offset == 0 && HasStridesOf(in RowMajor(Shape));

    /// <summary>Whether every element has a place of its own and no place between them is left out, in whatever order of axes.</summary>
    public bool IsDense => TryDense(out _);

    /// <summary>The layout of the same elements from the memory's beginning on, where <see cref="IsDense"/> holds.</summary>
    public bool TryDense(out Layout dense)
    {
        dense = RowMajor(Shape);
        if (HasStridesOf(dense))
            return true;
        dense = Dense(Shape, this);
        return HasStridesOf(dense);
    }

    /// <summary>Whether shape and strides are those of another layout, wherever the first element lies.</summary>
    public bool IsLike(in Layout other) => Shape == other.Shape && HasStridesOf(other);

    bool HasStridesOf(in Layout other)
    {
        var sizes = Shape.Sizes;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (strides[axis] != other.strides[axis] && sizes[axis] != 1)
                return false;
        }

        return true;
    }

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
    public bool Equals(Layout other) => IsSame(other);

    /// <summary>Whether shape, offset and strides are those of another layout.</summary>
    public bool IsSame(in Layout other) => Offset == other.Offset && IsLike(other);

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
