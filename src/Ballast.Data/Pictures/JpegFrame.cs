using System.Buffers.Binary;

namespace Ballast;

/// <summary>The frame header of a JPEG file in three components of 8 bits: where it begins, and how many pixels a sample of colour
/// stands for.</summary>
/// <param name="At">The place of the header's marker in the file.</param>
/// <param name="Across">Pixels from left to right.</param>
/// <param name="Down">Pixels from top to bottom.</param>
/// <remarks>Source: ITU-T T.81, B.2.2 (frame header) and B.1.1.4 (marker segments). The Adobe segment is in Adobe Technical Note 5116.</remarks>
readonly record struct JpegFrame(int At, int Across, int Down)
{
    // APP14, 14 bytes: "Adobe", version 100, no flags, transform 0, which says that the components are not to be converted.
    static ReadOnlySpan<byte> Unconverted => [0xFF, 0xEE, 0, 14, (byte)'A', (byte)'d', (byte)'o', (byte)'b', (byte)'e', 0, 100, 0, 0, 0, 0, 0];

    /// <summary>Finds the header.</summary>
    /// <returns>Null where there is none of this kind, or the samples of the two colours do not stand for 2 x 2, 2 x 1 or 1 x 2 pixels
    /// both.</returns>
    public static JpegFrame? Find(ReadOnlySpan<byte> file)
    {
        int at = 2;
        while (at + 4 <= file.Length && file[at] == 0xFF)
        {
            int marker = file[at + 1];
            if (marker == 0xFF)                                     // a fill byte
            {
                at++;
                continue;
            }

            if (marker is 0xC0 or 0xC1 or 0xC2)
                return Read(file, at);
            if (marker is 0 or 1 or (>= 0xD0 and <= 0xDA))          // no length follows, or the picture begins
                return null;
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }

        return null;
    }

    /// <summary>The file with a segment before its frame header by which a decoder takes its components for red, green and blue: it gives
    /// Y, Cb and Cr as they are.</summary>
    public byte[] WithoutConversion(ReadOnlySpan<byte> file) => [.. file[..At], .. Unconverted, .. file[At..]];

    // Marker, length, precision, height, width, count; of each component its name, factors and table.
    static JpegFrame? Read(ReadOnlySpan<byte> file, int at)
    {
        if (at + 19 > file.Length || file[at + 4] != 8 || file[at + 9] != 3)
            return null;
        int y = file[at + 11], cb = file[at + 14], cr = file[at + 17];
        return (cb, cr, y) switch
        {
            (0x11, 0x11, 0x22) => new(at, 2, 2),
            (0x11, 0x11, 0x21) or (0x12, 0x12, 0x22) => new(at, 2, 1),
            (0x11, 0x11, 0x12) or (0x21, 0x21, 0x22) => new(at, 1, 2),
            _ => null,
        };
    }
}
