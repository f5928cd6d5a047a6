using System.Buffers;
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
    public ValueTask ReadAsync(ParquetRowGroupReader group, int before, Memory<float> to)
    {
        var type = field.ClrType;
        return type == typeof(ReadOnlyMemory<char>) || type == typeof(string) ? Texts(group, before, to)
            : type == typeof(bool) ? Of<bool>(group, before, to, static v => v ? 1 : 0, static v => v ? "true" : "false")
            : type == typeof(DateOnly) ? Of<DateOnly>(group, before, to, static v => v.DayNumber - UnixDay, static v => Text(v, Days))
            : type == typeof(DateTime) ? Of<DateTime>(
                group, before, to, static v => (v - DateTime.UnixEpoch).TotalDays, static v => Text(v, Times))
            : type == typeof(double) ? Number<double>(group, before, to)
            : type == typeof(float) ? Number<float>(group, before, to)
            : type == typeof(decimal) ? Number<decimal>(group, before, to)
            : type == typeof(long) ? Number<long>(group, before, to)
            : type == typeof(int) ? Number<int>(group, before, to)
            : type == typeof(short) ? Number<short>(group, before, to)
            : type == typeof(sbyte) ? Number<sbyte>(group, before, to)
            : type == typeof(ulong) ? Number<ulong>(group, before, to)
            : type == typeof(uint) ? Number<uint>(group, before, to)
            : type == typeof(ushort) ? Number<ushort>(group, before, to)
            : Number<byte>(group, before, to);
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

    ValueTask Number<T>(ParquetRowGroupReader group, int before, Memory<float> to) where T : struct, INumber<T> => Of<T>(
        group, before, to, static value => double.CreateSaturating(value), static value => value.ToString(null, CultureInfo.InvariantCulture));

    // A number, or a day as a number, of each; its text where the column is known to hold texts.
    async ValueTask Of<T>(ParquetRowGroupReader group, int before, Memory<float> to, Func<T, double> number, Func<T, string> text) where T : struct
    {
        var values = ArrayPool<T?>.Shared.Rent(to.Length);
        values.AsSpan(0, to.Length).Clear();
        if (field.IsNullable)
        {
            await group.ReadAsync<T>(field, values.AsMemory(0, to.Length), null, default).ConfigureAwait(false);
        }
        else
        {
            var all = new T[to.Length];
            await group.ReadAsync<T>(field, all.AsMemory(), null, default).ConfigureAwait(false);
            for (int row = 0; row < all.Length; row++)
                values[row] = all[row];
        }

        if (Column.Kind == ColumnKind.Category)
            Code([.. values.AsSpan(0, to.Length).ToArray().Select(value => value is { } there ? text(there) : null)], to.Span);
        else
            Convert(values.AsSpan(0, to.Length), before, to.Span, number, text);
        ArrayPool<T?>.Shared.Return(values);
    }

    void Convert<T>(ReadOnlySpan<T?> values, int before, Span<float> to, Func<T, double> number, Func<T, string> text) where T : struct
    {
        bool isOther = (typeof(T) == typeof(DateTime) || typeof(T) == typeof(DateOnly)) != (Column.Kind == ColumnKind.Date);
        for (int row = 0; row < to.Length; row++)
        {
            if (values[row] is not { } there)
            {
                to[row] = float.NaN;
                continue;
            }

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

    async ValueTask Texts(ParquetRowGroupReader group, int before, Memory<float> to)
    {
        string?[] texts = ArrayPool<string?>.Shared.Rent(to.Length);
        await group.ReadAsync(field, texts.AsMemory(0, to.Length)!, null, default).ConfigureAwait(false);
        Read(texts, before, to.Span);
        ArrayPool<string?>.Shared.Return(texts, clearArray: true);
    }

    void Read(string?[] texts, int before, Span<float> to)
    {
        if (Column.Kind == ColumnKind.Category)
        {
            Code(texts, to);
            return;
        }

        for (int row = 0; row < to.Length; row++)
        {
            var text = texts[row].AsSpan().Trim();
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
    void Code(string?[] texts, Span<float> to)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int row = 0; row < to.Length; row++)
        {
            string text = texts[row]?.Trim() ?? "";
            to[row] = TableCell.IsMissing(text) ? float.NaN : known.TryGetValue(text, out int code) ? code : known[text] = known.Count;
        }

        if (Column.Join([.. known.Keys]) is not { } places)
            return;
        foreach (ref float code in to)
            code = float.IsNaN(code) ? code : places[(int)code];
    }

    ParquetRefusal Other(int row, int before, string text) => new(
        $"{path}, row {before + row + 1}: {field.Name} is \"{TableFile.Shown(text)}\". Expected "
        + $"{(Column.Kind == ColumnKind.Date ? "a date" : "a number")}{(isKnown ? ", as in the rows that were trained on" : "")}.");

    static string Text(IFormattable value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    static ParquetRefusal Unsupported(string path, Field field, string holds) => new(
        $"{path}: {field.Name} holds {holds} in each row. A table has numbers, texts, booleans and dates: leave the column out (--ignore), or make "
        + "columns of these of it.");
}
