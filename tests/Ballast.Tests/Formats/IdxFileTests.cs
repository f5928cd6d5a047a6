namespace Ballast.Tests.Formats;

public class IdxFileTests
{
    static readonly byte[] Images = IdxMaker.Make([2, 3, 4], new byte[24]);

    static void AssertRefused(string message, byte[] file, params int[] sample) => Assert.Contains(message,
        Assert.Throws<InvalidDataException>(() => IdxFile.Count(file, "some/file", sample)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_first_axis_is_counted()
    {
        Assert.Equal(2, IdxFile.Count(Images, "", 3, 4));
        Assert.Equal(5, IdxFile.Count(IdxMaker.Make([5], new byte[5]), ""));
        Assert.Equal(0, IdxFile.Count(IdxMaker.Make([0, 3, 4], []), "", 3, 4));
        Assert.Equal((8, 16), (IdxFile.HeaderBytes(1), IdxFile.HeaderBytes(3)));
    }

    [Fact]
    public void Every_cut_and_every_byte_too_many_is_refused()
    {
        for (int length = 0; length < Images.Length; length++)
            AssertRefused("some/file", Images[..length], 3, 4);
        AssertRefused("some/file has 41 bytes. Expected 40 for the 2 samples", [.. Images, 0], 3, 4);
    }

    [Fact]
    public void Another_type_other_axes_or_sizes_are_refused()
    {
        AssertRefused("begins with 00000D03. Expected an IDX file of bytes with 3 axes, which begins with 00000803",
            IdxMaker.Make([2, 3, 4], new byte[96], type: 0x0D), 3, 4);
        AssertRefused("begins with 1F8B0808", [0x1F, 0x8B, 8, 8, .. new byte[20]], 3, 4);
        AssertRefused("with 1 axes, which begins with 00000801", Images);
        AssertRefused("axis 1 has the size 4. Expected samples of 3 x 5", Images, 3, 5);
    }

    [Fact]
    public void A_count_that_overflows_is_no_reason_to_read_beyond_the_file() =>
        AssertRefused("Expected 51539607568 for the 4294967295 samples".Replace("51539607568", $"{16 + 4294967295L * 12}", StringComparison.Ordinal),
            IdxMaker.Make([-1, 3, 4], new byte[24]), 3, 4);

    [Fact]
    public void Arrays_of_every_type_are_opened_as_other_files_are()
    {
        foreach (var (code, type, bytes, expected) in ((byte, StoredType, byte[], double[])[])[
            (0x08, StoredType.U8, [1, 200], [1, 200]), (0x09, StoredType.I8, [1, 200], [1, -56]),
            (0x0B, StoredType.I16, [1, 2, 0xFF, 0xFE], [258, -2]), (0x0C, StoredType.I32, [0, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], [65536, -1]),
            (0x0D, StoredType.F32, [0x3F, 0x80, 0, 0, 0xC0, 0x20, 0, 0], [1, -2.5]),
            (0x0E, StoredType.F64, [0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 4, 0, 0, 0, 0, 0, 0], [1, -2.5])])
        {
            byte[] file = IdxMaker.Make([1, 2], bytes, code);
            using var opened = StoredFormats.Open("folder/a-idx2-ubyte", new MemorySource(file), null);
            var tensor = Assert.Single(opened.Tensors);
            Assert.Equal((StoredFormat.Idx, type, "a-idx2-ubyte"), (opened.Format, tensor.Type, tensor.Name));
            Assert.Equal("1, 2", string.Join(", ", tensor.Shape));
            Assert.Equal(expected, tensor.ToTensor().ToArray().Select(static value => (double)value));
            for (int length = 4; length < file.Length; length++)
            {
                Assert.StartsWith("folder/a-idx2-ubyte", Assert.Throws<InvalidDataException>(
                    () => StoredFormats.Open("folder/a-idx2-ubyte", new MemorySource(file.AsMemory(0, length)), null)).Message, StringComparison.Ordinal);
            }
        }

        Assert.Contains("the shape [4294967295, 4294967295, 4294967295] has 24 bytes of elements", Assert.Throws<InvalidDataException>(
            () => StoredFormats.Open("a", new MemorySource(IdxMaker.Make([-1, -1, -1], new byte[24])), null)).Message, StringComparison.Ordinal);
    }
}
