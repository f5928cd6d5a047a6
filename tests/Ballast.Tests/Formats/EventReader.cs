using System.Buffers.Binary;
using System.Text;

namespace Ballast.Tests.Formats;

/// <summary>An event of an event file, as TensorBoard reads it.</summary>
sealed record BoardEvent(double Time, long Step, string? Version, bool IsStart, string? Tag, float? Scalar, double[]? Limits, double[]? Counts, byte[]? Picture)
{
    public override string ToString() => $"{Step} {Tag} {Scalar}";
}

/// <summary>Reads event files by the formats' specifications alone: TFRecord, protocol buffers, event.proto and summary.proto.</summary>
static class EventReader
{
    /// <summary>The events of a folder's files, file by file in the order in which they were begun. A file that ends within a record is
    /// refused.</summary>
    public static List<BoardEvent> ReadFolder(string folder) =>
    [
        .. Directory.GetFiles(folder, "events.out.tfevents.*")
            .Select(static path => (Number: int.Parse(path[(path.LastIndexOf('.') + 1)..]), Events: Read(File.ReadAllBytes(path)).ToList()))
            .OrderBy(static file => file.Events[0].Time).ThenBy(static file => file.Number).SelectMany(static file => file.Events),
    ];

    /// <summary>The events of a file.</summary>
    public static IEnumerable<BoardEvent> Read(byte[] file) => Records(file).Select(Event);

    /// <summary>The data of each record, its lengths and sums checked.</summary>
    public static List<byte[]> Records(byte[] file)
    {
        var records = new List<byte[]>();
        for (int at = 0; at < file.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at)));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            records.Add(file[(at + 12)..(at + 12 + length)]);
            Assert.Equal(Masked(records[^1]), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            at += length + 16;
        }

        return records;
    }

    /// <summary>The fields of a message, each with its values in their order: numbers as eight bytes, little-endian.</summary>
    public static Dictionary<int, List<byte[]>> Fields(byte[] message)
    {
        var fields = new Dictionary<int, List<byte[]>>();
        int at = 0;
        while (at < message.Length)
        {
            long key = Number();
            byte[] value = (key & 7) switch
            {
                0 => BitConverter.GetBytes(Number()),
                1 => Take(8),
                2 => Take((int)Number()),
                5 => Take(4),
                _ => throw new InvalidDataException($"wire type {key & 7}"),
            };
            if (!fields.TryGetValue((int)key >> 3, out var values))
                fields[(int)key >> 3] = values = [];
            values.Add(value);
        }

        return fields;

        byte[] Take(int count)
        {
            at += count;
            return message[(at - count)..at];
        }

        long Number()
        {
            long value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = message[at++];
                value |= (long)(next & 127) << shift;
                if (next < 128)
                    return value;
            }
        }
    }

    static BoardEvent Event(byte[] record)
    {
        var fields = Fields(record);
        byte[]? One(int field) => fields.TryGetValue(field, out var values) ? Assert.Single(values) : null;
        string? version = One(3) is { } text ? Encoding.UTF8.GetString(text) : null;
        bool starts = One(7) is { } session && BitConverter.ToInt64(Fields(session)[1].Single()) == 1;
        long step = One(2) is { } number ? BitConverter.ToInt64(number) : 0;
        double time = BitConverter.ToDouble(One(1));
        if (One(5) is not { } summary)
            return new BoardEvent(time, step, version, starts, null, null, null, null, null);
        var value = Fields(Assert.Single(Fields(summary)[1]));
        string tag = Encoding.UTF8.GetString(value[1].Single());
        var histogram = value.TryGetValue(5, out var given) ? Fields(given.Single()) : null;
        return new BoardEvent(time, step, version, starts, tag,
            value.TryGetValue(2, out var scalar) ? BitConverter.ToSingle(scalar.Single()) : null,
            histogram is null ? null : Doubles(histogram[6].Single()), histogram is null ? null : Doubles(histogram[7].Single()),
            value.TryGetValue(4, out var picture) ? Fields(picture.Single())[4].Single() : null);
    }

    static double[] Doubles(byte[] packed) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(packed).ToArray();

    // CRC-32C (RFC 3720) bit by bit, and TensorFlow's mask.
    static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in bytes)
        {
            sum ^= value;
            for (int bit = 0; bit < 8; bit++)
                sum = (sum >> 1) ^ (0x82F63B78 & (0 - (sum & 1)));
        }

        sum = ~sum;
        return unchecked(((sum >> 15) | (sum << 17)) + 0xA282EAD8);
    }
}
