namespace Ballast.Lab;

/// <summary>What a network foretold of a series' last rows, in the series' own units.</summary>
/// <param name="Target">The column.</param>
/// <param name="Points">Forecasts that follow one another without a gap: each of the first row that none before has foretold.</param>
/// <param name="Errors">The mean absolute error of the first row after a window, of the second, and so on.</param>
/// <param name="Repeated">The same of one that says the last value again.</param>
public sealed record ForecastFindings(
    string Target, IReadOnlyList<ForecastPoint> Points, IReadOnlyList<double> Errors, IReadOnlyList<double> Repeated);

/// <summary>A row that was foretold.</summary>
/// <param name="Row">The row of the file, from 1.</param>
/// <param name="Truth">What it was.</param>
/// <param name="Forecast">What was foretold.</param>
/// <param name="Within">By how much 90 % of such forecasts are off at the most.</param>
public readonly record struct ForecastPoint(int Row, double Truth, double Forecast, double Within);
