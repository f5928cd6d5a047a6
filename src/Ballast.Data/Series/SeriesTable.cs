using System.Globalization;

namespace Ballast;

/// <summary>How a file becomes a <see cref="SeriesTable"/>.</summary>
public sealed record SeriesOptions
{
    /// <summary>The columns that are predicted.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>How many rows are predicted from: 24.</summary>
    public int Window { get; init; } = 24;

    /// <summary>How many rows are predicted: 1.</summary>
    public int Horizon { get; init; } = 1;

    /// <summary>How many rows a window begins after the one before it: 1.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>The column that says when; null for the one that holds dates, where there is one.</summary>
    public string? Time { get; init; }

    /// <summary>Columns that are not used.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>The kind of network.</summary>
    public SeriesNetworkKind Network { get; init; }
}

/// <summary>A delimited text file as a time series: rows in the order of time, columns of numbers.</summary>
public sealed class SeriesTable
{
    readonly string[]? times;
    readonly string format = "";

    SeriesTable(string path, IReadOnlyList<string> columns, Tensor values, string? time, string[]? times, string format)
    {
        (Path, Columns, Values, Time, this.times, this.format) = (path, columns, values, time, times, format);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The columns of numbers, in the order of the file.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The values [rows, columns]; NaN where one is missing.</summary>
    public Tensor Values { get; }

    /// <summary>The column that says when; null where there is none.</summary>
    public string? Time { get; }

    /// <summary>How many rows there are.</summary>
    public int Rows => Values.Shape[0];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file: a line of names, then a line for each row, in the order of time.</param>
    /// <param name="time">The column that says when; null for the one that holds dates, where there is one.</param>
    /// <param name="ignore">Columns that are not used.</param>
    /// <param name="only">The columns that are wanted, in this order; null for all.</param>
    /// <exception cref="InvalidDataException">A file that cannot be read, a column that there is not or that holds no numbers, or rows that are not
    /// in the order of time.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static SeriesTable Open(string path, string? time = null, IReadOnlyList<string>? ignore = null, IReadOnlyList<string>? only = null)
    {
        var kinds = (only ?? []).ToDictionary(static name => name, static _ => ColumnKind.Number);
        if (time is not null)
            kinds[time] = ColumnKind.Category;      // its texts are read as days with more digits than a column of dates keeps
        var file = TableFile.Read(path, kinds, name => only is null ? ignore?.Contains(name) != true : kinds.ContainsKey(name));
        foreach (string name in (ignore ?? []).Concat(only ?? []).Concat(time is null ? [] : [time]))
        {
            if (!file.Names.Contains(name))
                throw new InvalidDataException($"{path} has no column {name}. Its columns are {string.Join(", ", file.Names)}.");
        }

        string[] dated = [.. file.Columns.Where(static column => column.Kind == ColumnKind.Date).Select(static column => column.Name)];
        if (time is null && dated is [var one])
            return Open(path, one, ignore, only);
        var columns = only is null ? [.. file.Columns.Where(column => column.Name != time)]
            : only.Select(name => file.Columns[file.Find(name)]).ToArray();
        if (columns.Length == 0)
            throw new InvalidDataException($"{path} has no column of numbers. Expected at least one to predict.");
        foreach (var column in columns.Where(static column => column.Kind != ColumnKind.Number))
        {
            string holds = column.Kind == ColumnKind.Date ? "dates" : column.Texts.Count == 0 ? "nothing" : $"texts such as \"{column.Texts[0]}\"";
            throw new InvalidDataException($"{path}: {column.Name} holds {holds}. A series is made of numbers: leave the column out, or say that it "
                + "is the column of time where it says when.");
        }

        float[] all = new float[file.Rows.Count * columns.Length];
        int[] places = [.. columns.Select(column => file.Find(column.Name))];
        for (int row = 0; row < file.Rows.Count; row++)
        {
            for (int c = 0; c < places.Length; c++)
                all[row * places.Length + c] = file.Rows[row][places[c]];
        }

        var (times, format) = time is null ? (null, "") : Times(path, file.Columns[file.Find(time)], file.Rows.Column(file.Find(time)));
        string[] names = [.. columns.Select(static column => column.Name)];
        return new SeriesTable(path, names, Tensor.From(all, [file.Rows.Count, names.Length]), time, times, format);
    }

    /// <summary>When the rows after the last one are, as the file writes time: the last step again and again; their numbers from 1 where no column
    /// says when.</summary>
    public IReadOnlyList<string> Next(int count)
    {
        if (times is null || times.Length < 2)
            return [.. Enumerable.Range(1, count).Select(static step => $"{step}")];
        if (format.Length == 0)
        {
            double last = double.Parse(times[^1], CultureInfo.InvariantCulture), step = last - double.Parse(times[^2], CultureInfo.InvariantCulture);
            return [.. Enumerable.Range(1, count).Select(k => ((float)(last + k * step)).ToString("R", CultureInfo.InvariantCulture))];
        }

        TableCell.TryDateTime(times[^1], out var end, out _);
        TableCell.TryDateTime(times[^2], out var before, out _);
        return [.. Enumerable.Range(1, count).Select(k => After(end, before, k).ToString(format, CultureInfo.InvariantCulture))];
    }

    // Months and years are no fixed time: of days that are the same of two months, or both the last, the next is it too.
    static DateTime After(DateTime end, DateTime before, int steps)
    {
        int months = (end.Year - before.Year) * 12 + end.Month - before.Month;
        bool whole = months > 0 && end.TimeOfDay == before.TimeOfDay && (end.Day == before.Day || (IsLast(end) && IsLast(before)));
        if (!whole)
            return end + steps * (end - before);
        var next = end.AddMonths(months * steps);
        return IsLast(end) && IsLast(before) ? next.AddDays(DateTime.DaysInMonth(next.Year, next.Month) - next.Day) : next;
    }

    static bool IsLast(DateTime day) => day.Day == DateTime.DaysInMonth(day.Year, day.Month);

    static (string[] Times, string Format) Times(string path, TableColumn column, float[] codes)
    {
        string name = column.Name;
        string[] times = new string[codes.Length];
        double before = double.NegativeInfinity;
        string format = "";
        for (int row = 0; row < times.Length; row++)
        {
            string text = float.IsNaN(codes[row]) ? "" : column.Texts[(int)codes[row]];
            double at;
            if (TableCell.TryDateTime(text, out var date, out string written))
                (at, format) = (date.Ticks, row == 0 ? written : format);
            else if ((row > 0 && format.Length > 0) || !double.TryParse(text, CultureInfo.InvariantCulture, out at) || !double.IsFinite(at))
                throw new InvalidDataException($"{path}, row {row + 1}: {name} is \"{text}\". Expected a time, as 2026-05-31 12:00, or a number.");
            if (at <= before)
            {
                throw new InvalidDataException($"{path}, row {row + 1}: {name} is {text}, and {times[row - 1]} in the row before. Expected rows in "
                    + "the order of time, each later than the one before: sort them, or leave doubled ones out.");
            }

            (times[row], before) = (text, at);
        }

        return (times, format);
    }
}
