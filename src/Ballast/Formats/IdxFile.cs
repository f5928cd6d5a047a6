using System.Buffers.Binary;

namespace Ballast;

/// <summary>The format IDX, in which MNIST and its successors come: two zero bytes, the element type, the number of axes, the
/// size of each as a big-endian 32-bit integer, then the elements, the last axis running fastest.</summary>
/// <remarks>Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits. Of the element types only the
/// unsigned byte (8) is read.</remarks>
static class IdxFile
{
    const uint UnsignedByte = 8;

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
