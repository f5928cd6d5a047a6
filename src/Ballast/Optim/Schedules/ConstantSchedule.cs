namespace Ballast;

/// <summary>A factor for the first steps, and the whole learning rate after them. PyTorch: <c>ConstantLR</c>.</summary>
public sealed class ConstantSchedule : LearningRateSchedule
{
    readonly double factor;
    readonly long steps;

    /// <summary>Makes a schedule.</summary>
    /// <param name="factor">The factor. PyTorch: <c>factor</c>, whose default is 1/3.</param>
    /// <param name="steps">For how many steps it holds; 0 for none, which is the whole learning rate throughout. PyTorch:
    /// <c>total_iters</c>.</param>
    /// <exception cref="ArgumentException">A factor or a number of steps out of range.</exception>
    public ConstantSchedule(double factor = 1, long steps = 0)
    {
        ScheduleChecks.Factor("ConstantSchedule", "a factor", factor);
        ScheduleChecks.Steps("ConstantSchedule", steps, least: 0);
        this.factor = factor;
        this.steps = steps;
    }

    /// <inheritdoc/>
    public override long MinimumSteps => steps;

    /// <inheritdoc/>
    public override double Factor(long step) => step < steps ? factor : 1;
}
