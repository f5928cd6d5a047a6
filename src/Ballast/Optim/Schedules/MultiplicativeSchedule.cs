namespace Ballast;

/// <summary>Times a function of the step after each step: f(1) f(2) ... f(step). PyTorch: <c>MultiplicativeLR</c>.</summary>
/// <param name="factor">By what the rate is multiplied from step - 1 to step, for a step from 1 on: 0 or more, and the same whenever it is asked
/// for. PyTorch: <c>lr_lambda</c>.</param>
public sealed class MultiplicativeSchedule(Func<long, double> factor) : LearningRateSchedule
{
    // The product up to the step that was asked for last: a training asks for one after the other.
    readonly Lock gate = new();
    long known;
    double product = 1;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The function gave a factor that is negative or not finite.</exception>
    public override double Factor(long step)
    {
        lock (gate)
        {
            if (step < known)
                (known, product) = (0, 1);
            while (known < step)
            {
                double next = factor(known + 1);
                ScheduleChecks.Factor("MultiplicativeSchedule", $"a factor for step {known + 1}", next);
                (known, product) = (known + 1, product * next);
            }

            return product;
        }
    }
}
