using System.Globalization;
using System.Numerics;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace Ballast;

/// <summary>A column of a Parquet file: its values as those of a column of text are, numbers or positions in a list of different texts.</summary>
sealed class ParquetColumn
{
    const string Days = "yyyy-MM-dd", Times = "yyyy-MM-dd HH:mm:ss";

    readonly string path;
    readonly DataField field;
    readonly bool isKnown;

    /// <summary>Makes one.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="field">The column in the file's schema.</param>
    /// <param name="known">What it is to hold; null for what the schema says.</param>
    public ParquetColumn(string path, Field field, ColumnKind? known)
    {
        (this.path, isKnown) = (path, known is not null);
        this.field = field as DataField ?? throw Unsupported(path, field, $"a {field.SchemaType.ToString().ToLowerInvariant()}");
        if (this.field.IsArray || this.field.MaxRepetitionLevel > 0)
            throw Unsupported(path, field, "a list");
        // Nanoseconds are given as whole numbers, the others as spans of time.
        if (field.SchemaElement is { LogicalType.TIME: not null } or { ConvertedType: ConvertedType.TIME_MILLIS or ConvertedType.TIME_MICROS })
            throw Unsupported(path, field, "a time of day");
        var kind = KindOf();
        Column = TableColumn.For(field.Name, [], false, known ?? kind);
    }

    /// <summary>Its name and kind, and its texts.</summary>
    public TableColumn Column { get; }

    /// <summary>Reads the values of a group of rows; NaN where one is missing.</summary>
    /// <param name="group">The group.</param>
    /// <param name="before">How many rows there are before it.</param>
    /// <param name="to">Where they go: as many as the group has rows.</param>
    /// <param name="buffers">What the file's values are read into.</param>
    public ValueTask ReadAsync(ParquetRowGroupReader group, int before, Memory<float> to, ParquetBuffers buffers)
    {
        var type = field.ClrType;
        return type == typeof(ReadOnlyMemory<char>) || type == typeof(string) ? Texts(group, before, to, buffers)
            : type == typeof(bool) ? Of<bool>(group, before, to, buffers, static v => v ? 1 : 0, static v => v ? "true" : "false")
            : type == typeof(DateOnly) ? Of<DateOnly>(group, before, to, buffers, static v => v.DayNumber - UnixDay, static v => Text(v, Days))
            : type == typeof(DateTime) ? Of<DateTime>(
                group, before, to, buffers, static v => (v - DateTime.UnixEpoch).TotalDays, static v => Text(v, Times))
            : type == typeof(double) ? Number<double>(group, before, to, buffers)
            : type == typeof(float) ? Number<float>(group, before, to, buffers)
            : type == typeof(decimal) ? Number<decimal>(group, before, to, buffers)
            : type == typeof(long) ? Number<long>(group, before, to, buffers)
            : type == typeof(int) ? Number<int>(group, before, to, buffers)
            : type == typeof(short) ? Number<short>(group, before, to, buffers)
            : type == typeof(sbyte) ? Number<sbyte>(group, before, to, buffers)
            : type == typeof(ulong) ? Number<ulong>(group, before, to, buffers)
            : type == typeof(uint) ? Number<uint>(group, before, to, buffers)
            : type == typeof(ushort) ? Number<ushort>(group, before, to, buffers)
            : Number<byte>(group, before, to, buffers);
    }

    static int UnixDay => DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    ColumnKind KindOf()
    {
        var type = field.ClrType;
        return type == typeof(bool) || type == typeof(ReadOnlyMemory<char>) || type == typeof(string) ? ColumnKind.Category
            : type == typeof(DateTime) || type == typeof(DateOnly) ? ColumnKind.Date
            : type == typeof(decimal) || (type.IsPrimitive && type != typeof(char)) ? ColumnKind.Number
            : throw Unsupported(path, field, type == typeof(ReadOnlyMemory<byte>) || type == typeof(byte[]) ? "bytes" : $"a {type.Name}");
    }

    ValueTask Number<T>(ParquetRowGroupReader group, int before, Memory<float> to, ParquetBuffers buffers) where T : struct, INumber<T> => Of<T>(
        group, before, to, buffers, static value => double.CreateSaturating(value),
        static value => value.ToString(null, CultureInfo.InvariantCulture));

    // A number, or a day as a number, of each; its text where the column is known to hold texts.
    async ValueTask Of<T>(
        ParquetRowGroupReader group, int before, Memory<float> to, ParquetBuffers buffers, Func<T, double> number, Func<T, string> text)
        where T : struct
    {
        var (values, levels) = await Raw<T>(group, to.Length, buffers).ConfigureAwait(false);
        if (Column.Kind == ColumnKind.Category)
            Code(values.Span, levels.Span, to.Span, value => text(value));
        else
            Convert(values.Span, levels.Span, before, to.Span, number, text);
    }

    // The values that are there, one after another, and for each row whether it has one; no levels where all have.
    async ValueTask<(Memory<T> Values, Memory<int> Levels)> Raw<T>(ParquetRowGroupReader group, int rows, ParquetBuffers buffers) where T : struct
    {
        var values = buffers.Values<T>(rows);
        Memory<int>? levels = field.MaxDefinitionLevel > 0 ? buffers.Levels(rows) : default(Memory<int>?);
        // A damaged page may have fewer values than it says: what is not written is 0, or missing.
        values.Span.Clear();
        levels?.Span.Clear();
        await group.ReadRawAsync(field, values, levels, null).ConfigureAwait(false);
        return (values, levels ?? default);
    }

    bool IsMissing(ReadOnlySpan<int> levels, int row) => levels.Length > 0 && levels[row] < field.MaxDefinitionLevel;

    void Convert<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> levels, int before, Span<float> to, Func<T, double> number, Func<T, string> text)
    {
        bool isOther = (typeof(T) == typeof(DateTime) || typeof(T) == typeof(DateOnly)) != (Column.Kind == ColumnKind.Date);
        for (int row = 0, next = 0; row < to.Length; row++)
        {
            if (IsMissing(levels, row))
            {
                to[row] = float.NaN;
                continue;
            }

            var there = values[next++];
            if (isOther)
                throw Other(row, before, text(there));
            double value = number(there);
            to[row] = (float)value;
            if (!float.IsFinite(to[row]) && !double.IsNaN(value))
            {
                throw new ParquetRefusal(
                    $"{path}, row {before + row + 1}: {field.Name} is {text(there)}. Expected a number below 3.4e38.");
            }
        }
    }

    async ValueTask Texts(ParquetRowGroupReader group, int before, Memory<float> to, ParquetBuffers buffers)
    {
        var (texts, levels) = await Raw<ReadOnlyMemory<char>>(group, to.Length, buffers).ConfigureAwait(false);
        if (Column.Kind == ColumnKind.Category)
            Code(texts.Span, levels.Span, to.Span, static text => text.Span);
        else
            Read(texts.Span, levels.Span, before, to.Span);
        texts.Span.Clear();
    }

    void Read(ReadOnlySpan<ReadOnlyMemory<char>> texts, ReadOnlySpan<int> levels, int before, Span<float> to)
    {
        for (int row = 0, next = 0; row < to.Length; row++)
        {
            var text = IsMissing(levels, row) ? default : texts[next++].Span.Trim();
            if (TableCell.IsMissing(text))
                to[row] = float.NaN;
            else if (!(Column.Kind == ColumnKind.Date ? TableCell.TryDate(text, out to[row]) : Number(text, out to[row])))
                throw Other(row, before, text.ToString());
        }
    }

    bool Number(ReadOnlySpan<char> text, out float value)
    {
        bool? holds = isKnown ? TableBoolean.Read(text) : null;
        value = holds == true ? 1 : 0;
        return holds is not null || TableCell.TryNumber(text, false, out value);
    }

    // Positions in the list of all texts of the column.
    void Code<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> levels, Span<float> to, TextOf<T> textOf)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int row = 0, next = 0; row < to.Length; row++)
        {
            var text = IsMissing(levels, row) ? default : textOf(values[next++]).Trim();
            if (TableCell.IsMissing(text))
                to[row] = float.NaN;
            else if (lookup.TryGetValue(text, out int code))
                to[row] = code;
            else
                to[row] = known[text.ToString()] = known.Count;
        }

        if (Column.Join([.. known.Keys]) is not { } places)
            return;
        foreach (ref float code in to)
            code = float.IsNaN(code) ? code : places[(int)code];
    }

    delegate ReadOnlySpan<char> TextOf<T>(T value);

    ParquetRefusal Other(int row, int before, string text) => new(
        $"{path}, row {before + row + 1}: {field.Name} is \"{TableFile.Shown(text)}\". Expected "
        + $"{(Column.Kind == ColumnKind.Date ? "a date" : "a number")}{(isKnown ? ", as in the rows that were trained on" : "")}.");

    static string Text(IFormattable value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    static ParquetRefusal Unsupported(string path, Field field, string holds) => new(
        $"{path}: {field.Name} holds {holds} in each row. A table has numbers, texts, booleans and dates: leave the column out (--ignore), or make "
        + "columns of these of it.");
}
