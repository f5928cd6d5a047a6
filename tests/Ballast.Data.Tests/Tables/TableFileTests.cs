using System.Globalization;
using System.Text;
using nietras.SeparatedValues;

namespace Ballast.Tests;

/// <summary>Reading on several threads, in blocks of any length, gives what reading row by row gives.</summary>
public sealed class TableFileTests : Temporary
{
    // Numbers of all lengths, with texts that hold separators, quotes and line ends, missing values and dates.
    static string Rows(int count, string end, bool last, int seed)
    {
        var draw = new Random(seed);
        var text = new StringBuilder($"n,t,d,m,x{end}");
        string[] words = ["red", "\"green, dark\"", "\"two\nlines\"", "\"and\r\nthree\r\nlines\"", "\"a \"\"quoted\"\" word\"", "NA", "", "\"\n\"", " wide "];
        for (int i = 0; i < count; i++)
        {
            text.Append(Number(draw)).Append(',').Append(words[draw.Next(words.Length)]).Append(',')
                .Append(CultureInfo.InvariantCulture, $"{new DateTime(1950, 1, 1).AddDays(draw.Next(40000)):yyyy-MM-dd}").Append(',')
                .Append(draw.Next(3) == 0 ? "" : "\"" + Number(draw) + "\"").Append(',').Append(draw.Next(200)).Append(end);
            if (draw.Next(9) == 0)
                text.Append(end);                   // an empty line
        }

        return last ? text.ToString() : text.ToString().TrimEnd('\r', '\n');
    }

    static string Number(Random draw)
    {
        double value = (draw.NextDouble() - 0.5) * Math.Pow(10, draw.Next(-6, 7));
        return value.ToString(((string[])["R", "F3", "E8", "G6", "G17"])[draw.Next(5)], CultureInfo.InvariantCulture);
    }

    // One row after another, each value by the framework's own method: no blocks, no fast path.
    static (float[][] Rows, Dictionary<int, List<string>> Texts) Plainly(string path)
    {
        using var reader = Sep.New(',').Reader(TableParser.Options).FromFile(path);
        var (rows, texts) = (new List<float[]>(), new Dictionary<int, List<string>> { [1] = [] });
        foreach (var row in reader)
        {
            if (row.RowIndex == 0 || row.ColCount == 1)
                continue;
            float[] values = new float[5];
            for (int c = 0; c < 5; c++)
            {
                string text = row[c].ToString().Trim();
                if (text.Length == 0 || text == "NA")
                {
                    values[c] = float.NaN;
                    continue;
                }

                values[c] = c switch
                {
                    1 => Code(texts[1], text),
                    2 => (float)(DateTime.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture) - DateTime.UnixEpoch).TotalDays,
                    _ => float.Parse(text, CultureInfo.InvariantCulture),
                };
            }

            rows.Add(values);
        }

        return ([.. rows], texts);
    }

    static int Code(List<string> texts, string text)
    {
        if (!texts.Contains(text))
            texts.Add(text);
        return texts.IndexOf(text);
    }

    [Theory]
    [InlineData("\n", true), InlineData("\r\n", true), InlineData("\r", true), InlineData("\n", false), InlineData("\r\n", false), InlineData("\r", false)]
    public void Blocks_of_any_length_and_any_number_of_threads_give_the_same_bits(string end, bool last)
    {
        string path = Write(Encoding.UTF8.GetBytes(Rows(200, end, last, 1)), "t.csv");
        var (expected, texts) = Plainly(path);
        Assert.Equal(200, expected.Length);
        foreach (int block in (int[])[1, 3, 16, 37, 501, 1 << 19])
        {
            foreach (int threads in (int[])[1, 2, 5])
            {
                var file = TableFile.Read(path, threads: threads, block: block);
                Assert.Equal([ColumnKind.Number, ColumnKind.Category, ColumnKind.Date, ColumnKind.Number, ColumnKind.Number],
                    file.Columns.Select(static column => column.Kind));
                Assert.Equal(texts[1], file.Columns[1].Texts);
                Assert.Equal(expected.Length, file.Rows.Count);
                for (int row = 0; row < expected.Length; row++)
                {
                    Assert.True(Bits(expected[row]).SequenceEqual(Bits(file.Rows[row])), $"row {row}, blocks of {block}, {threads} threads");
                }
            }
        }
    }

    [Theory]
    [InlineData(1), InlineData(40), InlineData(1 << 19)]
    public void The_first_fault_is_told_with_its_line_for_any_blocks(int block)
    {
        string text = Rows(200, "\n", true, 2);
        int lines = text.Count(static c => c == '\n');
        string more = string.Concat(Enumerable.Repeat("1,red,2000-01-01,2,3\n", 100));
        string path = Write(Encoding.UTF8.GetBytes(text + "1,2\n" + more + "1,2,3\n" + more), "t.csv");
        string Refused(Func<string, bool>? wanted = null, Dictionary<string, ColumnKind>? kinds = null) => Assert.Throws<InvalidDataException>(
            () => TableFile.Read(path, kinds, wanted, threads: 3, block)).Message;
        Assert.Equal($"{path}, line {lines + 1}, has 2 values. Expected 5, as the first line has names: 1,2", Refused());
        File.WriteAllText(path, text + more + "1,red,2000-01-01,2,many\n" + more + "1,red,2000-01-01,2,few\n");
        Assert.Equal($"{path}, line {lines + 101}: x is \"many\". Expected a number, as in the rows that were trained on.",
            Refused(kinds: new() { ["x"] = ColumnKind.Number }));
        var file = TableFile.Read(path, threads: 3, block: block, wanted: static name => name is "x" or "n");
        Assert.Equal(["n", "x"], file.Columns.Select(static column => column.Name));
        Assert.Equal(ColumnKind.Category, file.Columns[1].Kind);
        Assert.Equal(["many", "few"], file.Columns[1].Texts.Where(static word => !char.IsAsciiDigit(word[0])));
        Assert.Equal((2, 401), (file.Rows.Width, file.Rows.Count - 1));
    }

    [Fact]
    public void A_fault_has_its_line_wherever_in_a_block_its_row_is()
    {
        string rows = string.Concat(Enumerable.Repeat("1,\"two\nlines\",2000-01-01,2,3\n", 30));
        string path = Write(Encoding.UTF8.GetBytes($"n,t,d,m,x\n{rows}1,\"two\nlines\",2000-01-01,2,many\n{rows}"), "t.csv");
        string ragged = Write(Encoding.UTF8.GetBytes($"n,t,d,m,x\n{rows}1,\"two\nlines\"\n{rows}"), "r.csv");
        for (int block = 1; block < 400; block++)
        {
            string Refused(string path, Dictionary<string, ColumnKind>? kinds) => Assert.Throws<InvalidDataException>(
                () => TableFile.Read(path, kinds, null, threads: 1, block)).Message;
            Assert.StartsWith($"{path}, line 62: x is \"many\".", Refused(path, new() { ["x"] = ColumnKind.Number }), StringComparison.Ordinal);
            Assert.StartsWith($"{ragged}, line 62, has 2 values.", Refused(ragged, null), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_quote_without_its_end_is_refused()
    {
        string path = Write(Encoding.UTF8.GetBytes(Rows(50, "\n", true, 3) + "1,\"" + string.Concat(Enumerable.Repeat("2,3\n", 5_000_000))), "t.csv");
        string message = Assert.Throws<InvalidDataException>(() => TableFile.Read(path)).Message;
        Assert.Contains("cannot be read after line", message, StringComparison.Ordinal);
        Assert.Contains("ensure quotes \" are terminated", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_have_the_bits_of_the_frameworks_own_method()
    {
        var draw = new Random(4);
        int fast = 0, count = 100_000;
        for (int i = 0; i < count; i++)
        {
            string text = Text(draw, i);
            if (TableNumber.TryRead(text, '.', out float value))
            {
                fast++;
                Assert.True(float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float expected), text);
                Assert.True(BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(value), $"{text}: {expected:R} and {value:R}");
            }
        }

        Assert.InRange(fast, count / 2, count - 1);
        foreach (string no in (string[])["", "-", ".", "1e", "e5", "1e+", "--1", "1.2.3", "1,5", " 1", "1 ", "0x1", "1_0", "Infinity", "NaN", "1e9999", "1e39"])
            Assert.False(TableNumber.TryRead(no, '.', out _), no);
    }

    // Random digits and exponents, numbers printed in several ways, and the middles between neighbours in single precision with a digit more or less.
    static string Text(Random draw, int i)
    {
        float near = BitConverter.Int32BitsToSingle(draw.Next(1 << 23, 0x7F000000));
        switch (i % 5)
        {
            case 0:
                return near.ToString("R", CultureInfo.InvariantCulture);
            case 1:
                return ((double)near * (1 + draw.NextDouble() * 1e-6)).ToString("G17", CultureInfo.InvariantCulture);
            case 2:
                near = (float)((draw.NextDouble() - 0.5) * Math.Pow(10, draw.Next(1, 9)));
                double middle = ((double)near + MathF.BitIncrement(near)) / 2;
                decimal exact = (decimal)Math.Round(middle, 9);
                return (exact + draw.Next(-1, 2) * 1e-9m).ToString(CultureInfo.InvariantCulture);
            case 3:
                return (1L << 24) + 1 + 2L * draw.Next(1 << 20) is var odd && draw.Next(2) == 0 ? $"{odd}" : $"-{odd}.0";
            default:
                var digits = new StringBuilder(draw.Next(3) == 0 ? "-" : draw.Next(3) == 0 ? "+" : "");
                for (int k = draw.Next(0, 13); k > 0; k--)
                    digits.Append(draw.Next(10));
                digits.Append('.');
                for (int k = draw.Next(1, 9); k > 0; k--)
                    digits.Append(draw.Next(10));
                return draw.Next(2) == 0 ? digits.ToString() : digits.Append(CultureInfo.InvariantCulture, $"e{draw.Next(-30, 20)}").ToString();
        }
    }

    static ReadOnlySpan<byte> Bits(ReadOnlySpan<float> values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values);
}
