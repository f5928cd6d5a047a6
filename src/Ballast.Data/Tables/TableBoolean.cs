namespace Ballast;

/// <summary>Columns of true and false, which programs write in several ways: True and False (pandas, Python), true and false (polars, Parquet),
/// TRUE and FALSE (R, spreadsheets), 1 and 0 (databases). They are the same categories.</summary>
static class TableBoolean
{
    /// <summary>Whether a text is true or false; null where it is neither.</summary>
    public static bool? Read(ReadOnlySpan<char> text) => text.Equals("true", StringComparison.OrdinalIgnoreCase) ? true
        : text.Equals("false", StringComparison.OrdinalIgnoreCase) ? false : null;

    /// <summary>The different categories of texts, in ordinal order: of true and false one spelling each.</summary>
    public static string[] Categories(IEnumerable<string> texts)
    {
        string[] all = [.. texts.Order(StringComparer.Ordinal)];
        return Are(all) ? [.. all.DistinctBy(static text => Read(text))] : all;
    }

    /// <summary>The place of each category, by its text; of true and false by any text of them, also 1 and 0, and of 1 and 0 by these.</summary>
    public static IReadOnlyDictionary<string, int> Places(IReadOnlyList<string> categories)
    {
        bool booleans = Are(categories);
        var places = new Dictionary<string, int>(booleans ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        for (int i = 0; i < categories.Count; i++)
        {
            places[categories[i]] = i;
            if (booleans)
                places[Read(categories[i]) == true ? "1" : "0"] = i;
        }

        if (categories is ["0", "1"])
            (places["false"], places["False"], places["FALSE"], places["true"], places["True"], places["TRUE"]) = (0, 0, 0, 1, 1, 1);
        return places;
    }

    static bool Are(IReadOnlyList<string> categories) => categories.Count > 0 && categories.All(static text => Read(text) is not null);
}
