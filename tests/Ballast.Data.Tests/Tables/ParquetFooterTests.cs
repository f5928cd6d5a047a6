namespace Ballast.Tests;

/// <summary>What is looked at in a Parquet file before the library reads it.</summary>
public sealed class ParquetFooterTests : Temporary
{
    const string End = "The file is damaged, or was not written to its end: copy or write it anew.";

    static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "tables", name + ".parquet"));

    string Refused(byte[] file) => Assert.Throws<InvalidDataException>(() => TableFile.Read(Write(file, "f.parquet"))).Message;

    string RefusedFooter(params byte[] footer) => Refused([.. "PAR1"u8, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8]);

    // The footer with a field more before its end.
    static byte[] Extended(byte[] file, params byte[] field)
    {
        int length = BitConverter.ToInt32(file, file.Length - 8);
        return [.. file[..^9], .. field, 0, .. BitConverter.GetBytes(length + field.Length), .. "PAR1"u8];
    }

    [Fact]
    public void Files_without_a_whole_footer_are_refused()
    {
        byte[] whole = Golden("snappy");
        foreach (var (file, reason) in ((byte[], string)[])[
            (whole[..200], "it does not end with PAR1"),
            (whole[..^9], "it does not end with PAR1"),
            ([.. whole[..^1], (byte)'E'], "its footer is encrypted, which is not read: write it without encryption"),
            ([.. "PAR1"u8], "it has 4 bytes, and the least Parquet file has more"),
            ([], "it has 0 bytes, and the least Parquet file has more"),
            ([.. "PAR1"u8, 200, 0, 0, 0, .. "PAR1"u8], "its footer is to have 200 bytes, and the file has 12"),
            ([.. "PAR1"u8, 255, 255, 255, 255, .. "PAR1"u8], "its footer is to have 4294967295 bytes, and the file has 12"),
            ("a,b\n1,2\n34567"u8.ToArray(), "it does not end with PAR1")])
            Assert.EndsWith($"f.parquet cannot be read as Parquet: {reason}. {End}", Refused(file), StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => TableFile.Read(At("none.parquet")));
    }

    [Fact]
    public void Lengths_lists_and_types_that_are_not_the_format_s_are_refused_by_field()
    {
        // A header of a field has the difference to the last number above its type: 5 a whole number, 8 bytes, 9 a list, 12 a structure.
        foreach (var (footer, reason) in ((byte[], string)[])[
            ([0x15, 2, 0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], "of 9 bytes is damaged: field 2 of FileMetaData is a list of 2147483647 where 0 bytes are left"),
            ([0x15, 2, 0x19, 0x15, 2, 0], "field 2 of FileMetaData is a list of the type i32, expected SchemaElement (byte 4 of it)"),
            ([0x1C, 0], "field 1 of FileMetaData is of the type struct, expected i32 (byte 1 of it)"),
            ([0x15], "it ends early (byte 1 of it)"),
            ([0x15, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "a whole number has more than 32 bits"),
            ([0x16, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "field 1 of FileMetaData is of the type i64, expected i32"),
            ([0x36, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "a whole number has more than ten bytes"),
            ([0x68, 100, 0], "100 bytes are to follow where 1 are left"),
            ([0x0C, 0xC8, 0x01, 0x15, 0x0A, 0, 0], "field 100 of FileMetaData is unknown, and of the type struct"),
            ([0x09, 0xC8, 0x01, 0x11, 1, 0], "field 100 of FileMetaData is unknown, and a list of the type bool"),
            ([0x09, 0xC8, 0x01, .. Enumerable.Repeat((byte)0x19, 20), 0], "field 100 of FileMetaData is unknown, and of the type list"),
            ([0x0B, 0xC8, 0x01, 0], "field 100 of FileMetaData is unknown, and of the type map"),
            ([0x15, 2, 0], "its footer has 0 columns and groups of columns, and says that there are more"),
            ([0x29, 0x1C, 0x48, 1, 97, 0x15, 4, 0, 0], "a group of columns is to have 2, and there are 0 columns and groups"),
            ([0x29, 0x2C, 0x48, 1, 97, 0x15, 1, 0, 0x48, 1, 97, 0, 0], "a group of columns is to have -1, and there are 1 columns and groups"),
            ([0x29, 0x3C, 0x48, 1, 97, 0x15, 2, 0, 0x48, 1, 97, 0, 0x48, 1, 97, 0, 0], "columns, of which 2 belong to the first"),
            ])
            Assert.Contains(reason, RefusedFooter(footer), StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_nested_as_deep_as_the_stack_are_refused_and_so_is_a_footer_that_takes_more_memory_than_there_is()
    {
        const int Deep = 100_000;
        byte[] group = [0x48, 1, 97, 0x15, 2, 0], column = [0x48, 1, 97, 0];
        Assert.Contains("its columns are nested more than 64 deep", RefusedFooter([0x29, 0xFC, .. Varint(Deep + 1),
            .. Enumerable.Repeat(group, Deep).SelectMany(static bytes => bytes), .. column, 0]), StringComparison.Ordinal);

        byte[] footer = [0x59, 0xFC, .. Varint(1000), .. new byte[1000], 0];
        using var file = new MemoryStream([.. "PAR1"u8, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8]);
        Assert.StartsWith("its footer has 2001 parts, which may take more than 0 MB",
            Assert.Throws<ParquetThriftException>(() => ParquetFooter.Check(file, 1_000_000)).Message, StringComparison.Ordinal);
        Assert.Contains("has 0 columns", Assert.Throws<ParquetThriftException>(() => ParquetFooter.Check(file, 2_000_000)).Message, StringComparison.Ordinal);

        static IEnumerable<byte> Varint(int value)
        {
            for (; value > 127; value >>= 7)
                yield return (byte)(value | 0x80);
            yield return (byte)value;
        }
    }

    [Fact]
    public void Fields_that_a_later_format_adds_are_passed_over()
    {
        byte[] whole = Golden("snappy");
        int columns = TableFile.Read(Write(whole, "f.parquet")).Columns.Length;
        foreach (byte[] field in (byte[][])[[0x05, 0xC8, 0x01, 2], [0x0C, 0xC8, 0x01, 0], [0x08, 0xC8, 0x01, 3, 1, 2, 3], [0x09, 0xC8, 0x01, 0x25, 2, 4],
            [0x01, 0xC8, 0x01], [0x03, 0xC8, 0x01, 9], [0x07, 0xC8, 0x01, 0, 0, 0, 0, 0, 0, 0, 0], [0x09, 0xC8, 0x01, 0x2C, 0, 0]])
            Assert.Equal(columns, TableFile.Read(Write(Extended(whole, field), "f.parquet")).Columns.Length);
    }

    [Fact]
    public void Headers_of_pages_are_looked_at_before_the_library_reads_them()
    {
        byte[] Header(byte unpacked, byte packed, params byte[] more) => [0x15, 0, 0x15, unpacked, 0x15, packed, .. more, 0, .. new byte[40]];
        byte[] Data(byte values) => [0x2C, 0x15, values, 0x15, 0, 0x15, 0, 0x15, 0, 0];
        byte[] Entries(byte values) => [0x4C, 0x15, values, 0x15, 0, 0];
        byte[] Later(byte missing, byte levels) => [0x5C, 0x15, 2, 0x15, missing, 0x15, 2, 0x15, 0, 0x15, levels, 0x15, 0, 0];
        Assert.Equal(0x15, Read(Header(20, 20, Data(8))));
        Assert.Equal(0x15, Read(Header(20, 20, Entries(20))));
        Assert.Equal(0x15, Read(Header(20, 20, Later(0, 10))));
        foreach (var (bytes, reason) in ((byte[], string)[])[
            (Header(20, 21, Data(8)), "the page at byte 4 has -11 bytes, 10 unpacked, and after its beginning there are"),
            (Header(21, 20, Data(8)), "has 10 bytes, -11 unpacked"),
            (Header(20, 127, Data(8)), "has -64 bytes"),
            (Header(20, 126, Data(8)), "has 63 bytes, 10 unpacked"),
            (Header(20, 20, Data(202 & 0x7F)), "has 37 values"),
            (Header(20, 20, Data(7)), "the page at byte 4 of 10 bytes has 0 values"),
            (Header(20, 20, Entries(66)), "has 33 values"),
            (Header(20, 20, Later(1, 10)), "and -1 bytes say which are missing"),
            (Header(20, 20, Later(0, 22)), "and 11 bytes say which are missing"),
            ([0x15, 0, 0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0], "the header of the page at byte 4 is damaged: field 2 of PageHeader is of the type list, expected i32"),
            ([0x15, 0, 0x15], "the header of the page at byte 4 is damaged: it ends early"),
            ([], "it ends early")])
            Assert.Contains(reason, Assert.ThrowsAny<Exception>(() => Read(bytes)).Message, StringComparison.Ordinal);

        // A header longer than the window that is looked at first: with 5,000 bytes of statistics.
        byte[] statistics = [0x1C, 0x18, 0x88, 0x27, .. new byte[5000], 0];
        Assert.Equal(0x15, Read([0x15, 0, 0x15, 20, 0x15, 20, 0x2C, 0x15, 8, 0x15, 0, 0x15, 0, 0x15, 0, .. statistics, 0, 0, .. new byte[40]]));

        static int Read(byte[] page)
        {
            using var stream = new ParquetStream(new MemoryStream([.. "PAR1"u8, .. page])) { MostValues = 32 };
            stream.Seek(4, SeekOrigin.Begin);
            int first = stream.ReadByte();
            Assert.Equal(5, stream.Position);
            while (page.Length > 60 && stream.Position < stream.Length)
                stream.ReadByte();
            if (page.Length > 60)
                Assert.Throws<EndOfStreamException>(() => stream.ReadByte());
            return first;
        }
    }
}
