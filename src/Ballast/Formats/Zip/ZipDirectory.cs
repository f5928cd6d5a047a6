using System.Buffers.Binary;
using System.Text;

namespace Ballast;

/// <summary>A zip's entries by its central directory, the one place where sizes are sure to be (PKWARE's APPNOTE 6.3.10). Stored and
/// deflated entries are read; encrypted ones, other methods and archives in several parts are refused.</summary>
sealed class ZipDirectory
{
    const uint EndMark = 0x06054B50, End64Mark = 0x06064B50, Locator64Mark = 0x07064B50, EntryMark = 0x02014B50;
    const int EndLength = 22, Locator64Length = 20, End64Length = 56, EntryLength = 46;
    const int LongestComment = ushort.MaxValue;
    const int LongestDirectory = 1 << 28;

    readonly ByteSource source;
    readonly string path;

    /// <summary>Reads the directory.</summary>
    /// <exception cref="InvalidDataException">There is none, it is damaged, or it asks for what is not read.</exception>
    public ZipDirectory(ByteSource source, string path)
    {
        this.source = source;
        this.path = path;
        var (count, offset, length) = FindDirectory();
        byte[] bytes = new byte[length];
        source.Read(offset, bytes);
        Entries = ReadEntries(bytes, count, offset);
        var names = new HashSet<string>();
        long packed = 0;
        foreach (var entry in Entries)
        {
            // Entries that lie over each other would make much of little.
            if ((packed += entry.PackedLength) > source.Length)
                Fail("the zip's entries take more bytes than the file has");
            if (!names.Add(entry.Name))
                Fail($"the entry {SafetensorsHeader.Quote(entry.Name)} occurs twice");
        }
    }

    /// <summary>The entries in the directory's order.</summary>
    public IReadOnlyList<ZipEntry> Entries { get; }

    /// <summary>One entry by its name, or null where there is none.</summary>
    public ZipEntry? Find(string name) => Entries.FirstOrDefault(entry => entry.Name == name);

    (long Count, long Offset, int Length) FindDirectory()
    {
        int tailLength = (int)Math.Min(source.Length, EndLength + LongestComment);
        byte[] tail = new byte[tailLength];
        source.Read(source.Length - tailLength, tail);
        int at = tailLength - EndLength;
        while (at >= 0 && !(BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at)) == EndMark
            && at + EndLength + BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(at + 20)) == tailLength))
        {
            at--;
        }

        if (at < 0)
            Fail("the zip's directory is missing. The file is truncated, or damaged");
        var end = tail.AsSpan(at);
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        long directoryEnd = source.Length - tailLength + at;
        if (count == ushort.MaxValue || length == uint.MaxValue || offset == uint.MaxValue)
            (count, length, offset, directoryEnd) = ReadEnd64(directoryEnd, count, length, offset);
        if (length > LongestDirectory || count > length / EntryLength)
            Fail($"the zip's directory claims {count} entries in {length} bytes");
        if (offset < 0 || length < 0 || offset > directoryEnd - length)
            Fail("the zip's directory does not lie within the file. It is truncated, or damaged");
        return (count, offset, (int)length);
    }

    (long Count, long Length, long Offset, long DirectoryEnd) ReadEnd64(long end, long count, long length, long offset)
    {
        Span<byte> bytes = stackalloc byte[End64Length];
        if (end < Locator64Length)
            return (count, length, offset, end);
        source.Read(end - Locator64Length, bytes[..Locator64Length]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Locator64Mark)
            return (count, length, offset, end);
        long at = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        if (at < 0 || at > end - Locator64Length - End64Length)
            Fail("the zip's 64-bit directory does not lie within the file");
        source.Read(at, bytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != End64Mark)
            Fail("the zip's 64-bit directory is damaged");
        return (BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]), at);
    }

    List<ZipEntry> ReadEntries(ReadOnlySpan<byte> bytes, long count, long directoryOffset)
    {
        var entries = new List<ZipEntry>();
        for (long i = 0; i < count; i++)
        {
            if (bytes.Length < EntryLength || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != EntryMark)
                Fail($"the zip's directory is damaged at entry {i}");
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]);
            int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[30..]);
            int length = EntryLength + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(bytes[32..]);
            if (length > bytes.Length)
                Fail($"the zip's directory ends within entry {i}");
            string name = Encoding.UTF8.GetString(bytes.Slice(EntryLength, nameLength));
            int flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
            if ((flags & 1) != 0)
                Fail($"the entry {SafetensorsHeader.Quote(name)} is encrypted. Unpack the archive and write it without a password");
            int method = BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]);
            if (method is not (ZipEntry.Stored or ZipEntry.Deflated))
                Fail($"the entry {SafetensorsHeader.Quote(name)} is compressed by method {method}; stored (0) and deflated (8) ones are read");
            uint crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
            long packed = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
            long unpacked = BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]);
            long offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[42..]);
            ReadExtra64(bytes.Slice(EntryLength + nameLength, extraLength), ref unpacked, ref packed, ref offset);
            if (packed < 0 || unpacked < 0 || offset < 0 || offset > directoryOffset - packed
                || (method == ZipEntry.Stored && packed != unpacked)
                || (method == ZipEntry.Deflated && unpacked / ZipEntry.MostDeflated > packed))
            {
                Fail($"the entry {SafetensorsHeader.Quote(name)} claims {packed} bytes at {offset}, {unpacked} unpacked, which the file cannot hold");
            }

            entries.Add(new ZipEntry(source, path, name, method, crc, offset, packed, unpacked));
            bytes = bytes[length..];
        }

        return entries;
    }

    // Field 1: those of the three numbers that did not fit into 32 bits, in this order.
    static void ReadExtra64(ReadOnlySpan<byte> extra, ref long unpacked, ref long packed, ref long offset)
    {
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            var field = extra.Slice(4, length);
            if (id == 1)
            {
                Take(ref field, ref unpacked);
                Take(ref field, ref packed);
                Take(ref field, ref offset);
            }

            extra = extra[(4 + length)..];
        }

        static void Take(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value != uint.MaxValue || field.Length < sizeof(long))
                return;
            value = BinaryPrimitives.ReadInt64LittleEndian(field);
            field = field[sizeof(long)..];
        }
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    void Fail(string what) => Throw.InvalidData($"{path}: {what}.");
}
