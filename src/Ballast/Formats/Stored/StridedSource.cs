namespace Ballast;

/// <summary>A view of elements that lie apart, read as the row-major tensor it stands for.</summary>
/// <param name="source">The storage.</param>
/// <param name="size">Bytes of an element.</param>
/// <param name="offset">The first element's place in the storage, in elements.</param>
/// <param name="shape">The sizes of the axes; none is 0.</param>
/// <param name="strides">By how many elements each axis steps, 0 or more; the caller has checked that the last element lies within the
/// storage.</param>
sealed class StridedSource(ByteSource source, int size, long offset, long[] shape, long[] strides) : ByteSource
{
    // The part of the storage that the view covers, held from the first element's read to the last one's: elements that lie far
    // apart would otherwise cost a read of the file each.
    ReadOnlyMemory<byte>? covered;

    /// <inheritdoc/>
    public override long Length { get; } = shape.Aggregate((long)size, static (product, axis) => product * axis);

    /// <summary>Whether a view is the storage's own order, without gaps.</summary>
    public static bool IsRowMajor(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        long expected = 1;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            if (shape[axis] != 1 && strides[axis] != expected)
                return false;
            expected *= shape[axis];
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Read(long start, Span<byte> destination)
    {
        // Callers read whole elements.
        long index = start / size;
        Span<long> position = stackalloc long[shape.Length];
        long place = offset;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            position[axis] = index % shape[axis];
            index /= shape[axis];
            place += position[axis] * strides[axis];
        }

        var elements = Covered().Span;
        for (int at = 0; at < destination.Length; at += size)
        {
            elements.Slice((int)((place - offset) * size), size).CopyTo(destination.Slice(at, size));
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                place += strides[axis];
                if (++position[axis] < shape[axis])
                    break;
                place -= position[axis] * strides[axis];
                position[axis] = 0;
            }
        }

        if (start + destination.Length == Length)
            covered = null;
    }

    ReadOnlyMemory<byte> Covered()
    {
        if (covered is { } held)
            return held;
        long length = size;
        for (int axis = 0; axis < shape.Length; axis++)
            length += (shape[axis] - 1) * strides[axis] * size;
        var part = source.Slice(offset * size, length);
        if (part.Memory is not { } memory)
        {
            if (length > Array.MaxLength)
                Throw.InvalidData($"A view covers {length} bytes of its storage; at most {Array.MaxLength} can be held. Save a contiguous copy.");
            byte[] bytes = new byte[length];
            part.Read(0, bytes);
            memory = bytes;
        }

        covered = memory;
        return memory;
    }
}
