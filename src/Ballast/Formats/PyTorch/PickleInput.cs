using System.Buffers.Binary;
using System.Text;

namespace Ballast;

/// <summary>The bytes of a pickle, read in order.</summary>
/// <param name="source">Where they are.</param>
/// <param name="path">The file's path, for messages.</param>
/// <param name="position">Where they begin.</param>
sealed class PickleInput(ByteSource source, string path, long position = 0)
{
    const int BlockLength = 1 << 16;
    const int LongestLine = 4096;

    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    byte[] block = [];
    int next;

    /// <summary>Where the next byte lies.</summary>
    public long Position => position - block.Length + next;

    /// <summary>The bytes that are left.</summary>
    public long Left => source.Length - Position;

    /// <summary>The next byte.</summary>
    public byte Byte()
    {
        if (next == block.Length)
        {
            if (position >= source.Length)
                Fail("ends before its last operation. The file is truncated, or damaged");
            block = new byte[(int)Math.Min(BlockLength, source.Length - position)];
            source.Read(position, block);
            position += block.Length;
            next = 0;
        }

        return block[next++];
    }

    /// <summary>The next bytes.</summary>
    public byte[] Bytes(long count)
    {
        if (count < 0 || count > Left || count > Array.MaxLength)
            Fail($"claims {count} bytes where {Left} are left");
        byte[] bytes = new byte[count];
        int buffered = (int)Math.Min(count, block.Length - next);
        block.AsSpan(next, buffered).CopyTo(bytes);
        next += buffered;
        if (buffered < count)
        {
            source.Read(position, bytes.AsSpan(buffered));
            position += count - buffered;
            (block, next) = ([], 0);
        }

        return bytes;
    }

    /// <summary>A little-endian number of two bytes.</summary>
    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(sizeof(ushort)));

    /// <summary>A little-endian number of four bytes.</summary>
    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int)));

    /// <summary>A little-endian number of eight bytes.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(sizeof(long)));

    /// <summary>Text of so many bytes.</summary>
    public string Text(long count)
    {
        try
        {
            // "surrogatepass" is what Python writes lone surrogates with; no key has them.
            return StrictUtf8.GetString(Bytes(count));
        }
        catch (DecoderFallbackException failure)
        {
            Throw.InvalidData($"{path}: the pickle has a text that is not valid UTF-8.", failure);
            return "";
        }
    }

    /// <summary>Text up to a line's end, which is read and left out.</summary>
    public string Line()
    {
        var bytes = new List<byte>();
        byte value;
        while ((value = Byte()) != '\n')
        {
            if (bytes.Count == LongestLine)
                Fail($"has a name of more than {LongestLine} bytes");
            bytes.Add(value);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>Refuses the pickle.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public void Fail(string what) => Throw.InvalidData($"{path}: the pickle {what}.");
}
