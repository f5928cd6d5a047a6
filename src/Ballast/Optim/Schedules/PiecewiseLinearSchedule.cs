namespace Ballast;

/// <summary>Straight lines between points, level before the first and after the last: NumPy's <c>interp</c>. A triangle, for
/// one, is <c>[(0, 0.2), (peak, 1), (end, 0.07)]</c>. PyTorch: <c>LambdaLR</c> with such a function.</summary>
public sealed class PiecewiseLinearSchedule : LearningRateSchedule
{
    readonly (long Step, double Factor)[] points;

    /// <summary>Makes a schedule.</summary>
    /// <param name="points">Steps, growing, and the factor at each.</param>
    /// <exception cref="ArgumentException">A factor out of range, no points, or steps that do not grow.</exception>
    public PiecewiseLinearSchedule(params IReadOnlyList<(long Step, double Factor)> points)
    {
        Throw.Unless(points.Count > 0 && points[0].Step >= 0 && points.Skip(1).Zip(points).All(static pair => pair.First.Step > pair.Second.Step),
            $"PiecewiseLinearSchedule: expected points at growing steps from 0 on, got "
                + $"{(points.Count > 0 ? string.Join(", ", points.Select(static point => point.Step)) : "none")}.");
        foreach (var point in points)
            ScheduleChecks.Factor("PiecewiseLinearSchedule", "factors", point.Factor);
        this.points = [.. points];
    }

    /// <inheritdoc/>
    public override long MinimumSteps => points[^1].Step;

    /// <inheritdoc/>
    public override double Factor(long step)
    {
        int next = 0;
        while (next < points.Length && points[next].Step <= step)
            next++;
        if (next == 0)
            return points[0].Factor;
        var (from, factor) = points[next - 1];
        return next == points.Length ? factor
            : factor + (points[next].Factor - factor) * (step - from) / (points[next].Step - from);
    }
}
