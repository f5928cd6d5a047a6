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
}
