using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Ballast;

/// <summary>Writes a zip of stored entries, whose contents begin at multiples of 64 bytes, dated 1980-01-01: the bytes depend on names and
/// contents alone. Sizes and offsets from 4 GB on are written in 64 bits.</summary>
/// <param name="stream">Where it goes; it must be seekable, because an entry's sum is known when it is written.</param>
sealed class ZipWriter(Stream stream) : IDisposable
{
    const int Alignment = 64;
    const int LocalLength = 30, CrcOffset = 14;
    const ushort Version = 45, Utf8Flag = 0x800, Date = 0x21; // day 1 of month 1 of 1980
    const ushort Field64 = 1, PaddingField = 0x4246; // PyTorch's "FB"

    readonly List<(string Name, uint Crc, long Offset, long Length)> entries = [];

    /// <summary>Adds an entry.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="write">Writes exactly so many.</param>
    public void Add(string name, long length, Action<Stream> write)
    {
        long offset = stream.Position;
        byte[] encoded = Encoding.UTF8.GetBytes(name);
        byte[] wide = length >= uint.MaxValue ? Wide(length, length) : [];
        long start = offset + LocalLength + encoded.Length + wide.Length + 4;
        int padding = (int)(-start & (Alignment - 1));
        var header = new ZipRecord();
        header.UInt32(0x04034B50).UInt16(Version).UInt16(Utf8Flag).UInt16(0).UInt16(0).UInt16(Date).UInt32(0)
            .UInt32(Narrow(length)).UInt32(Narrow(length)).UInt16(encoded.Length).UInt16(wide.Length + 4 + padding)
            .Bytes(encoded).Bytes(wide).UInt16(PaddingField).UInt16(padding).Bytes(new byte[padding]);
        stream.Write(header.Written);
        var summed = new SummedStream(stream);
        write(summed);
        if (summed.Length != length)
            Throw.InvalidOperation($"ZipWriter: expected {length} bytes of {name}, got {summed.Length}.");
        long end = stream.Position;
        stream.Position = offset + CrcOffset;
        stream.Write(new ZipRecord().UInt32(summed.Crc).Written);
        stream.Position = end;
        entries.Add((name, summed.Crc, offset, length));
    }

    /// <summary>Adds an entry of bytes.</summary>
    public void Add(string name, byte[] content) => Add(name, content.Length, entry => entry.Write(content));

    /// <summary>Writes the directory.</summary>
    public void Dispose()
    {
        long start = stream.Position;
        foreach (var (name, crc, offset, length) in entries)
        {
            byte[] encoded = Encoding.UTF8.GetBytes(name);
            long[] numbers = [.. new[] { length, length, offset }.Where(static number => number >= uint.MaxValue)];
            byte[] wide = numbers.Length > 0 ? Wide(numbers) : [];
            stream.Write(new ZipRecord().UInt32(0x02014B50).UInt16(Version).UInt16(Version).UInt16(Utf8Flag).UInt16(0).UInt16(0).UInt16(Date)
                .UInt32(crc).UInt32(Narrow(length)).UInt32(Narrow(length)).UInt16(encoded.Length).UInt16(wide.Length).UInt16(0)
                .UInt16(0).UInt16(0).UInt32(0).UInt32(Narrow(offset)).Bytes(encoded).Bytes(wide).Written);
        }

        long end = stream.Position;
        if (entries.Count >= ushort.MaxValue || end - start >= uint.MaxValue || start >= uint.MaxValue)
        {
            stream.Write(new ZipRecord().UInt32(0x06064B50).Int64(44).UInt16(Version).UInt16(Version).UInt32(0).UInt32(0)
                .Int64(entries.Count).Int64(entries.Count).Int64(end - start).Int64(start)
                .UInt32(0x07064B50).UInt32(0).Int64(end).UInt32(1).Written);
        }

        int count = Math.Min(entries.Count, ushort.MaxValue);
        stream.Write(new ZipRecord().UInt32(0x06054B50).UInt16(0).UInt16(0).UInt16(count).UInt16(count)
            .UInt32(Narrow(end - start)).UInt32(Narrow(start)).UInt16(0).Written);
    }

    static uint Narrow(long number) => (uint)Math.Min(number, uint.MaxValue);

    static byte[] Wide(params ReadOnlySpan<long> numbers)
    {
        var field = new ZipRecord().UInt16(Field64).UInt16(numbers.Length * sizeof(long));
        foreach (long number in numbers)
            field.Int64(number);
        return field.Written.ToArray();
    }

    // Little-endian numbers, one after the other.
    sealed class ZipRecord
    {
        readonly ArrayBufferWriter<byte> bytes = new();

        public ReadOnlySpan<byte> Written => bytes.WrittenSpan;

        public ZipRecord UInt16(int value)
        {
            Span<byte> field = stackalloc byte[sizeof(ushort)];
            BinaryPrimitives.WriteUInt16LittleEndian(field, (ushort)value);
            return Bytes(field);
        }

        public ZipRecord UInt32(uint value)
        {
            Span<byte> field = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(field, value);
            return Bytes(field);
        }

        public ZipRecord Int64(long value)
        {
            Span<byte> field = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(field, value);
            return Bytes(field);
        }

        public ZipRecord Bytes(ReadOnlySpan<byte> field)
        {
            bytes.Write(field);
            return this;
        }
    }
}
