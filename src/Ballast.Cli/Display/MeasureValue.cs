using System.Globalization;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Values of measures as the command prints them.</summary>
static class MeasureValue
{
    /// <summary>A value.</summary>
    public static string Of(StudyMeasure measure, double value) => measure.Format switch
    {
        MeasureFormat.Percent => Format.Percent(value),
        MeasureFormat.Loss => Format.Loss(value),
        MeasureFormat.Count => Format.Count(value),
        _ => value.ToString("G4", CultureInfo.InvariantCulture),
    };

    /// <summary>The same without its unit.</summary>
    public static string Bare(StudyMeasure measure, double value) => Of(measure, value).Replace(" %", "", StringComparison.Ordinal);

    /// <summary>A difference, with its sign; of shares in percentage points.</summary>
    public static string Difference(StudyMeasure measure, double value) => Signed(Bare(measure, value));

    // A difference that is rounded to 0 has no sign.
    static string Signed(string digits) => digits.AsSpan().IndexOfAnyInRange('1', '9') < 0 ? digits.TrimStart('-')
        : digits.StartsWith('-') ? digits : "+" + digits;

    /// <summary>p, with three decimals or four where it is small.</summary>
    public static string P(double p) => p < 0.0001 ? "< 0.0001" : p.ToString(p < 0.001 ? "0.0000" : "0.000", CultureInfo.InvariantCulture);

    /// <summary>The signs that a terminal may not have, as those it has.</summary>
    public static string Plain(string text) => text.Replace('−', '-').Replace('–', '-').Replace('’', '\'');
}
