namespace Ballast;

/// <summary>A straight climb to the whole learning rate, and another schedule from its beginning after it. PyTorch:
/// <c>SequentialLR</c> of <c>LinearLR</c> and the other.</summary>
public sealed class WarmUpSchedule : LearningRateSchedule
{
    readonly long steps;
    readonly LearningRateSchedule then;
    readonly double start;

    /// <summary>Makes a schedule.</summary>
    /// <param name="steps">How long the climb is.</param>
    /// <param name="then">What follows; null for the whole learning rate.</param>
    /// <param name="start">The factor of the first step.</param>
    /// <exception cref="ArgumentException">A factor or a number of steps out of range.</exception>
    public WarmUpSchedule(long steps, LearningRateSchedule? then = null, double start = 0.01)
    {
        ScheduleChecks.Steps("WarmUpSchedule", steps);
        ScheduleChecks.Factor("WarmUpSchedule", "a factor at the start", start);
        this.steps = steps;
        this.then = then ?? new ConstantSchedule();
        this.start = start;
    }

    /// <inheritdoc/>
    public override long MinimumSteps => steps + then.MinimumSteps;

    /// <inheritdoc/>
    public override double Factor(long step) =>
        step < steps ? start + (then.Factor(0) - start) * step / steps : then.Factor(step - steps);

    /// <inheritdoc/>
    public override double? Momentum(long step) => then.Momentum(Math.Max(0, step - steps));

    /// <inheritdoc/>
    public override void AfterValidation(double loss, double accuracy) => then.AfterValidation(loss, accuracy);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> SaveState() => then.SaveState();

    /// <inheritdoc/>
    public override void LoadState(IReadOnlyDictionary<string, double> state) => then.LoadState(state);
}
