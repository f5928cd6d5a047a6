using Parquet;
using Parquet.Schema;

namespace Ballast;

/// <summary>A Parquet file as a table: the kinds of columns are those of its own schema.</summary>
static class ParquetTable
{
    const int LeastValues = 100_000;        // for which a thread more is worth its start
    const string Damaged = "The file is damaged, or was not written to its end: copy or write it anew.";

    static readonly ParquetOptions Options = new() { UseDateOnlyTypeForDates = true };

    /// <summary>Whether a file is one: by its first bytes, or its name.</summary>
    public static bool Is(string path)
    {
        Span<byte> start = stackalloc byte[4];
        using var stream = File.OpenRead(path);
        return (stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("PAR1"u8))
            || path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The names of a file's columns.</summary>
    /// <exception cref="InvalidDataException">A damaged file.</exception>
    public static string[] ReadNames(string path) =>
        Use(path, static reader => Task.FromResult<string[]>([.. reader.Schema.Fields.Select(static field => field.Name)]));

    /// <summary>Reads a file's columns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kinds">The kinds of columns that are known already, by name.</param>
    /// <param name="wanted">Which columns are read, by name; null for all.</param>
    /// <param name="threads">How many threads read.</param>
    /// <exception cref="InvalidDataException">A damaged file, a column of a type that no column of a table has, or one that is not of its
    /// kind.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (string[] Names, TableColumn[] Columns, TableRows Rows) Read(
        string path, IReadOnlyDictionary<string, ColumnKind>? kinds, Func<string, bool>? wanted, int threads) => Use(path, async reader =>
    {
        Field[] fields = [.. reader.Schema.Fields.Where(field => wanted?.Invoke(field.Name) != false)];
        var columns = Array.ConvertAll(fields, field => new ParquetColumn(
            path, field, kinds is not null && kinds.TryGetValue(field.Name, out var kind) ? kind : null));
        int[] groups = [.. reader.RowGroups.Select(group => Checked(path, group))];
        long most = Math.Min(threads, (columns.Length + ParquetRead.Together - 1) / ParquetRead.Together);
        int workers = (int)Math.Max(1, Math.Min(most, groups.Sum(static count => (long)count) * columns.Length / LeastValues));
        Limit(path, groups, columns.Length, workers);
        var read = new ParquetRead(columns, groups);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
        {
            using var stream = new ParquetStream(File.OpenRead(path)) { MostValues = groups.DefaultIfEmpty().Max() };
            await Open(stream, read.Work).ConfigureAwait(false);
        }))).ConfigureAwait(false);
        return ((string[])[.. reader.Schema.Fields.Select(static field => field.Name)], Array.ConvertAll(columns, static column => column.Column),
            read.Rows());
    });

    static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;

    // What a reader gives; whatever a damaged file makes it throw is a refusal of the file.
    static T Use<T>(string path, Func<ParquetReader, Task<T>> read)
    {
        using var stream = new ParquetStream(File.OpenRead(path));
        try
        {
            return Open(stream, read).GetAwaiter().GetResult();
        }
        catch (ParquetRefusal e)
        {
            throw new InvalidDataException(e.Message);
        }
        catch (Exception e)     // the library throws what comes of the bytes, of any type
        {
            string remedy = e is NotSupportedException or NotImplementedException
                ? "Parquet.Net 6.1 does not read this: write the file anew without it, or as CSV." : Damaged;
            throw new InvalidDataException($"{path} cannot be read as Parquet: {e.Message.TrimEnd('.')}. {remedy}", e);
        }
    }

    static async Task<T> Open<T>(ParquetStream stream, Func<ParquetReader, Task<T>> read)
    {
        ParquetFooter.Check(stream, Available);
        await using var reader = await ParquetReader.CreateAsync(stream, Options).ConfigureAwait(false);
        return await read(reader).ConfigureAwait(false);
    }

    // Each column repeats how many values it has: lists have as many as rows or more. A number changed alone is found before memory is taken.
    static int Checked(string path, ParquetRowGroupReader group) => group.RowCount is >= 0 and <= int.MaxValue
        && group.RowGroup.Columns.TrueForAll(column => column.MetaData?.NumValues >= group.RowCount) ? (int)group.RowCount
        : throw new ParquetRefusal($"{path} says that a group of it has {group.RowCount} rows, and of a column another number. {Damaged}");

    // What the values take is looked at before memory is: a damaged file may say any number of rows.
    static void Limit(string path, int[] groups, int columns, int workers)
    {
        long rows = groups.Sum(static count => (long)count);
        long bytes = rows * columns * sizeof(float) + groups.DefaultIfEmpty().Max() * (24L + 4 * ParquetRead.Together) * workers;
        long limit = Available;
        if (rows > int.MaxValue || bytes > limit)
        {
            throw new ParquetRefusal($"{path} says that it has {rows} rows of {columns} columns, which take {bytes >> 20} MB. Expected at most "
                + $"{limit >> 20} MB: leave columns or rows out, or mend the file where it has fewer.");
        }
    }
}

/// <summary>Why a Parquet file is refused, in words for a person.</summary>
sealed class ParquetRefusal(string message) : Exception(message);
