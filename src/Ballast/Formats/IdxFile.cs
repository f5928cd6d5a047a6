using System.Buffers.Binary;

namespace Ballast;

/// <summary>The format IDX, in which MNIST and its successors come: two zero bytes, the element type, the number of axes, the
/// size of each as a big-endian 32-bit integer, then the elements, the last axis running fastest.</summary>
/// <remarks>Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits.</remarks>
static class IdxFile
{
    const uint UnsignedByte = 8;
    const int MostAxes = 32;

    static StoredType? TypeOf(byte code) => code switch
    {
        0x08 => StoredType.U8,
        0x09 => StoredType.I8,
        0x0B => StoredType.I16,
        0x0C => StoredType.I32,
        0x0D => StoredType.F32,
        0x0E => StoredType.F64,
        _ => null,
    };

    /// <summary>Whether a file begins like one.</summary>
    public static bool IsOne(ReadOnlySpan<byte> start) => start is [0, 0, var type, > 0 and <= MostAxes, ..] && TypeOf(type) is not null;

    /// <summary>Reads the header; the elements are a part of <paramref name="source"/>.</summary>
    /// <exception cref="InvalidDataException">It has not as many elements as it says.</exception>
    public static StoredTensor Read(ByteSource source, string name, string path)
    {
        Span<byte> header = stackalloc byte[HeaderBytes(MostAxes)];
        header = header[..(int)Math.Min(header.Length, source.Length)];
        source.Read(0, header);
        int begin = HeaderBytes(header[3]);
        if (header.Length < begin)
        {
            Throw.InvalidData($"{path} has {source.Length} bytes. Expected an IDX file with {header[3]} axes, whose sizes alone take {begin}. "
                + "It is truncated.");
        }

        var type = TypeOf(header[2])!.Value;
        long[] shape = new long[header[3]];
        for (int axis = 0; axis < shape.Length; axis++)
            shape[axis] = Size(header, axis);
        if (!StoredTypes.TryLength(type, shape, out long length) || length != source.Length - begin)
        {
            Throw.InvalidData($"{path}: an IDX file of the type {type} and the shape [{string.Join(", ", shape)}] has {source.Length - begin} "
                + "bytes of elements, which is not what it takes. It is truncated or damaged.");
        }

        var data = source.Slice(begin, length);
        int size = StoredTypes.SwapSizeOf(type);
        return new StoredTensor(name, type, [.. shape], size > 1 ? new SwappedSource(data, size) : data);
    }

    /// <summary>Where the elements begin in a file of so many axes.</summary>
    public static int HeaderBytes(int axes) => 4 + 4 * axes;

    /// <summary>Checks that a file holds bytes <c>[N, sample...]</c>, all of them and no more.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="sample">The sizes of the axes behind the first: <c>28, 28</c>, or nothing for labels.</param>
    /// <returns>N, the size of the first axis.</returns>
    /// <exception cref="InvalidDataException">Another format, other sizes, or a truncated file.</exception>
    public static int Count(ReadOnlySpan<byte> file, string path, params ReadOnlySpan<int> sample)
    {
        int axes = 1 + sample.Length;
        uint magic = UnsignedByte << 8 | (uint)axes;
        if (file.Length < HeaderBytes(axes) || BinaryPrimitives.ReadUInt32BigEndian(file) != magic)
        {
            Throw.InvalidData($"{path} begins with {Convert.ToHexString(file[..Math.Min(4, file.Length)])}. Expected an IDX "
                + $"file of bytes with {axes} axes, which begins with {magic:X8} and their sizes. If it is packed (.gz), "
                + "unpack it first.");
        }

        long count = Size(file, 0), length = count;
        for (int i = 0; i < sample.Length; i++)
        {
            if (Size(file, i + 1) != sample[i])
            {
                Throw.InvalidData($"{path}: a sample's axis {i} has the size {Size(file, i + 1)}. Expected samples of "
                    + $"{string.Join(" x ", sample.ToArray())}.");
            }

            length *= sample[i];
        }

        if (file.Length != HeaderBytes(axes) + length)
        {
            Throw.InvalidData($"{path} has {file.Length} bytes. Expected {HeaderBytes(axes) + length} for the {count} samples "
                + "that it says it has. It is truncated or damaged.");
        }

        return (int)count;
    }

    static uint Size(ReadOnlySpan<byte> file, int axis) => BinaryPrimitives.ReadUInt32BigEndian(file[HeaderBytes(axis)..]);
}
