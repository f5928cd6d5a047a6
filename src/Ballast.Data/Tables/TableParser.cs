using System.Globalization;
using System.Runtime.InteropServices;
using nietras.SeparatedValues;

namespace Ballast;

/// <summary>Reads the rows of blocks of text, one block after another; each thread has one.</summary>
sealed class TableParser
{
    readonly char separator;
    readonly TableColumn?[] columns;
    readonly int[] places;
    readonly Dictionary<string, (int Block, int Code)>?[] known;
    float[] scratch = [];

    /// <summary>Makes one.</summary>
    /// <param name="separator">What stands between values.</param>
    /// <param name="columns">The columns of the file; null for those that are passed over.</param>
    public TableParser(char separator, TableColumn?[] columns)
    {
        (this.separator, this.columns) = (separator, columns);
        places = [.. Enumerable.Range(0, columns.Length).Where(c => columns[c] is not null)];
        known = [.. places.Select(c => columns[c]!.Kind == ColumnKind.Category
            ? new Dictionary<string, (int, int)>(StringComparer.Ordinal) : null)];
    }

    /// <summary>How values are split.</summary>
    public static SepReaderOptions Options(SepReaderOptions options) =>
        options with { HasHeader = false, Unescape = true, DisableColCountCheck = true, CultureInfo = CultureInfo.InvariantCulture };

    /// <summary>The line that a row begins in. Of the first row, where none of them are names, Sep says the line after it.</summary>
    public static int Line(SepReader.Row row) => row.RowIndex == 0 ? 1 : row.LineNumberFrom;

    /// <summary>Reads a block.</summary>
    /// <param name="text">Its characters.</param>
    /// <param name="number">Its number; the first row of block 0 are the names.</param>
    public TablePart Read(ReadOnlyMemory<char> text, int number)
    {
        var block = new TablePart
        {
            Texts = [.. known.Select(static texts => texts is null ? null : new List<string>())],
            Refuted = new (string, int)?[places.Length],
        };
        try
        {
            using var reader = Sep.New(separator).Reader(Options).From(new MemoryReader(text));
            foreach (var row in reader)
            {
                (block.LastLine, block.Lines) = (Line(row), row.LineNumberToExcl - 1);
                if (number == 0 && row.RowIndex == 0)
                    continue;
                if (row.ColCount != columns.Length)
                {
                    if (row.ColCount == 1 && row.Span.IsWhiteSpace())
                        continue;
                    string values = row.ColCount == 1 ? "1 value" : $"{row.ColCount} values";
                    block.Fault = (Line(row),
                        $"has {values}. Expected {columns.Length}, as the first line has names: {TableFile.Shown(row.Span.ToString())}", null);
                    return block;
                }

                Add(block, row, number);
            }
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or FormatException)
        {
            block.Fault = (null, e.Message, e);
            return block;
        }

        block.Values = scratch.AsSpan(0, block.Rows * places.Length).ToArray();
        return block;
    }

    void Add(TablePart block, SepReader.Row row, int number)
    {
        int at = block.Rows * places.Length;
        if (at + places.Length > scratch.Length)
            Array.Resize(ref scratch, Math.Max(2 * scratch.Length, 64 * places.Length));
        var values = scratch.AsSpan(at, places.Length);
        for (int i = 0; i < values.Length; i++)
        {
            var text = row[places[i]].Span;
            var column = columns[places[i]]!;
            if (column.Kind == ColumnKind.Number)
            {
                if (TableNumber.TryRead(text, column.HasComma ? ',' : '.', out values[i]))
                    continue;
                text = text.Trim();
                if (text.Length > 0 && TableCell.TryNumber(text, column.HasComma, out values[i]))
                    continue;
                if (column.IsKnown && TableBoolean.Read(text) is { } holds)
                {
                    values[i] = holds ? 1 : 0;
                    continue;
                }
            }
            else
            {
                text = text.Trim();
                if (column.Kind == ColumnKind.Date ? TableCell.TryDate(text, out values[i]) : TryCode(block, i, text, number, out values[i]))
                    continue;
            }

            values[i] = float.NaN;
            if (!TableCell.IsMissing(text))
                block.Refuted[i] ??= (text.ToString(), Line(row));
        }

        block.Rows++;
    }

    bool TryCode(TablePart block, int column, ReadOnlySpan<char> text, int number, out float value)
    {
        value = 0;
        if (TableCell.IsMissing(text))
            return false;
        var lookup = known[column]!.GetAlternateLookup<ReadOnlySpan<char>>();
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(lookup, text, out bool exists);
        if (!exists || entry.Block != number)
        {
            var texts = block.Texts[column]!;
            entry = (number, texts.Count);
            texts.Add(Own(lookup, text));
        }

        value = entry.Code;
        return true;
    }

    // The key that the dictionary holds, so that each text exists once.
    static string Own(Dictionary<string, (int Block, int Code)>.AlternateLookup<ReadOnlySpan<char>> lookup, ReadOnlySpan<char> text) =>
        lookup.TryGetValue(text, out string? own, out _) ? own : text.ToString();

    /// <summary>Characters in memory, read one after another.</summary>
    sealed class MemoryReader(ReadOnlyMemory<char> text) : TextReader
    {
        int at;

        public override int Peek() => at < text.Length ? text.Span[at] : -1;

        public override int Read() => at < text.Length ? text.Span[at++] : -1;

        public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

        public override int Read(Span<char> buffer)
        {
            int count = Math.Min(buffer.Length, text.Length - at);
            text.Span.Slice(at, count).CopyTo(buffer);
            at += count;
            return count;
        }
    }
}
