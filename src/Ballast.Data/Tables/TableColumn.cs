using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>What a column holds, and for texts the list of different ones.</summary>
sealed class TableColumn
{
    // Positions are kept in single precision, which has no whole numbers beyond.
    const int MostTexts = 1 << 24;

    readonly List<string> texts = [];
    readonly Dictionary<string, int> known = new(StringComparer.Ordinal);

    TableColumn(string name, ColumnKind kind, bool comma, bool isKnown)
    {
        (Name, Kind, HasComma, IsKnown) = (name, kind, comma, isKnown);
    }

    public string Name { get; }

    public ColumnKind Kind { get; }

    /// <summary>Whether numbers have a comma before their decimals.</summary>
    public bool HasComma { get; }

    /// <summary>Whether its kind is that of rows trained on: true and false are then 1 and 0 where numbers were.</summary>
    public bool IsKnown { get; }

    /// <summary>The first text that is not of this kind, and its line.</summary>
    public (string Text, int Line)? Refuted { get; set; }

    /// <summary>The different texts, in the order they came.</summary>
    public IReadOnlyList<string> Texts => texts;

    /// <summary>A column that holds what these texts are.</summary>
    public static TableColumn For(string name, IReadOnlyList<string> samples, bool mayHaveComma, ColumnKind? known)
    {
        bool comma = mayHaveComma && samples.Any(static text => text.Contains(',', StringComparison.Ordinal))
            && samples.All(static text => TableCell.TryNumber(text, comma: true, out _));
        var kind = known ?? (samples.Count == 0 ? ColumnKind.Category
            : samples.All(text => TableCell.TryNumber(text, comma, out _)) ? ColumnKind.Number
            : samples.All(static text => TableCell.TryDate(text, out _)) ? ColumnKind.Date : ColumnKind.Category);
        return new TableColumn(name, kind, comma, known is not null);
    }

    /// <summary>The column to read once more: as texts where something else was refuted.</summary>
    public TableColumn Anew() => new(Name, Refuted is null ? Kind : ColumnKind.Category, HasComma, IsKnown);

    /// <summary>The positions of texts in the list of all, to which new ones are added; null where they are their own.</summary>
    /// <exception cref="InvalidDataException">More texts than can be told apart.</exception>
    public int[]? Join(List<string> more)
    {
        int[] places = new int[more.Count];
        bool same = true;
        for (int i = 0; i < places.Length; i++)
        {
            ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(known, more[i], out bool exists);
            if (!exists)
            {
                place = texts.Count;
                texts.Add(more[i]);
            }

            places[i] = place;
            same &= place == i;
        }

        return texts.Count > MostTexts
            ? throw new InvalidDataException($"{Name} holds more than {MostTexts} different texts. Leave the column out.") : same ? null : places;
    }
}
