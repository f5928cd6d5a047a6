using System.Buffers.Binary;

namespace Ballast.Tests;

public sealed class TensorBoardWriterTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500);
    }

    byte[] Written(Action<TensorBoardWriter> write)
    {
        using (var board = new TensorBoardWriter(folder.File("run"), new Clock()))
            write(board);
        string path = Directory.GetFiles(folder.File("run")).Single();
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    // The data of each record, its lengths and sums checked as tf.data.TFRecordDataset does.
    static List<byte[]> Records(byte[] file)
    {
        var records = new List<byte[]>();
        for (int at = 0; at < file.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at)));
            Assert.Equal(TensorBoardWriter.MaskedSum(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            records.Add(file[(at + 12)..(at + 12 + length)]);
            Assert.Equal(TensorBoardWriter.MaskedSum(records[^1]), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            at += length + 16;
        }

        return records;
    }

    [Fact]
    public void The_sum_is_Castagnolis_masked() =>
        // CRC-32C of "123456789" is E3069283 (RFC 3720, and the check value of the catalogue of CRCs).
        Assert.Equal(unchecked(((0xE3069283 >> 15) | (0xE3069283 << 17)) + 0xA282EAD8), TensorBoardWriter.MaskedSum("123456789"u8));

    [Fact]
    public void A_file_begins_as_TensorFlows_does()
    {
        byte[] file = Written(static _ => { });
        Assert.Equal("1800000000000000a37f4b22", Convert.ToHexStringLower(file.AsSpan(0, 12)));
        // Field 1, the time as a double; field 3, the version as a text of 13 bytes.
        Assert.Equal([9, .. BitConverter.GetBytes(1_700_000_000.5), 0x1A, 13, .. "brain.Event:2"u8], Records(file).Single());
    }

    [Fact]
    public void A_scalar_is_its_tag_and_a_float()
    {
        byte[] record = Records(Written(static board => board.Scalar("loss/train", 0.25, 300)))[1];
        byte[] value = [0x0A, 10, .. "loss/train"u8, 0x15, .. BitConverter.GetBytes(0.25f)];
        Assert.Equal([9, .. BitConverter.GetBytes(1_700_000_000.5), 0x10, 0xAC, 0x02, 0x2A, 19, 0x0A, 17, .. value], record);
    }

    [Fact]
    public void A_histogram_counts_every_value_between_limits_that_hold_it()
    {
        float[] values = [-2, -1e-13f, 0, 0.5f, 0.5f, 3, float.NaN];
        var fields = Fields(Fields(Fields(Fields(Records(Written(board => board.Histogram("w", values, 0)))[1])[5][0])[1][0])[5][0]);
        double Number(int field) => BitConverter.ToDouble(fields[field][0]);
        Assert.Equal((-2.0, 3.0, 6.0), (Number(1), Number(2), Number(3)));
        Assert.Equal(2, Number(4), 1e-12);
        Assert.Equal(13.5, Number(5), 1e-12);
        double[] limits = Doubles(fields[6][0]), counts = Doubles(fields[7][0]);
        Assert.Equal(limits.Length, counts.Length);
        Assert.Equal(6, counts.Sum());
        Assert.Equal(0, counts[0]);
        for (int i = 1; i < limits.Length; i++)
            Assert.Equal(counts[i], values.Count(value => value >= limits[i - 1] && value < limits[i]));
    }

    [Fact]
    public void A_picture_is_a_PNG_of_its_values()
    {
        var image = Tensor.From([0, 1, 0.5f, 2, float.NaN, -1, 0.2f, 0.4f, 0.6f, 0.8f, 1, 0], [3, 2, 2]);
        var fields = Fields(Fields(Fields(Fields(Records(Written(board => board.Image("i", image, 7)))[1])[5][0])[1][0])[4][0]);
        Assert.Equal([2, 2, 3], new[] { fields[1][0][0], fields[2][0][0], fields[3][0][0] });
        var read = PngImage.Decode(new MemoryStream(fields[4][0]));
        Assert.Equal((2, 2, 3), (read.Width, read.Height, read.Channels));
        Assert.Equal([0, 0, 153, 255, 0, 204, 128, 51, 255, 255, 102, 0], read.Pixels);
        Assert.Equal("TensorBoardWriter.Image: expected a picture [1, H, W] or [3, H, W], got [2, 2].",
            Assert.Throws<ArgumentException>(() => Written(static board => board.Image("i", Tensor.Zeros([2, 2]), 0))).Message);
    }

    static double[] Doubles(byte[] packed) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(packed).ToArray();

    // The fields of a message: numbers as their bytes.
    static Dictionary<int, List<byte[]>> Fields(byte[] message)
    {
        var fields = new Dictionary<int, List<byte[]>>();
        int at = 0;
        while (at < message.Length)
        {
            long key = Number();
            byte[] value = (key & 7) switch
            {
                0 => [checked((byte)Number())],
                1 => Take(8),
                2 => Take((int)Number()),
                _ => Take(4),
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
}
