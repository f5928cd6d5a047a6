namespace Ballast;

/// <summary>A factor that is a function of the step. PyTorch: <c>LambdaLR</c>.</summary>
/// <param name="factor">The factor for a step, counted from 0: 0 or more, and the same whenever it is asked for. PyTorch:
/// <c>lr_lambda</c>.</param>
public sealed class LambdaSchedule(Func<long, double> factor) : LearningRateSchedule
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The function gave a factor that is negative or not finite.</exception>
    public override double Factor(long step)
    {
        double value = factor(step);
        ScheduleChecks.Factor("LambdaSchedule", $"a factor for step {step}", value);
        return value;
    }
}
