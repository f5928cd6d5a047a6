using System.Buffers.Binary;
using System.Numerics;

namespace Ballast;

/// <summary>The records of an event file: length, masked CRC-32C of the length, data, masked CRC-32C of the data.</summary>
static class EventFile
{
    const int Head = sizeof(ulong) + sizeof(uint), End = sizeof(uint);

    /// <summary>A message as a record.</summary>
    public static byte[] Record(ReadOnlySpan<byte> message)
    {
        byte[] record = new byte[Head + message.Length + End];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), MaskedSum(record.AsSpan(0, sizeof(ulong))));
        message.CopyTo(record.AsSpan(Head));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(Head + message.Length), MaskedSum(message));
        return record;
    }

    /// <summary>The masked CRC-32C of a record's parts.</summary>
    public static uint MaskedSum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in bytes)
            sum = BitOperations.Crc32C(sum, value);
        sum = ~sum;
        return unchecked(((sum >> 15) | (sum << 17)) + 0xA282EAD8);
    }

    /// <summary>Drops events beyond a step, those of some tags, and what follows the last whole record. A file that has nothing of that is
    /// left as it is.</summary>
    public static void Cut(string path, long step, Func<string, bool>? dropped)
    {
        byte[] file = File.ReadAllBytes(path);
        var kept = new List<Range>();
        int at = 0, length;
        while ((length = RecordLength(file.AsSpan(at))) > 0)
        {
            var (own, tag) = Describe(file.AsSpan(at + Head, length - Head - End));
            if (own <= step && !(tag is not null && dropped?.Invoke(tag) == true))
                kept.Add(at..(at + length));
            at += length;
        }

        if (kept.Sum(range => range.GetOffsetAndLength(file.Length).Length) == file.Length)
            return;
        AtomicFile.Write(path, stream =>
        {
            foreach (var range in kept)
                stream.Write(file.AsSpan(range));
        });
    }

    // 0 where no whole record begins.
    static int RecordLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Head + End || BinaryPrimitives.ReadUInt32LittleEndian(bytes[sizeof(ulong)..]) != MaskedSum(bytes[..sizeof(ulong)]))
            return 0;
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)(bytes.Length - Head - End))
            return 0;
        var data = bytes.Slice(Head, (int)length);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[(Head + data.Length)..]) == MaskedSum(data) ? Head + data.Length + End : 0;
    }

    // An event's step, and the tag of its first value where it has one: Event.step, Event.summary.value.tag.
    static (long Step, string? Tag) Describe(ReadOnlySpan<byte> message)
    {
        long step = EventFields.Find(message, 2, out var number) ? number.Integer : 0;
        string? tag = EventFields.Find(message, 5, out var summary) && EventFields.Find(summary.Bytes, 1, out var value)
            && EventFields.Find(value.Bytes, 1, out var name) ? System.Text.Encoding.UTF8.GetString(name.Bytes) : null;
        return (step, tag);
    }
}
