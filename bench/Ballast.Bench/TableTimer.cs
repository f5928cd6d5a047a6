using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times opening a file of numbers, texts and dates, types recognized and columns standardized: <c>table ROWS COLUMNS ROUNDS [parquet | FILE]</c>
/// prints the size of the file (CSV, Parquet, or one that is there, with a column y), megabytes and millions of values a second, and the most memory that the first round took by what
/// the columns are in single precision.</summary>
static class TableTimer
{
    public static int Run(string[] options)
    {
        int[] numbers = [.. options.Take(3).Select(static option => int.Parse(option, CultureInfo.InvariantCulture))];
        var (rows, columns, rounds) = (numbers[0], numbers[1], numbers[2]);
        bool isParquet = options is [_, _, _, "parquet"];
        string folder = Directory.CreateTempSubdirectory("ballast-bench-").FullName;
        string path = options is [_, _, _, not "parquet"] ? options[3] : Path.Combine(folder, isParquet ? "table.parquet" : "table.csv");
        try
        {
            if (isParquet)
                ParquetWriting.Write(path, rows, columns).GetAwaiter().GetResult();
            else if (!File.Exists(path))
                Write(path, rows, columns);
            using var process = Process.GetCurrentProcess();
            long size = new FileInfo(path).Length, before = 0, most = 0;
            var seconds = new List<double>();
            for (int round = 0; round < rounds; round++)
            {
                GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
                if (OperatingSystem.IsLinux())
                    File.WriteAllText("/proc/self/clear_refs", "5");       // what writing took counts for nothing
                process.Refresh();
                before = round == 0 ? process.WorkingSet64 : before;
                long start = Stopwatch.GetTimestamp();
                var data = TableDataset.Open(path, "y", train: static count => [.. Enumerable.Range(0, count * 4 / 5)]);
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                process.Refresh();
                most = round == 0 ? process.PeakWorkingSet64 : most;
                if (data.Count != rows)
                    throw new InvalidDataException($"{data.Count} rows were read of {rows}.");
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{{\"rows\": {rows}, \"columns\": {columns}, \"threads\": {Environment.ProcessorCount}, \"megabytes\": {size / 1e6:F0}, " +
                $"\"seconds\": [{string.Join(", ", seconds.Select(static time => time.ToString("F2", CultureInfo.InvariantCulture)))}], " +
                $"\"millions_of_values_a_second\": {(double)rows * columns / seconds.Min() / 1e6:F1}, \"megabytes_a_second\": {size / 1e6 / seconds.Min():F0}, \"memory_by_columns\": {(most - before) / (4.0 * rows * columns):F2}}}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    // Of ten columns one is whole numbers, one has all 17 digits, and every fiftieth is texts or dates in turn; the others have six digits.
    static void Write(string path, int rows, int columns)
    {
        var draw = new Random(1);
        string[] words = ["red", "green", "blue", "yellow", "none of these"];
        using var file = new StreamWriter(path);
        file.Write(string.Join(',', Enumerable.Range(0, columns - 1).Select(static c => $"column{c}")));
        file.WriteLine(",y");
        // A thousand drawn rows, of which each row takes its values column by column: drawing and printing every one would take minutes.
        string[][] drawn = [.. Enumerable.Range(0, 1000).Select(_ => Enumerable.Range(0, columns).Select(c => Cell(draw, c, words)).ToArray())];
        for (int row = 0; row < rows; row++)
        {
            for (int c = 0; c < columns; c++)
            {
                file.Write(drawn[draw.Next(drawn.Length)][c]);
                file.Write(c == columns - 1 ? '\n' : ',');
            }
        }
    }

    static string Cell(Random draw, int column, string[] words)
    {
        double value = (draw.NextDouble() - 0.5) * Math.Pow(10, draw.Next(-2, 4));
        return (column % 50, column % 10) switch
        {
            (49, _) when column > 50 => draw.Next(1000).ToString(CultureInfo.InvariantCulture),
            (24, _) => words[draw.Next(words.Length)],
            (49, _) => new DateTime(1990, 1, 1).AddDays(draw.Next(10000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            (_, 3) => draw.Next(100000).ToString(CultureInfo.InvariantCulture),
            (_, 7) => value.ToString("G17", CultureInfo.InvariantCulture),
            _ => value.ToString("G6", CultureInfo.InvariantCulture),
        };
    }
}
