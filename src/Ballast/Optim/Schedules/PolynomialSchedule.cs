namespace Ballast;

/// <summary>A power of a straight line down to 0: (1 - step / steps)^power, and 0 from then on. PyTorch: <c>PolynomialLR</c>.</summary>
public sealed class PolynomialSchedule : LearningRateSchedule
{
    readonly long steps;
    readonly double power;

    /// <summary>Makes a schedule.</summary>
    /// <param name="steps">After how many steps the rate is 0. PyTorch: <c>total_iters</c>.</param>
    /// <param name="power">The power. PyTorch: <c>power</c>.</param>
    /// <exception cref="ArgumentException">A power or a number of steps out of range.</exception>
    public PolynomialSchedule(long steps = 5, double power = 1)
    {
        ScheduleChecks.Steps("PolynomialSchedule", steps);
        ScheduleChecks.Factor("PolynomialSchedule", "a power", power);
        (this.steps, this.power) = (steps, power);
    }

    /// <inheritdoc/>
    public override long MinimumSteps => steps;

    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(1 - (double)Math.Min(step, steps) / steps, power);
}
