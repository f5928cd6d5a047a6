using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Ballast.Tests.Formats;

/// <summary>Writes PNG files for the tests, straight from the specification: the filters are applied here by their
/// definitions, and the CRC is taken bit by bit, so that nothing is shared with the reader under test.</summary>
static class PngMaker
{
    public static byte[] Encode(int width, int height, int depth, int color, byte[] rows, Func<int, int>? filterOf = null,
        byte[]? palette = null, int chunkSize = int.MaxValue)
    {
        int channels = color switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        int rowBytes = (width * channels * depth + 7) / 8;
        int pixel = Math.Max(1, channels * depth / 8);
        var filtered = new byte[height * (rowBytes + 1)];
        for (int y = 0; y < height; y++)
        {
            int filter = filterOf?.Invoke(y) ?? 0;
            filtered[y * (rowBytes + 1)] = (byte)filter;
            for (int i = 0; i < rowBytes; i++)
            {
                int a = i < pixel ? 0 : rows[y * rowBytes + i - pixel];
                int b = y == 0 ? 0 : rows[(y - 1) * rowBytes + i];
                int c = y == 0 || i < pixel ? 0 : rows[(y - 1) * rowBytes + i - pixel];
                int guess = filter switch { 1 => a, 2 => b, 3 => (a + b) / 2, 4 => Paeth(a, b, c), _ => 0 };
                filtered[y * (rowBytes + 1) + 1 + i] = (byte)(rows[y * rowBytes + i] - guess);
            }
        }

        return Assemble(Header(width, height, depth, color), filtered, palette, chunkSize);
    }

    public static byte[] Header(int width, int height, int depth, int color, int interlace = 0)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = (byte)depth;
        header[9] = (byte)color;
        header[12] = (byte)interlace;
        return header;
    }

    public static byte[] Assemble(byte[] header, byte[] filtered, byte[]? palette = null, int chunkSize = int.MaxValue)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(file, "IHDR", header);
        Chunk(file, "tEXt", "Comment\0made by a test"u8);
        if (palette is not null)
            Chunk(file, "PLTE", palette);
        foreach (var part in Compress(filtered).Chunk(chunkSize))
            Chunk(file, "IDAT", part);
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    public static void Chunk(Stream file, string type, ReadOnlySpan<byte> bytes)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. bytes];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, bytes.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in bytes)
        {
            for (int bit = 0; bit < 8; bit++)
                sum = ((sum ^ (uint)(value >> bit)) & 1) != 0 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
        }

        return ~sum;
    }

    static byte[] Compress(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
            zlib.Write(bytes);
        return packed.ToArray();
    }

    // The specification's own words: the first of a, b, c that is nearest to a + b - c.
    static int Paeth(int a, int b, int c)
    {
        int p = a + b - c;
        int pa = Math.Abs(p - a), pb = Math.Abs(p - b), pc = Math.Abs(p - c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
}
