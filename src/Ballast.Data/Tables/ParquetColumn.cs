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

    /// <summary>The values of a group of rows; NaN where one is missing.</summary>
    /// <param name="group">The group.</param>
    /// <param name="count">How many rows it has.</param>
    /// <param name="before">How many rows there are before it.</param>
    public async ValueTask<float[]> ReadAsync(ParquetRowGroupReader group, int count, int before)
    {
        var type = field.ClrType;
        return type == typeof(ReadOnlyMemory<char>) || type == typeof(string) ? await Texts(group, count, before).ConfigureAwait(false)
            : type == typeof(bool) ? await Of<bool>(
                group, count, before, static v => v ? 1 : 0, static v => v ? "true" : "false").ConfigureAwait(false)
            : type == typeof(DateOnly) ? await Of<DateOnly>(
                group, count, before, static v => v.DayNumber - UnixDay, static v => Text(v, Days)).ConfigureAwait(false)
            : type == typeof(DateTime) ? await Of<DateTime>(
                group, count, before, static v => (v - DateTime.UnixEpoch).TotalDays, static v => Text(v, Times)).ConfigureAwait(false)
            : type == typeof(double) ? await Number<double>(group, count, before).ConfigureAwait(false)
            : type == typeof(float) ? await Number<float>(group, count, before).ConfigureAwait(false)
            : type == typeof(decimal) ? await Number<decimal>(group, count, before).ConfigureAwait(false)
            : type == typeof(long) ? await Number<long>(group, count, before).ConfigureAwait(false)
            : type == typeof(int) ? await Number<int>(group, count, before).ConfigureAwait(false)
            : type == typeof(short) ? await Number<short>(group, count, before).ConfigureAwait(false)
            : type == typeof(sbyte) ? await Number<sbyte>(group, count, before).ConfigureAwait(false)
            : type == typeof(ulong) ? await Number<ulong>(group, count, before).ConfigureAwait(false)
            : type == typeof(uint) ? await Number<uint>(group, count, before).ConfigureAwait(false)
            : type == typeof(ushort) ? await Number<ushort>(group, count, before).ConfigureAwait(false)
            : await Number<byte>(group, count, before).ConfigureAwait(false);
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

    ValueTask<float[]> Number<T>(ParquetRowGroupReader group, int count, int before) where T : struct, INumber<T> => Of<T>(
        group, count, before, static value => double.CreateSaturating(value), static value => value.ToString(null, CultureInfo.InvariantCulture));

    // A number, or a day as a number, of each; its text where the column is known to hold texts.
    async ValueTask<float[]> Of<T>(
        ParquetRowGroupReader group, int count, int before, Func<T, double> number, Func<T, string> text) where T : struct
    {
        var values = new T?[count];
        if (field.IsNullable)
        {
            await group.ReadAsync<T>(field, values.AsMemory(), null, default).ConfigureAwait(false);
        }
        else
        {
            var all = new T[count];
            await group.ReadAsync<T>(field, all.AsMemory(), null, default).ConfigureAwait(false);
            values = Array.ConvertAll(all, static value => (T?)value);
        }

        if (Column.Kind == ColumnKind.Category)
            return Coded(Array.ConvertAll(values, value => value is { } there ? text(there) : null));
        bool isDate = typeof(T) == typeof(DateTime) || typeof(T) == typeof(DateOnly);
        if (isDate != (Column.Kind == ColumnKind.Date) && Array.FindIndex(values, static value => value is not null) is >= 0 and var first)
            throw Other(first, before, text(values[first]!.Value));
        float[] read = new float[count];
        for (int row = 0; row < count; row++)
        {
            double value = values[row] is { } there ? number(there) : double.NaN;
            read[row] = (float)value;
            if (!float.IsFinite(read[row]) && !double.IsNaN(value))
            {
                throw new ParquetRefusal(
                    $"{path}, row {before + row + 1}: {field.Name} is {text(values[row]!.Value)}. Expected a number below 3.4e38.");
            }
        }

        return read;
    }

    async ValueTask<float[]> Texts(ParquetRowGroupReader group, int count, int before)
    {
        string?[] texts = new string?[count];
        await group.ReadAsync(field, texts.AsMemory()!, null, default).ConfigureAwait(false);
        if (Column.Kind == ColumnKind.Category)
            return Coded(texts);
        float[] read = new float[count];
        for (int row = 0; row < count; row++)
        {
            var text = texts[row].AsSpan().Trim();
            if (TableCell.IsMissing(text))
                read[row] = float.NaN;
            else if (!(Column.Kind == ColumnKind.Date ? TableCell.TryDate(text, out read[row]) : Number(text, out read[row])))
                throw Other(row, before, text.ToString());
        }

        return read;
    }

    bool Number(ReadOnlySpan<char> text, out float value)
    {
        bool? holds = isKnown ? TableBoolean.Read(text) : null;
        value = holds == true ? 1 : 0;
        return holds is not null || TableCell.TryNumber(text, false, out value);
    }

    // Positions in the list of all texts of the column.
    float[] Coded(string?[] texts)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        float[] codes = new float[texts.Length];
        for (int row = 0; row < texts.Length; row++)
        {
            string text = texts[row]?.Trim() ?? "";
            codes[row] = TableCell.IsMissing(text) ? float.NaN : known.TryGetValue(text, out int code) ? code : known[text] = known.Count;
        }

        if (Column.Join([.. known.Keys]) is { } places)
            codes = Array.ConvertAll(codes, code => float.IsNaN(code) ? code : places[(int)code]);
        return codes;
    }

    ParquetRefusal Other(int row, int before, string text) => new(
        $"{path}, row {before + row + 1}: {field.Name} is \"{TableFile.Shown(text)}\". Expected "
        + $"{(Column.Kind == ColumnKind.Date ? "a date" : "a number")}{(isKnown ? ", as in the rows that were trained on" : "")}.");

    static string Text(IFormattable value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    static ParquetRefusal Unsupported(string path, Field field, string holds) => new(
        $"{path}: {field.Name} holds {holds} in each row. A table has numbers, texts, booleans and dates: leave the column out (--ignore), or make "
        + "columns of these of it.");
}
