using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>The values of a column as they are read: numbers in single precision, NaN where they are missing; or for texts the position
/// in the list of different ones, -1 where they are missing.</summary>
sealed class TableValues
{
    readonly List<float> numbers = [];
    readonly List<int> codes = [];
    readonly List<string> texts = [];
    readonly Dictionary<string, int> known = new(StringComparer.Ordinal);
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup;
    readonly bool comma;

    TableValues(ColumnKind kind, bool comma)
    {
        (Kind, this.comma) = (kind, comma);
        lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public ColumnKind Kind { get; }

    /// <summary>The first text that is not of this kind, and its line.</summary>
    public (string Text, int Line)? Refuted { get; private set; }

    /// <summary>The numbers or days.</summary>
    public ReadOnlySpan<float> Numbers => CollectionsMarshal.AsSpan(numbers);

    /// <summary>The positions of the texts.</summary>
    public ReadOnlySpan<int> Codes => CollectionsMarshal.AsSpan(codes);

    /// <summary>The different texts, in the order they came.</summary>
    public IReadOnlyList<string> Texts => texts;

    /// <summary>A column that holds what these texts are.</summary>
    public static TableValues For(IReadOnlyList<string> samples, bool mayHaveComma, ColumnKind? known)
    {
        bool comma = mayHaveComma && samples.Any(static text => text.Contains(',', StringComparison.Ordinal))
            && samples.All(static text => TableCell.TryNumber(text, comma: true, out _));
        var kind = known ?? (samples.Count == 0 ? ColumnKind.Category
            : samples.All(text => TableCell.TryNumber(text, comma, out _)) ? ColumnKind.Number
            : samples.All(static text => TableCell.TryDate(text, out _)) ? ColumnKind.Date : ColumnKind.Category);
        return new TableValues(kind, comma);
    }

    /// <summary>The column to read once more: as texts where something else was refuted.</summary>
    public TableValues Anew() => new(Refuted is null ? Kind : ColumnKind.Category, comma);

    /// <summary>Takes a value; false if it is not of this kind.</summary>
    public bool TryAdd(ReadOnlySpan<char> text, int line)
    {
        text = text.Trim();
        if (Kind == ColumnKind.Category)
        {
            codes.Add(TableCell.IsMissing(text) ? -1 : Code(text));
            return true;
        }

        if (Kind == ColumnKind.Number ? TableCell.TryNumber(text, comma, out float value) : TableCell.TryDate(text, out value))
        {
            numbers.Add(value);
            return true;
        }

        numbers.Add(float.NaN);
        if (TableCell.IsMissing(text))
            return true;
        Refuted ??= (text.ToString(), line);
        return false;
    }

    int Code(ReadOnlySpan<char> text)
    {
        if (lookup.TryGetValue(text, out int code))
            return code;
        string own = text.ToString();
        known[own] = texts.Count;
        texts.Add(own);
        return texts.Count - 1;
    }
}
