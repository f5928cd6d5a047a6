namespace Ballast;

// The layouts of views.
readonly partial struct Layout
{
    /// <summary>The axes in another order.</summary>
    public Layout Permute(ReadOnlySpan<int> axes)
    {
        Span<int> sizes = stackalloc int[axes.Length];
        Strides moved = default;
        for (int i = 0; i < axes.Length; i++)
            (sizes[i], moved[i]) = (Shape[axes[i]], strides[axes[i]]);
        return new Layout(new Shape(sizes), moved, Offset);
    }

    /// <summary>Every <paramref name="step"/>-th element of an axis, <paramref name="count"/> of them.</summary>
    public Layout Slice(int axis, int start, int count, int step)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Shape.CopyTo(sizes);
        sizes[axis] = count;
        Strides stepped = strides;
        stepped[axis] *= step;
        int offset = count == 0 ? Offset : Offset + start * strides[axis];
        return new Layout(new Shape(sizes[..Shape.Rank]), stepped, offset);
    }

    /// <summary>The positions of an axis in the opposite order.</summary>
    public Layout Reverse(int axis) => Slice(axis, Math.Max(0, Shape[axis] - 1), Shape[axis], -1);

    /// <summary>One position of an axis, which goes.</summary>
    public Layout Select(int axis, int position)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Strides left = default;
        int rank = 0;
        for (int i = 0; i < Shape.Rank; i++)
        {
            if (i != axis)
                (sizes[rank], left[rank++]) = (Shape[i], strides[i]);
        }

        return new Layout(new Shape(sizes[..rank]), left, Offset + position * strides[axis]);
    }

    /// <summary>The same elements with one more axis, of the size 1.</summary>
    public Layout Insert(int axis)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank + 1];
        Strides wider = default;
        for (int i = 0, from = 0; i <= Shape.Rank; i++)
            (sizes[i], wider[i]) = i == axis ? (1, 1) : (Shape[from], strides[from++]);
        return new Layout(new Shape(sizes[..(Shape.Rank + 1)]), wider, Offset);
    }

    /// <summary>The elements repeated along axes of the size 1 and new axes in front, as shapes broadcast.</summary>
    public Layout Expand(Shape shape)
    {
        Strides repeated = default;
        int ahead = shape.Rank - Shape.Rank;
        for (int axis = ahead; axis < shape.Rank; axis++)
            repeated[axis] = Shape[axis - ahead] == shape[axis] ? strides[axis - ahead] : 0;
        return new Layout(shape, repeated, Offset);
    }

    /// <summary>Overlapping windows along an axis, whose positions become a last axis of their own.</summary>
    public Layout Unfold(int axis, int size, int step)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank + 1];
        Shape.CopyTo(sizes);
        Strides windows = strides;
        sizes[axis] = (Shape[axis] - size) / step + 1;
        windows[axis] = strides[axis] * step;
        sizes[Shape.Rank] = size;
        windows[Shape.Rank] = strides[axis];
        return new Layout(new Shape(sizes[..(Shape.Rank + 1)]), windows, Offset);
    }

    /// <summary>The same elements in row-major sequence under another shape, where no copy is needed for it.</summary>
    public bool TryReshape(Shape shape, out Layout reshaped)
    {
        reshaped = default;
        if (shape.Length == 0)
        {
            reshaped = RowMajor(shape);
            return true;
        }

        // Runs of axes whose elements follow one another evenly can be cut anywhere.
        Strides cut = default;
        int axis = 0, own = 0;
        while (axis < shape.Rank || own < Shape.Rank)
        {
            int from = own, to = axis;
            long left = own < Shape.Rank ? Shape[own++] : 1, right = axis < shape.Rank ? shape[axis++] : 1;
            while (left != right)
            {
                if (left < right)
                    left *= Shape[own++];
                else
                    right *= shape[axis++];
            }

            if (!Even(from, own, out int stride))
                return false;
            for (int i = axis - 1; i >= to; i--)
            {
                cut[i] = stride;
                stride *= shape[i];
            }
        }

        reshaped = new Layout(shape, cut, Offset);
        return true;
    }

    // Whether axes follow one another evenly, and the stride of the innermost one that has more than one element.
    bool Even(int from, int to, out int stride)
    {
        stride = 1;
        long? expected = null;
        for (int axis = to - 1; axis >= from; axis--)
        {
            if (Shape[axis] == 1)
                continue;
            if (expected is null)
                stride = strides[axis];
            else if (strides[axis] != expected)
                return false;
            expected = (long)strides[axis] * Shape[axis];
        }

        return true;
    }
}
