using System.Numerics;

namespace Ballast;

/// <summary>The moments of a table's columns, and its rows as a network takes them.</summary>
static class TableEncoder
{
    /// <summary>The mean and the deviation of each column's values that are there, and how many there are, over rows in their order; the
    /// deviation is 0 where the values are the same but for rounding.</summary>
    public static (double Mean, double Std, int Count)[] Moments(TableRows table, int[] rows)
    {
        int width = table.Width;
        double[] sums = new double[width], means = new double[width], squares = new double[width], counts = new double[width];
        // Each part of the columns goes through all rows: the order of additions is that of the rows for any number of threads.
        int step = Vector<float>.Count * 4, parts = (width + step - 1) / step;
        Parallel.For(0, parts, part =>
        {
            int from = part * step, to = Math.Min(width, from + step);
            foreach (int row in rows)
                Add(table[row][from..to], means.AsSpan(from..to), sums.AsSpan(from..to), counts.AsSpan(from..to), squared: false);
            for (int c = from; c < to; c++)
                means[c] = sums[c] / Math.Max(1, counts[c]);
            foreach (int row in rows)
                Add(table[row][from..to], means.AsSpan(from..to), squares.AsSpan(from..to), [], squared: true);
        });
        return [.. Enumerable.Range(0, width).Select(c =>
        {
            double std = Math.Sqrt(squares[c] / Math.Max(1, counts[c]));
            return (means[c], std > 1e-12 * Math.Max(1, Math.Abs(means[c])) ? std : 0, (int)counts[c]);
        })];
    }

    /// <summary>Makes of a table's rows what a network takes, over the same memory where it suffices: the table's own values are gone.</summary>
    /// <param name="file">The table.</param>
    /// <param name="schema">How its columns are read.</param>
    /// <param name="kept">Whether a row is taken.</param>
    /// <param name="unknown">How many categories are not in the schema.</param>
    public static TableRows Encode(TableFile file, TableSchema schema, bool[] kept, out int unknown)
    {
        int[] places = [.. schema.Columns.Where(static column => column.Kind != ColumnKind.Category).Select(column => file.Find(column.Name))];
        ColumnSchema[] numbers = [.. schema.Columns.Where(static column => column.Kind != ColumnKind.Category)], texts = [.. schema.Categorical];
        int[] textPlaces = [.. texts.Select(column => file.Find(column.Name))];
        int[][] maps = [.. texts.Select((column, i) =>
        {
            var known = TableBoolean.Places(column.Categories);
            return file.Columns[textPlaces[i]].Texts.Select(text => known.TryGetValue(text, out int place) ? place + 1 : 0).ToArray();
        })];
        var table = file.Rows;
        int width = schema.Inputs, parts = Math.Clamp(table.Blocks, 1, Environment.ProcessorCount), sum = 0;
        var written = new TableBlocks[parts];
        Parallel.For(0, parts, part =>
        {
            var target = written[part] = new TableBlocks(width);
            float[] copy = new float[table.Width];
            int news = 0;
            for (int b = table.Blocks * part / parts; b < table.Blocks * (part + 1) / parts; b++)
            {
                var (from, to) = table.Range(b);
                float[] source = table.Release(b);
                // Where rows become no longer they are written over the block's own; where they do, over the ones before it.
                if (width <= copy.Length)
                    target.Add(source);
                for (int row = from; row < to; row++)
                {
                    if (!kept[row])
                        continue;
                    source.AsSpan((row - from) * copy.Length, copy.Length).CopyTo(copy);
                    news += Encode(copy, numbers, places, textPlaces, maps, target.Next());
                }

                if (width > copy.Length)
                    target.Spare(source);
            }

            Interlocked.Add(ref sum, news);
        });
        unknown = sum;
        return new TableRows([.. written.SelectMany(static part => part.Blocks)], [.. written.SelectMany(static part => part.Counts)], width);
    }

    static int Encode(float[] row, ColumnSchema[] numbers, int[] places, int[] textPlaces, int[][] maps, Span<float> target)
    {
        int at = 0, unknown = 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            var column = numbers[i];
            float value = row[places[i]];
            bool missing = float.IsNaN(value);
            target[at++] = missing ? 0 : (float)Math.Clamp((value - column.Mean) / column.Std, -1e3, 1e3);
            if (column.HasMissing)
                target[at++] = missing ? 1 : 0;
        }

        for (int i = 0; i < maps.Length; i++)
        {
            float code = row[textPlaces[i]];
            int place = float.IsNaN(code) ? 0 : maps[i][(int)code];
            target[at++] = place;
            unknown += place == 0 && !float.IsNaN(code) ? 1 : 0;
        }

        return unknown;
    }

    // sums += value, or (value - mean)^2, where there is a value; each sum has its own order of rows.
    static void Add(ReadOnlySpan<float> row, ReadOnlySpan<double> means, Span<double> sums, Span<double> counts, bool squared)
    {
        int at = 0;
        for (; at + Vector<float>.Count <= row.Length; at += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(row[at..]), out var low, out var high);
            Add(low, means[at..], sums[at..], squared ? [] : counts[at..], squared);
            int next = at + Vector<double>.Count;
            Add(high, means[next..], sums[next..], squared ? [] : counts[next..], squared);
        }

        for (; at < row.Length; at++)
        {
            if (float.IsNaN(row[at]))
                continue;
            double off = row[at] - means[at];
            sums[at] += squared ? off * off : row[at];
            if (!squared)
                counts[at]++;
        }
    }

    static void Add(Vector<double> values, ReadOnlySpan<double> means, Span<double> sums, Span<double> counts, bool squared)
    {
        var there = Vector.Equals(values, values);
        var off = values - new Vector<double>(means);
        var more = Vector.ConditionalSelect(there, squared ? off * off : values, Vector<double>.Zero);
        (new Vector<double>(sums) + more).CopyTo(sums);
        if (!squared)
            (new Vector<double>(counts) + Vector.ConditionalSelect(there, Vector<double>.One, Vector<double>.Zero)).CopyTo(counts);
    }
}
