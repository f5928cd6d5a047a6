namespace Ballast;

/// <summary>A straight line from one factor to another, which then stays. PyTorch: <c>LinearLR</c>.</summary>
public sealed class LinearSchedule : LearningRateSchedule
{
    readonly long steps;
    readonly double start, end;

    /// <summary>Makes a schedule.</summary>
    /// <param name="steps">How long the line is. PyTorch: <c>total_iters</c>.</param>
    /// <param name="start">The factor of the first step. PyTorch: <c>start_factor</c>, whose default is 1/3.</param>
    /// <param name="end">The factor at the end. PyTorch: <c>end_factor</c>, whose default is 1.</param>
    /// <exception cref="ArgumentException">A factor or a number of steps out of range.</exception>
    public LinearSchedule(long steps, double start = 1, double end = 0)
    {
        ScheduleChecks.Steps("LinearSchedule", steps);
        ScheduleChecks.Factor("LinearSchedule", "a factor at the start", start);
        ScheduleChecks.Factor("LinearSchedule", "a factor at the end", end);
        this.steps = steps;
        this.start = start;
        this.end = end;
    }

    /// <inheritdoc/>
    public override long MinimumSteps => steps;

    /// <inheritdoc/>
    public override double Factor(long step) => start + (end - start) * Math.Min(step, steps) / steps;
}
