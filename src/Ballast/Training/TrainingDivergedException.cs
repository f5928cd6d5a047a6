namespace Ballast;

/// <summary>The loss, or the norm of the gradient, is no longer a finite number. The checkpoint from before is untouched.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Names the step and the loss.</summary>
    public TrainingDivergedException(long step, int epoch, double loss, string? checkpoint)
        : this("The loss", step, epoch, loss, checkpoint)
    {
    }

    internal TrainingDivergedException(string what, long step, int epoch, double value, string? checkpoint)
        : base(
            $"{what} became {value.ToString(System.Globalization.CultureInfo.InvariantCulture)} at step {step} (epoch {epoch}). " +
            "Lower the learning rate, or look for values that are not finite in the data. " +
            (checkpoint is null ? "There is no checkpoint." : $"The last good checkpoint is {checkpoint}.")) =>
        Step = step;

    /// <summary>The step, from 1, whose loss was not finite.</summary>
    public long Step { get; }
}
