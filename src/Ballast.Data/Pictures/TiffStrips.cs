using System.Buffers.Binary;

namespace Ballast;

/// <summary>Where a TIFF's first page says that its pixels lie.</summary>
/// <remarks>Source: TIFF, revision 6.0: a directory of 12-byte entries (tag, type, count, value or its place).</remarks>
static class TiffStrips
{
    const int StripOffsets = 273, StripBytes = 279, TileOffsets = 324, TileBytes = 325;

    /// <summary>Whether all strips or tiles of the first page lie within the file.</summary>
    public static bool AreWithin(ReadOnlySpan<byte> file)
    {
        bool little = file[0] == (byte)'I';
        if (file.Length < 8)
            return false;
        long at = Long(file[4..], little);
        if (at + 2 > file.Length)
            return false;
        int entries = Short(file[(int)at..], little);
        if (at + 2 + 12L * entries > file.Length)
            return false;
        ReadOnlySpan<byte> offsets = default, lengths = default;
        for (int i = 0; i < entries; i++)
        {
            var entry = file.Slice((int)at + 2 + 12 * i, 12);
            int tag = Short(entry, little);
            if (tag is StripOffsets or TileOffsets)
                offsets = entry;
            else if (tag is StripBytes or TileBytes)
                lengths = entry;
        }

        if (offsets.IsEmpty || lengths.IsEmpty)
            return true;                        // the decoder says what is missing
        uint count = Math.Min(Long(offsets[4..], little), Long(lengths[4..], little));
        for (uint i = 0; i < count; i++)
        {
            if (Value(file, offsets, i, little) is not { } start || Value(file, lengths, i, little) is not { } length || start + length > file.Length)
                return false;
        }

        return true;
    }

    // Values of up to four bytes stand in the entry itself. Type 3 has two bytes each, type 4 four.
    static long? Value(ReadOnlySpan<byte> file, ReadOnlySpan<byte> entry, uint index, bool little)
    {
        int size = Short(entry[2..], little) == 3 ? 2 : 4;
        long whole = (long)size * Long(entry[4..], little);
        var values = entry[8..];
        if (whole > 4)
        {
            long place = Long(entry[8..], little);
            if (place + whole > file.Length)
                return null;
            values = file[(int)place..];
        }

        values = values[(int)(size * index)..];
        return size == 2 ? Short(values, little) : Long(values, little);
    }

    static int Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    static uint Long(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
