using Parquet;

namespace Ballast;

/// <summary>One reading of a Parquet file by several threads, each with a reader of its own: they take the next few columns in turn, and put
/// their values into the rows. The result is the same for any number of threads, and so is the refusal: of the first column that has a
/// reason.</summary>
/// <param name="columns">The columns that are read.</param>
/// <param name="groups">How many rows each group of the file has.</param>
sealed class ParquetRead(ParquetColumn[] columns, int[] groups)
{
    /// <summary>How many columns are read before their values go into the rows: a row's values lie side by side in memory.</summary>
    public const int Together = 2;

    const int BlockValues = 1 << 22;

    const long LeastGarbage = 16 << 20;

    readonly List<float[]>[] blocks = new List<float[]>[groups.Length];
    readonly int step = Math.Max(1, BlockValues / Math.Max(1, columns.Length));
    readonly Lock gate = new();
    int next;
    long collected = GC.GetTotalAllocatedBytes();
    (int Column, Exception Reason)? refusal;

    /// <summary>Reads columns until there are none left, or one is refused.</summary>
    public async Task<bool> Work(ParquetReader reader)
    {
        int most = groups.DefaultIfEmpty().Max();
        float[][] values = [.. Enumerable.Range(0, Together).Select(_ => new float[most])];
        var buffers = new ParquetBuffers(most);
        while (Take() is { } first)
        {
            int count = Math.Min(Together, columns.Length - first), column = first;
            try
            {
                for (int g = 0, before = 0; g < groups.Length; before += groups[g++])
                {
                    using var group = reader.OpenRowGroupReader(g);
                    for (column = first; column < first + count; column++)
                        await columns[column].ReadAsync(group, before, values[column - first].AsMemory(0, groups[g]), buffers).ConfigureAwait(false);
                    Put(g, first, values.AsSpan(0, count));
                    Collect();
                }
            }
#pragma warning disable CA1031 // It is thrown once all have come so far.
            catch (Exception e)
#pragma warning restore CA1031
            {
                lock (gate)
                {
                    if (refusal is not { } other || column < other.Column)
                        refusal = (column, e);
                }
            }
        }

        return true;
    }

    /// <summary>What was read.</summary>
    /// <exception cref="Exception">What a column was refused for.</exception>
    public TableRows Rows()
    {
        if (refusal is { } there)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(there.Reason);
        float[][] all = [.. Enumerable.Range(0, groups.Length).SelectMany(Blocks)];
        int[] counts = [.. groups.SelectMany(rows => Enumerable.Range(0, (rows + step - 1) / step).Select(i => Math.Min(step, rows - i * step)))];
        return new TableRows(all, counts, columns.Length);
    }

    // The library leaves some arrays behind for each page, longer than the collector thinks worth its while until they are several times the
    // table: it is asked to as soon as they are an eighth of what lives. What that takes is small beside what filled them.
    void Collect()
    {
        long made = GC.GetTotalAllocatedBytes();
        lock (gate)
        {
            if (made - collected < Math.Max(LeastGarbage, GC.GetGCMemoryInfo(GCKind.FullBlocking).HeapSizeBytes / 8))
                return;
            collected = made;
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
    }

    int? Take()
    {
        lock (gate)
        {
            if (next >= columns.Length || refusal is not null)
                return null;
            next += Together;
            return next - Together;
        }
    }

    List<float[]> Blocks(int group)
    {
        lock (gate)
        {
            if (blocks[group] is { } there)
                return there;
            var made = new List<float[]>();
            for (int from = 0; from < groups[group]; from += step)
                made.Add(GC.AllocateUninitializedArray<float>(Math.Min(step, groups[group] - from) * columns.Length));
            return blocks[group] = made;
        }
    }

    void Put(int group, int first, ReadOnlySpan<float[]> values)
    {
        int from = 0, width = columns.Length;
        foreach (float[] block in Blocks(group))
        {
            int rows = block.Length / width;
            for (int row = 0, at = first; row < rows; row++, at += width)
            {
                for (int c = 0; c < values.Length; c++)
                    block[at + c] = values[c][from + row];
            }

            from += rows;
        }
    }
}
