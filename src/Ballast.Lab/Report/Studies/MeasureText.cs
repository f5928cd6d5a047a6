using System.Globalization;

namespace Ballast.Lab;

/// <summary>Values of measures as a report writes them.</summary>
static class MeasureText
{
    const string NoBreak = "\u00A0";

    /// <summary>A value; a dash for what was not measured.</summary>
    public static string Value(MeasureFormat format, double? value) => value is not { } known || !double.IsFinite(known)
        ? ReportFormat.Percent(null)
        : format switch
        {
            MeasureFormat.Percent => ReportFormat.Percent(known),
            MeasureFormat.Loss => ReportFormat.Loss(known),
            MeasureFormat.Count => ReportFormat.Count(known),
            _ => Figures(known),
        };

    /// <summary>A measure's title without what explains it in brackets, for an axis.</summary>
    public static string Brief(string title) => title.Split(" (")[0];

    /// <summary>What stands at an axis: a measure and its unit.</summary>
    public static string Title(string measure, MeasureFormat format, string percent) =>
        format == MeasureFormat.Percent ? $"{measure}, {percent}" : measure;

    /// <summary>The same without its unit, for a table: a standard deviation of a share is in percentage points.</summary>
    public static string Bare(MeasureFormat format, double? value) =>
        Value(format, value).Replace(NoBreak + "%", "", StringComparison.Ordinal);

    /// <summary>A difference, with its sign; of shares in percentage points.</summary>
    public static string Difference(MeasureFormat format, double value)
    {
        string digits = Bare(format, Math.Abs(value));
        return digits.AsSpan().IndexOfAnyInRange('1', '9') < 0 ? digits : (value < 0 ? "−" : "+") + digits;
    }

    /// <summary>An interval of a difference: <c>+4.6 to +7.5</c>, with more digits where an end would be rounded to 0 though both are on one
    /// side of it.</summary>
    public static string Interval(MeasureFormat format, double low, double high, string between = " to ")
    {
        return End(low) + between + End(high);

        string End(double end)
        {
            string text = Difference(format, end);
            if (text.AsSpan().IndexOfAnyInRange('1', '9') >= 0 || low * high <= 0)
                return text;
            double size = Math.Abs(format == MeasureFormat.Percent ? 100 * end : end);
            string digits = "0.0" + new string('0', (int)Math.Clamp(-Math.Log10(size), 0, 8));
            return (end < 0 ? "−" : "+") + size.ToString(digits, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>What a difference is of.</summary>
    public static string Points(MeasureFormat format) => format == MeasureFormat.Percent ? NoBreak + "points" : "";

    /// <summary>A p value: none below 0.05 is rounded to it.</summary>
    public static string P(double p) => p switch
    {
        < 0.0001 => "< 0.0001",
        < 0.001 => p.ToString("0.0000", CultureInfo.InvariantCulture),
        >= 0.0495 and < PairedTest.Level => (Math.Floor(10_000 * p) / 10_000).ToString("0.0000", CultureInfo.InvariantCulture),
        _ => p.ToString("0.000", CultureInfo.InvariantCulture),
    };

    /// <summary>The same behind its letter: <c>p = 0.012</c>.</summary>
    public static string NamedP(double p) => p < 0.0001 ? $"p{NoBreak}{P(p).Replace(" ", NoBreak, StringComparison.Ordinal)}"
        : $"p{NoBreak}={NoBreak}{P(p)}";

    /// <summary>Three significant digits without the zeros at their end, as at an axis.</summary>
    public static string Short(double value) => Figures(value, '#');

    /// <summary>Three significant digits, or all of a whole number.</summary>
    public static string Figures(double value) => Figures(value, double.IsInteger(value) ? '#' : '0');

    static string Figures(double value, char digit)
    {
        double size = Math.Abs(value);
        if (size != 0 && size is < 1e-6 or >= 1e5)
            return value.ToString("0.##e0", CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal);
        int decimals = size == 0 ? 0 : Math.Clamp(2 - (int)Math.Floor(Math.Log10(size)), 0, 8);
        return value.ToString("#,0." + new string(digit, decimals), CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal);
    }

    /// <summary>A sentence's beginning.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
