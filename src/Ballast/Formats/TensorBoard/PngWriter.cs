using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Ballast;

/// <summary>Writes pictures as PNG (ISO/IEC 15948): 8 bits, grey or colour, rows without a filter.</summary>
static class PngWriter
{
    const byte Grey = 0, Colour = 2;

    static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A picture [1, H, W] or [3, H, W] of values from 0 to 1.</summary>
    public static byte[] Write(Tensor image)
    {
        var (channels, height, width) = (image.Shape[0], image.Shape[1], image.Shape[2]);
        var values = image.AsSpan();
        byte[] rows = new byte[height * (1 + (width * channels))];
        int at = 0;
        for (int y = 0; y < height; y++)
        {
            at++; // the row's filter, 0
            for (int x = 0; x < width; x++)
            {
                for (int channel = 0; channel < channels; channel++)
                    rows[at++] = ToByte(values[(((channel * height) + y) * width) + x]);
            }
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(rows);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, channels == 1 ? Grey : Colour);

        using var file = new MemoryStream();
        file.Write(Signature);
        Chunk(file, "IHDR", header);
        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    static byte ToByte(float value) => value > 0 ? (byte)Math.Round(Math.Min(value, 1) * 255) : (byte)0;

    static void Chunk(MemoryStream file, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] summed = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(summed);
        BinaryPrimitives.WriteUInt32BigEndian(number, PngCrc.Finish(PngCrc.Append(PngCrc.Start, summed)));
        file.Write(number);
    }
}
