using System.Buffers.Binary;

namespace Ballast;

/// <summary>Refuses files that end before their picture does.</summary>
static class PhotoEnd
{
    /// <summary>Looks for the end that the format has.</summary>
    /// <exception cref="InvalidDataException">It is not there.</exception>
    public static void Refuse(PhotoFormat format, ReadOnlySpan<byte> file)
    {
        bool whole = format switch
        {
            PhotoFormat.Jpeg => file.LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9]) > file.LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]),
            PhotoFormat.Png => HasPngEnd(file),
            PhotoFormat.Gif => HasGifPicture(file),
            PhotoFormat.Tiff => TiffStrips.AreWithin(file),
            PhotoFormat.Webp => BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) + 8L <= file.Length,
            _ => true,
        };
        if (!whole)
            throw new InvalidDataException($"{PhotoFormats.Name(format)}: the file ends before the picture does. It is truncated.");
    }

    static bool HasPngEnd(ReadOnlySpan<byte> file)
    {
        long at = 8;
        while (at + 12 <= file.Length)
        {
            var chunk = file[(int)at..];
            if (chunk[4..].StartsWith("IEND"u8))
                return true;
            at += 12L + BinaryPrimitives.ReadUInt32BigEndian(chunk);
        }

        return false;
    }

    // After 13 bytes and a table of colours: extensions and pictures, each in blocks that begin with their length, up to one of none.
    static bool HasGifPicture(ReadOnlySpan<byte> file)
    {
        long at = 13 + Table(file[10]);
        while (at + 10 < file.Length && file[(int)at] is 0x21 or 0x2C)
        {
            bool isPicture = file[(int)at] == 0x2C;
            at += isPicture ? 11 + Table(file[(int)at + 9]) : 2;        // a picture's place, size and colours, and how wide its first codes are
            while (at < file.Length && file[(int)at] != 0)
                at += 1 + file[(int)at];
            if (isPicture || at >= file.Length)
                return at < file.Length;
            at++;
        }

        return at + 10 < file.Length;           // the decoder says what is there instead

        static int Table(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }
}
