namespace Ballast;

/// <summary>Half a cosine from the whole learning rate to the least: minimum + (1 - minimum) (1 + cos(pi step / steps)) / 2, and
/// the least from then on (Loshchilov &amp; Hutter 2017, without restarts). PyTorch: <c>CosineAnnealingLR</c>, which climbs again
/// after that many steps.</summary>
public sealed class CosineSchedule : LearningRateSchedule
{
    readonly long steps;
    readonly double minimum;

    /// <summary>Makes a schedule.</summary>
    /// <param name="steps">After how many steps the least rate is reached. PyTorch: <c>T_max</c>.</param>
    /// <param name="minimum">The least rate as a share of the whole. PyTorch: <c>eta_min</c>, a rate.</param>
    /// <exception cref="ArgumentException">A factor or a number of steps out of range.</exception>
    public CosineSchedule(long steps, double minimum = 0)
    {
        ScheduleChecks.Steps("CosineSchedule", steps);
        ScheduleChecks.Factor("CosineSchedule", "a minimum", minimum);
        this.steps = steps;
        this.minimum = minimum;
    }

    /// <inheritdoc/>
    public override long MinimumSteps => steps;

    /// <inheritdoc/>
    public override double Factor(long step) =>
        step >= steps ? minimum : minimum + (1 - minimum) * (1 + Math.Cos(Math.PI * step / steps)) / 2;
}
