using System.Buffers.Binary;

namespace Ballast;

/// <summary>The CRC-32 of PNG chunks (ISO 3309, reflected polynomial EDB88320), eight bytes at a time over eight tables:
/// one table alone would cost as much as undoing the filters.</summary>
static class PngCrc
{
    const int Slices = 8;
    static readonly uint[] Tables = MakeTables();

    /// <summary>The value a chunk's sum starts from.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>Takes more bytes into a running sum that began at <see cref="Start"/>.</summary>
    public static uint Append(uint sum, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<uint> tables = Tables;
        while (bytes.Length >= Slices)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ sum;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            sum = tables[(7 << 8) + (int)(low & 255)] ^ tables[(6 << 8) + (int)(low >> 8 & 255)]
                ^ tables[(5 << 8) + (int)(low >> 16 & 255)] ^ tables[(4 << 8) + (int)(low >> 24)]
                ^ tables[(3 << 8) + (int)(high & 255)] ^ tables[(2 << 8) + (int)(high >> 8 & 255)]
                ^ tables[(1 << 8) + (int)(high >> 16 & 255)] ^ tables[(int)(high >> 24)];
            bytes = bytes[Slices..];
        }

        foreach (byte value in bytes)
            sum = tables[(int)((sum ^ value) & 255)] ^ sum >> 8;
        return sum;
    }

    /// <summary>The sum as a chunk stores it.</summary>
    public static uint Finish(uint sum) => ~sum;

    static uint[] MakeTables()
    {
        var tables = new uint[Slices << 8];
        for (uint i = 0; i < 256; i++)
        {
            uint sum = i;
            for (int bit = 0; bit < 8; bit++)
                sum = (sum & 1) != 0 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
            tables[i] = sum;
        }

        for (int i = 256; i < tables.Length; i++)
            tables[i] = tables[(int)(tables[i - 256] & 255)] ^ tables[i - 256] >> 8;
        return tables;
    }
}
