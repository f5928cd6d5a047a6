using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>A number that each trial ends with and that a study compares.</summary>
/// <param name="Name">Its name among a trial's values: <c>accuracy</c>.</param>
/// <param name="Title">What it is: <c>test accuracy</c>.</param>
/// <param name="Format">How it is written.</param>
/// <param name="Better">Which way is better.</param>
/// <param name="Reach">Where it is not among the values but read off a curve: when the curve first reaches a level. Its value
/// is the step.</param>
public sealed record StudyMeasure(
    string Name, string Title, MeasureFormat Format = MeasureFormat.Number, MeasureBetter Better = MeasureBetter.Neither,
    MeasureReach? Reach = null)
{
    /// <summary>A value as reports write it, with its unit: <c>47.5 %</c>.</summary>
    public string Text(double value) => MeasureText.Value(Format, value);

    /// <summary>The same without its unit; a standard deviation of a share is in percentage points.</summary>
    public string BareText(double value) => MeasureText.Bare(Format, value);

    /// <summary>A difference of two values, with its sign; of shares in percentage points.</summary>
    public string DifferenceText(double value) => MeasureText.Difference(Format, value);

    /// <summary>An interval of a difference: <c>+4.6 to +7.5</c>. It has enough digits to be seen on one side of 0 where it is.</summary>
    public string IntervalText(double low, double high) => MeasureText.Interval(Format, low, high);
}

/// <summary>When a trial's curve first reaches a level: the least that the trials of an arm end with, which each of them so
/// reaches. A trial that never gets there counts with the last step that any trial was measured at: its value is censored, and means
/// are restricted means, of the smaller of the time and that last step.</summary>
/// <param name="Curve">The curve: <c>accuracy</c>.</param>
/// <param name="Arm">The arm whose last values are the level.</param>
public sealed record MeasureReach(string Curve, string Arm);

/// <summary>How a <see cref="StudyMeasure"/> is written.</summary>
[JsonConverter(typeof(MeasureFormatJson))]
public enum MeasureFormat
{
    /// <summary>Three significant digits.</summary>
    Number,

    /// <summary>A share, 0 to 1, as percent.</summary>
    Percent,

    /// <summary>Three decimals, as losses are.</summary>
    Loss,

    /// <summary>A whole number.</summary>
    Count,
}

/// <summary>Which way a <see cref="StudyMeasure"/> is better.</summary>
[JsonConverter(typeof(MeasureBetterJson))]
public enum MeasureBetter
{
    /// <summary>Neither is.</summary>
    Neither,

    /// <summary>The larger one.</summary>
    Higher,

    /// <summary>The smaller one.</summary>
    Lower,
}
