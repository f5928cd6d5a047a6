using System.Runtime.ExceptionServices;

namespace Ballast;

/// <summary>One way through a file: blocks of its text are read side by side, and put together in their order.</summary>
sealed class TablePass : IDisposable
{
    readonly string path;
    readonly char separator;
    readonly TableColumn?[] all;
    readonly TableColumn[] columns;
    readonly TableText text;
    readonly Dictionary<int, TablePart> waiting = [];
    readonly List<TablePart> joined = [];
    int lines;              // of the blocks that were joined
    int lastLine = 1;       // that the last of their rows begins in

    TablePass(string path, char separator, TableColumn?[] all, int block)
    {
        (this.path, this.separator, this.all, columns) = (path, separator, all, [.. all.OfType<TableColumn>()]);
        text = new TableText(path, block);
    }

    /// <summary>Reads a file's rows; columns take up the texts they find, and what refutes their kind.</summary>
    /// <exception cref="InvalidDataException">The first row that cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TableRows Run(string path, char separator, TableColumn?[] all, int threads, int block)
    {
        long length = new FileInfo(path).Length;
        using var pass = new TablePass(path, separator, all, (int)Math.Min(block, length + 1));
        threads = (int)Math.Min(threads, length / block + 1);
        try
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => pass.Work());
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return new TableRows(
            [.. pass.joined.Select(static part => part.Values)], [.. pass.joined.Select(static part => part.Rows)], pass.columns.Length);
    }

    public void Dispose() => text.Dispose();

    void Work()
    {
        var parser = new TableParser(separator, all);
        char[] buffer = [];
        try
        {
            while (text.Take(ref buffer, out int number) is > 0 and int length)
            {
                var block = parser.Read(buffer.AsMemory(0, length), number);
                if (block.Fault is not null)
                    text.Stop();        // the blocks before it are on their way: the first fault of all is what is said
                lock (waiting)
                {
                    waiting[number] = block;
                    while (waiting.Remove(joined.Count, out var next))
                        Join(next);
                }
            }
        }
        finally
        {
            text.Stop();
        }
    }

    void Join(TablePart block)
    {
        if (block.Fault is var (line, reason, inner))
        {
            throw new InvalidDataException(line is null
                ? $"{path} cannot be read after line {(block.LastLine > 0 ? lines + block.LastLine : lastLine)}: {reason}"
                : $"{path}, line {lines + line}, {reason}", inner);
        }

        for (int c = 0; c < columns.Length; c++)
        {
            if (columns[c].Refuted is null && block.Refuted[c] is var (refuting, at))
                columns[c].Refuted = (refuting, lines + at);
            if (block.Texts[c] is { } texts && columns[c].Join(texts) is { } places)
                Move(block, c, places);
        }

        joined.Add(block);
        lastLine = block.LastLine > 0 ? lines + block.LastLine : lastLine;
        lines += block.Lines;
    }

    void Move(TablePart block, int column, int[] places)
    {
        for (int row = 0, at = column; row < block.Rows; row++, at += columns.Length)
        {
            if (!float.IsNaN(block.Values[at]))
                block.Values[at] = places[(int)block.Values[at]];
        }
    }
}
