using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Values of measures as the command prints them: those of the page, in characters that every terminal has.</summary>
static class MeasureValue
{
    /// <summary>A value.</summary>
    public static string Of(StudyMeasure measure, double value) => Plain(measure.Text(value));

    /// <summary>The same without its unit.</summary>
    public static string Bare(StudyMeasure measure, double value) => Plain(measure.BareText(value));

    /// <summary>A difference, with its sign; of shares in percentage points.</summary>
    public static string Difference(StudyMeasure measure, double value) => Plain(measure.DifferenceText(value));

    /// <summary>The signs that a terminal may not have, as those it has.</summary>
    public static string Plain(string text) => text.Replace('−', '-').Replace('–', '-').Replace('’', '\'').Replace('\u00A0', ' ');
}
