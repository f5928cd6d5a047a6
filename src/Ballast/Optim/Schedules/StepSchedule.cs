namespace Ballast;

/// <summary>Times gamma after every so many steps: gamma^(step / every), rounded down. PyTorch: <c>StepLR</c>.</summary>
public sealed class StepSchedule : LearningRateSchedule
{
    readonly long every;
    readonly double gamma;

    /// <summary>Makes a schedule.</summary>
    /// <param name="every">The steps from one change to the next. PyTorch: <c>step_size</c>.</param>
    /// <param name="gamma">The factor of each change. PyTorch: <c>gamma</c>.</param>
    /// <exception cref="ArgumentException">A factor or a number of steps out of range.</exception>
    public StepSchedule(long every, double gamma = 0.1)
    {
        ScheduleChecks.Steps("StepSchedule", every);
        ScheduleChecks.Factor("StepSchedule", "a gamma", gamma);
        this.every = every;
        this.gamma = gamma;
    }

    /// <inheritdoc/>
    public override long MinimumSteps => every + 1;

    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(gamma, step / every);
}
