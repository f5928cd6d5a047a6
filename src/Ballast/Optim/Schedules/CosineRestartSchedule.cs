namespace Ballast;

/// <summary>Half cosines one behind the other, each from the whole learning rate to the least (Loshchilov &amp; Hutter 2017). PyTorch:
/// <c>CosineAnnealingWarmRestarts</c>.</summary>
public sealed class CosineRestartSchedule : LearningRateSchedule
{
    readonly long steps, growth;
    readonly double minimum;

    /// <summary>Makes a schedule.</summary>
    /// <param name="steps">How long the first cosine is. PyTorch: <c>T_0</c>.</param>
    /// <param name="growth">How many times as long each is as the one before. PyTorch: <c>T_mult</c>.</param>
    /// <param name="minimum">The least rate as a share of the whole. PyTorch: <c>eta_min</c>, a rate.</param>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public CosineRestartSchedule(long steps, long growth = 1, double minimum = 0)
    {
        ScheduleChecks.Steps("CosineRestartSchedule", steps);
        Throw.Unless(growth >= 1, $"CosineRestartSchedule: expected a growth of 1 or more, got {growth}.");
        ScheduleChecks.Factor("CosineRestartSchedule", "a minimum", minimum);
        (this.steps, this.growth, this.minimum) = (steps, growth, minimum);
    }

    /// <inheritdoc/>
    public override long MinimumSteps => steps;

    /// <inheritdoc/>
    public override double Factor(long step)
    {
        long length = steps;
        if (growth == 1)
            step %= length;
        for (; step >= length; length *= growth)
            step -= length;
        return minimum + (1 - minimum) * (1 + Math.Cos(Math.PI * step / length)) / 2;
    }
}
