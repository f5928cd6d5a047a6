namespace Ballast;

/// <summary>Times gamma after each step: gamma^step. PyTorch: <c>ExponentialLR</c>.</summary>
public sealed class ExponentialSchedule : LearningRateSchedule
{
    readonly double gamma;

    /// <summary>Makes a schedule.</summary>
    /// <param name="gamma">The factor of each step. PyTorch: <c>gamma</c>.</param>
    /// <exception cref="ArgumentException">A factor out of range.</exception>
    public ExponentialSchedule(double gamma)
    {
        ScheduleChecks.Factor("ExponentialSchedule", "a gamma", gamma);
        this.gamma = gamma;
    }

    /// <inheritdoc/>
    public override long MinimumSteps => 0;

    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(gamma, step);
}
