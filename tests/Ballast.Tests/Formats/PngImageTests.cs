using FsCheck;
using FsCheck.Fluent;

namespace Ballast.Tests.Formats;

public class PngImageTests
{
    static byte[] RandomBytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    static PngImage Decode(byte[] file) => PngImage.Decode(new MemoryStream(file));

    public static TheoryData<int, int, int> EveryFilterOnEveryWholeByteForm()
    {
        var data = new TheoryData<int, int, int>();
        foreach (int color in (int[])[0, 2, 4, 6])
        {
            foreach (int depth in (int[])[8, 16])
            {
                for (int filter = 0; filter <= 4; filter++)
                    data.Add(color, depth, filter);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryFilterOnEveryWholeByteForm))]
    public void Every_filter_is_undone(int color, int depth, int filter)
    {
        const int Width = 67, Height = 5;
        int channels = color switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var rows = RandomBytes(Width * Height * channels * depth / 8, seed: 8 * color + filter);

        var image = Decode(PngMaker.Encode(Width, Height, depth, color, rows, _ => filter));

        Assert.Equal((Width, Height, channels), (image.Width, image.Height, image.Channels));
        Assert.Equal(depth == 8 ? rows : rows.Where((_, i) => i % 2 == 0), image.Pixels);
    }

    [Fact]
    public void Filters_may_change_from_row_to_row_and_data_may_lie_in_many_chunks()
    {
        var rows = RandomBytes(3 * 40 * 50, seed: 1);
        var file = PngMaker.Encode(40, 50, 8, 2, rows, y => y * 7 % 5, chunkSize: 13);
        Assert.Equal(rows, Decode(file).Pixels);
    }

    [Theory]
    [InlineData(1, new byte[] { 0b1011_0010, 0b1000_0000 }, new byte[] { 255, 0, 255, 255, 0, 0, 255, 0, 255 })]
    [InlineData(2, new byte[] { 0b00_01_10_11, 0b11_00_00_00, 0 }, new byte[] { 0, 85, 170, 255, 255, 0, 0, 0, 0 })]
    [InlineData(4, new byte[] { 0x01, 0x2F, 0xA0, 0x80, 0x40 }, new byte[] { 0, 17, 34, 255, 170, 0, 136, 0, 68 })]
    public void Small_grays_are_spread_over_the_byte(int depth, byte[] row, byte[] expected)
    {
        Assert.Equal(expected, Decode(PngMaker.Encode(9, 1, depth, 0, row)).Pixels);
    }

    [Theory]
    [InlineData(1, new byte[] { 0b01000000 }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(4, new byte[] { 0x20 }, new byte[] { 7, 8, 9, 1, 2, 3 })]
    [InlineData(8, new byte[] { 2, 1 }, new byte[] { 7, 8, 9, 4, 5, 6 })]
    public void A_palette_becomes_colours(int depth, byte[] row, byte[] expected)
    {
        var image = Decode(PngMaker.Encode(2, 1, depth, 3, row, palette: [1, 2, 3, 4, 5, 6, 7, 8, 9]));
        Assert.Equal(3, image.Channels);
        Assert.Equal(expected, image.Pixels);
    }

    // Written by Pillow 9.4: im.save(buffer, "png") of
    //   RGBA (5, 4): (40 x + y, 50 y + x, 255 - 9 x y, 200 - 10 x)
    //   P    (5, 4): (x + y) % 3 of the palette 10 20 30, 40 50 60, 70 80 90
    [Fact]
    public void Files_of_another_writer_are_read()
    {
        var rgba = Decode(Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAUAAAAECAYAAABGM/VAAAAAKUlEQVR4nGNkYPh/QoOR4RsyZmE0YmBgZPyOgpEE38ExmuBTBkbGpwwANJQSTk9YX5IAAAAASUVORK5CYII="));
        var palette = Decode(Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAUAAAAEAgMAAAA7XR3TAAAACVBMVEUKFB4oMjxGUFoWrIR0AAAAFElEQVR4nGOQcGBIbGBoY2CQcAAADSoCGMIvKMEAAAAASUVORK5CYII="));

        Assert.Equal((5, 4, 4), (rgba.Width, rgba.Height, rgba.Channels));
        Assert.Equal((5, 4, 3), (palette.Width, palette.Height, palette.Channels));
        for (int y = 0; y < 4; y++)
        {
            for (int x = 0; x < 5; x++)
            {
                byte[] expected = [(byte)(40 * x + y), (byte)(50 * y + x), (byte)(255 - 9 * x * y), (byte)(200 - 10 * x)];
                Assert.Equal(expected, rgba.Pixels.AsSpan(4 * (5 * y + x), 4));
                int first = 10 + 30 * ((x + y) % 3);
                Assert.Equal([(byte)first, (byte)(first + 10), (byte)(first + 20)],
                    palette.Pixels.AsSpan(3 * (5 * y + x), 3));
            }
        }
    }

    [Fact]
    public void A_changed_byte_anywhere_is_noticed()
    {
        var file = PngMaker.Encode(6, 6, 8, 2, RandomBytes(108, seed: 2), y => y % 5, chunkSize: 50);
        for (int i = 0; i < file.Length; i++)
        {
            var changed = (byte[])file.Clone();
            changed[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => Decode(changed));
        }
    }

    [Fact]
    public void A_wrong_CRC_names_the_chunk()
    {
        var file = PngMaker.Encode(6, 6, 8, 2, RandomBytes(108, seed: 2));
        file[^13] ^= 1;      // the last byte before IEND's twelve: of the CRC of IDAT
        var error = Assert.Throws<InvalidDataException>(() => Decode(file));
        Assert.Contains("IDAT fails its CRC", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        var file = PngMaker.Encode(6, 6, 8, 6, RandomBytes(144, seed: 3), chunkSize: 60);
        for (int length = 0; length < file.Length; length++)
            Assert.Throws<InvalidDataException>(() => Decode(file[..length]));
    }

    [Fact]
    public void Too_few_and_too_many_rows_are_refused()
    {
        var header = PngMaker.Header(4, 3, 8, 0);
        foreach (int rows in (int[])[2, 4])
            Assert.Throws<InvalidDataException>(() => Decode(PngMaker.Assemble(header, new byte[5 * rows])));
        Assert.Equal(new byte[12], Decode(PngMaker.Assemble(header, new byte[5 * 3])).Pixels);
    }

    [Theory]
    [InlineData(0, 1, 8, 0, "at least 1 x 1")]
    [InlineData(1, 0, 8, 0, "at least 1 x 1")]
    [InlineData(-1, 1, 8, 0, "at least 1 x 1")]
    [InlineData(1 << 15, 1 << 14, 8, 6, "at most 268435456")]
    [InlineData(1 << 14, 1 << 14, 16, 6, "bytes")]
    [InlineData(1 << 13, 1 << 13, 8, 2, "can hold")]
    [InlineData(4, 4, 3, 0, "colour type 0 with 3 bits")]
    [InlineData(4, 4, 4, 2, "colour type 2 with 4 bits")]
    [InlineData(4, 4, 8, 5, "colour type 5")]
    public void A_header_that_cannot_be_served_is_refused(int width, int height, int depth, int color, string said)
    {
        var file = PngMaker.Assemble(PngMaker.Header(width, height, depth, color), new byte[20]);
        var error = Assert.Throws<InvalidDataException>(() => Decode(file));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Interlacing_is_refused_by_its_name()
    {
        var file = PngMaker.Assemble(PngMaker.Header(4, 4, 8, 0, interlace: 1), new byte[20]);
        var error = Assert.Throws<InvalidDataException>(() => Decode(file));
        Assert.Contains("interlaced", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_colour_outside_the_palette_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => Decode(PngMaker.Encode(1, 1, 8, 3, [2], palette: [1, 2, 3, 4, 5, 6])));
        Assert.Throws<InvalidDataException>(() => Decode(PngMaker.Encode(1, 1, 8, 3, [0])));
    }

    [Fact]
    public void A_failing_disk_is_not_called_a_damaged_file()
    {
        var file = PngMaker.Encode(60, 60, 8, 2, RandomBytes(10800, seed: 4));
        Assert.Throws<IOException>(() => PngImage.Decode(new FailingStream(file, failAt: 3000)));
    }

    // The CRCs are made right again, so that the damage reaches the parts behind them.
    [Fact]
    public void Damage_behind_a_right_CRC_is_refused_or_decoded_but_never_anything_else()
    {
        var sound = PngMaker.Encode(9, 7, 8, 2, RandomBytes(189, seed: 5), y => y % 5, chunkSize: 70);
        var header = PngMaker.Encode(9, 7, 4, 3, RandomBytes(35, seed: 6), palette: RandomBytes(48, seed: 7));
        var damage = Gen.Choose(0, 1 << 20).Two().ArrayOf().ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(damage, flips =>
        {
            foreach (var file in (byte[][])[sound, header])
            {
                var changed = (byte[])file.Clone();
                foreach (var (place, value) in flips)
                    changed[place % changed.Length] ^= (byte)value;
                RepairSums(changed);
                try
                {
                    Decode(changed);
                }
                catch (InvalidDataException)
                {
                }
            }
        }));
    }

    static void RepairSums(byte[] file)
    {
        for (int start = 8; start + 12 <= file.Length;)
        {
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(start));
            if (length < 0 || length > file.Length - start - 12)
                return;
            uint sum = PngMaker.Crc(file.AsSpan(start + 4, length + 4));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(start + 8 + length), sum);
            start += 12 + length;
        }
    }

    sealed class FailingStream(byte[] file, int failAt) : MemoryStream(file)
    {
        public override int Read(Span<byte> buffer) =>
            Position >= failAt ? throw new IOException("the device failed") : base.Read(buffer[..Math.Min(buffer.Length, 500)]);
    }
}
