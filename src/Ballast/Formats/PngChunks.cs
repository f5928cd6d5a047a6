using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Ballast;

/// <summary>Walks the chunks of a PNG file and checks each one's CRC once its bytes have been read.</summary>
sealed class PngChunks
{
    readonly Stream stream;
    uint sum;

    static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads the eight bytes that begin every PNG file.</summary>
    public PngChunks(Stream stream)
    {
        this.stream = stream;
        Span<byte> signature = stackalloc byte[8];
        int read = stream.ReadAtLeast(signature, signature.Length, throwOnEndOfStream: false);
        if (signature[..read] is [0xFF, 0xD8, 0xFF, ..])
            Throw.InvalidData("PNG: the file is a JPEG picture. Convert it to PNG, with ImageMagick for instance: magick NAME.jpg NAME.png.");
        if (read < signature.Length)
            Throw.InvalidData("PNG: the file ends too early. It is truncated.");
        if (!signature.SequenceEqual(Signature))
            Throw.InvalidData("PNG: the file does not begin as one. It is another format, or damaged.");
    }

    /// <summary>The present chunk's four letters.</summary>
    public string Type { get; private set; } = "";

    /// <summary>How many bytes of the present chunk are still to be read.</summary>
    public int Remaining { get; private set; }

    /// <summary>Goes to the next chunk; the present one has been read to its end.</summary>
    public void Next()
    {
        Span<byte> head = stackalloc byte[8];
        Fill(head);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(head);
        foreach (byte letter in head[4..])
        {
            if (!char.IsAsciiLetter((char)letter))
                Throw.InvalidData("PNG: a chunk's name is not four letters. The file is damaged.");
        }

        if (length > int.MaxValue)
            Throw.InvalidData($"PNG: a chunk claims {length} bytes. The file is damaged.");
        Type = Encoding.ASCII.GetString(head[4..]);
        Remaining = (int)length;
        sum = PngCrc.Append(PngCrc.Start, head[4..]);
        if (length == 0)
            CheckSum();
    }

    /// <summary>Reads from the present chunk, at most to its end; 0 at its end only.</summary>
    public int Read(Span<byte> destination)
    {
        if (Remaining == 0 || destination.IsEmpty)
            return 0;
        int count = stream.Read(destination[..Math.Min(destination.Length, Remaining)]);
        if (count == 0)
            Truncated();
        sum = PngCrc.Append(sum, destination[..count]);
        Remaining -= count;
        if (Remaining == 0)
            CheckSum();
        return count;
    }

    /// <summary>Reads the whole chunk, which has to be of this size.</summary>
    public void ReadAll(Span<byte> destination)
    {
        while (!destination.IsEmpty)
            destination = destination[Read(destination)..];
    }

    /// <summary>Passes over what is left of the chunk; its CRC is checked all the same.</summary>
    public void Skip()
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (Remaining > 0)
            Read(buffer);
    }

    void CheckSum()
    {
        Span<byte> stored = stackalloc byte[4];
        Fill(stored);
        if (BinaryPrimitives.ReadUInt32BigEndian(stored) != PngCrc.Finish(sum))
            Throw.InvalidData($"PNG: the chunk {Type} fails its CRC. The file is damaged.");
    }

    void Fill(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int count = stream.Read(destination);
            if (count == 0)
                Truncated();
            destination = destination[count..];
        }
    }

    [DoesNotReturn]
    static void Truncated() => Throw.InvalidData("PNG: the file ends too early. It is truncated.");
}
