namespace Ballast.Tests.Formats;

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

    static List<byte[]> Records(byte[] file) => EventReader.Records(file);

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

    static Dictionary<int, List<byte[]>> Fields(byte[] message) => EventReader.Fields(message);

    string[] Tags() => [.. EventReader.ReadFolder(folder.File("run")).Select(static seen => seen.Tag is null ? seen.IsStart ? $"start {seen.Step}" : seen.Version! : $"{seen}")];

    [Fact]
    public void A_run_goes_on_after_a_checkpoints_step_without_what_came_later()
    {
        using (var board = new TensorBoardWriter(folder.File("run"), new Clock()))
        {
            for (int step = 1; step <= 4; step++)
            {
                board.Scalar("loss", step, step);
                board.Scalar("test", step, step);
            }
        }

        string first = Directory.GetFiles(folder.File("run")).Single();
        using (var torn = new FileStream(first, FileMode.Append))
            torn.Write([24, 0, 0, 0, 0, 0, 0, 0, 1]);
        using (var board = TensorBoardWriter.Resume(folder.File("run"), 2, static tag => tag == "test", new Clock()))
            board.Scalar("loss", 7, 3);
        Assert.Equal(["brain.Event:2", "1 loss 1", "2 loss 2", "brain.Event:2", "start 3", "3 loss 7"], Tags());
        Assert.Equal(2, Directory.GetFiles(folder.File("run")).Length);
    }

    [Fact]
    public void A_file_that_has_nothing_to_drop_stays_as_it_is_and_a_folder_need_not_be_there()
    {
        using (var board = TensorBoardWriter.Resume(folder.File("run"), 0, clock: new Clock()))
            board.Scalar("loss", 1, 0);
        string first = Directory.GetFiles(folder.File("run")).Single();
        File.SetLastWriteTimeUtc(first, DateTime.UnixEpoch);
        TensorBoardWriter.Resume(folder.File("run"), 5, clock: new Clock()).Dispose();
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(first));
        Assert.Equal(["brain.Event:2", "start 1", "0 loss 1", "brain.Event:2", "start 6"], Tags());
    }

    [Fact]
    public void Each_event_is_in_the_file_before_the_next_one()
    {
        using var board = new TensorBoardWriter(folder.File("run"), new Clock());
        for (int step = 0; step < 3; step++)
        {
            board.Scalar("loss", 0.5, step);
            Assert.Equal(2 + step, Read().Count);
        }

        List<byte[]> Read()
        {
            using var file = new FileStream(board.FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return EventReader.Records(bytes);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Damage_anywhere_ends_what_is_kept_and_is_no_error(int seed)
    {
        var random = new Random(seed);
        byte[] whole = Written(static board =>
        {
            for (int step = 0; step < 20; step++)
                board.Histogram("w", [1, 2, step], step);
        });
        int[] ends = [.. Records(whole).Select(static record => record.Length + 16)];
        for (int i = 0; i < 40; i++)
        {
            int at = random.Next(whole.Length);
            byte[] damaged = [.. whole];
            damaged[at] ^= (byte)(1 << random.Next(8));
            Directory.CreateDirectory(folder.File("run"));
            string path = Path.Combine(folder.File("run"), "events.out.tfevents.1.a.1.0");
            File.WriteAllBytes(path, damaged);
            TensorBoardWriter.Resume(folder.File("run"), 1000, clock: new Clock()).Dispose();
            int good = 0;
            for (int sum = 0; sum + ends[good] <= at; good++)
                sum += ends[good];
            Assert.Equal(good, EventReader.Records(File.ReadAllBytes(path)).Count);
            Directory.Delete(folder.File("run"), recursive: true);
        }
    }
}
