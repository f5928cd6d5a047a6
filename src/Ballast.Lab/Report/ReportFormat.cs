using System.Globalization;

namespace Ballast.Lab;

/// <summary>Numbers as the report writes them. A value that wasn't measured is a dash.</summary>
static class ReportFormat
{
    const string Missing = "–";
    const string NoBreak = "\u00A0";

    /// <summary>Three decimals, as the tutorial prints losses.</summary>
    public static string Loss(double? loss) => loss is { } value ? Number(value, "0.000") : Missing;

    /// <summary>A signed difference of two losses.</summary>
    public static string LossDifference(double? a, double? b) => a - b is { } value ? Signed(value, "0.000") : "";

    /// <summary>A share, as percent with one decimal.</summary>
    public static string Percent(double? share) =>
        share is { } value ? Number(100 * value, "0.0") + NoBreak + "%" : Missing;

    /// <summary>A signed difference of two shares, in percentage points.</summary>
    public static string PercentDifference(double? a, double? b) =>
        100 * (a - b) is { } value ? Signed(value, "0.0") : "";

    /// <summary>A count with a comma before each three digits.</summary>
    public static string Count(double? count) => count is { } value ? Number(value, "#,0") : Missing;

    /// <summary>A time in seconds, or in minutes where it is long.</summary>
    public static string Seconds(double? seconds)
    {
        if (seconds is not { } exact)
            return Missing;
        if (exact < 100)
            return Number(exact, "0.0") + NoBreak + "s";
        double whole = Math.Round(exact);
        return $"{Count(Math.Floor(whole / 60))}{NoBreak}min{NoBreak}{Number(whole % 60, "0")}{NoBreak}s";
    }

    static string Signed(double value, string format) => Number(value, format, plus: "+");

    // With a minus, not a hyphen; what rounds to nothing has no sign.
    static string Number(double value, string format, string plus = "")
    {
        string digits = Math.Abs(value).ToString(format, CultureInfo.InvariantCulture);
        return digits.AsSpan().IndexOfAnyInRange('1', '9') < 0 && double.IsFinite(value) ? digits : (value < 0 ? "−" : plus) + digits;
    }
}
