using System.Globalization;

namespace Ballast;

/// <summary>What a cell's text is.</summary>
static class TableCell
{
    static readonly string[] Missing = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"];

    static readonly string[] Dates =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssZ", "yyyy/MM/dd", "dd.MM.yyyy",
    ];

    /// <summary>Whether there is no value: nothing, or one of the usual words for it.</summary>
    public static bool IsMissing(ReadOnlySpan<char> text)
    {
        if (text.Length > 4)
            return false;
        foreach (string word in Missing)
        {
            if (text.SequenceEqual(word))
                return true;
        }

        return false;
    }

    /// <summary>Reads a number.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, bool comma, out float value)
    {
        if (TableNumber.TryRead(text, comma ? ',' : '.', out value))
            return true;
        if (!comma)
            return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);
        Span<char> point = stackalloc char[64];
        value = 0;
        if (text.Length > point.Length || text.Contains('.'))
            return false;
        text.Replace(point, ',', '.');
        return float.TryParse(point[..text.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);
    }

    /// <summary>Reads a time, and tells in which form it is written.</summary>
    public static bool TryDateTime(ReadOnlySpan<char> text, out DateTime value, out string format)
    {
        foreach (string known in Dates)
        {
            if (DateTime.TryParseExact(
                text, known, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out value))
            {
                format = known;
                return true;
            }
        }

        (value, format) = (default, "");
        return false;
    }

    /// <summary>Reads a day, in days from 1970-01-01 on.</summary>
    public static bool TryDate(ReadOnlySpan<char> text, out float value)
    {
        value = 0;
        if (text.Length == 10 && text[4] == '-' && text[7] == '-'
            && Whole(text[..4]) is >= 1 and var year && Whole(text[5..7]) is >= 1 and <= 12 and var month
            && Whole(text[8..]) is >= 1 and var day && day <= DateTime.DaysInMonth(year, month))
        {
            value = (new DateTime(year, month, day) - DateTime.UnixEpoch).Days;
            return true;
        }

        if (text.Length is < 10 or > 20 || !DateTime.TryParseExact(
            text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date))
        {
            return false;
        }

        value = (float)(date - DateTime.UnixEpoch).TotalDays;
        return true;
    }

    // A number of digits alone; -1 for all else.
    static int Whole(ReadOnlySpan<char> text)
    {
        int whole = 0;
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c))
                return -1;
            whole = whole * 10 + c - '0';
        }

        return whole;
    }

    /// <summary>What to do about texts that are numbers with a comma before their decimals, in a file with commas between values; null where they
    /// are not.</summary>
    public static string? CommaRemedy(IReadOnlyCollection<string> texts)
    {
        static bool HasComma(string text) => text.Contains(',', StringComparison.Ordinal);
        return !texts.Any(HasComma) || !texts.All(static text => TryNumber(text, comma: true, out _)) ? null
            : $"They are numbers with a comma before the decimals, such as {texts.First(HasComma)}: write points, or put semicolons or tabs between "
                + "the columns.";
    }
}
