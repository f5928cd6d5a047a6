namespace Ballast;

/// <summary>How the learning rate changes in the course of training: a factor for each step, and nothing that is remembered
/// from one step to the next. So a run that goes on at a step has the rate it would have had. PyTorch:
/// <c>torch.optim.lr_scheduler</c>, whose schedulers count calls instead.</summary>
/// <remarks>A step is a call of <see cref="Optimizer.Step"/>, counted from 0. With <see cref="PerEpoch"/> a schedule counts epochs.
/// <see cref="LearningRateScheduler"/> applies a schedule to an optimizer; <see cref="Trainer"/> does so by itself.</remarks>
public abstract class LearningRateSchedule
{
    private protected LearningRateSchedule()
    {
    }

    /// <summary>What the learning rate is multiplied by for a step, 0 or more.</summary>
    /// <param name="step">How many steps are done before it.</param>
    public abstract double Factor(long step);

    /// <summary>The momentum for a step (Adam's beta1); null where the schedule leaves it alone.</summary>
    /// <param name="step">How many steps are done before it.</param>
    public virtual double? Momentum(long step) => null;

    /// <summary>How many steps training must have at least for the schedule to do all it says.</summary>
    public abstract long MinimumSteps { get; }

    /// <summary>The same schedule with an epoch for each of its steps: it changes only between epochs.</summary>
    /// <param name="stepsPerEpoch">How many steps an epoch has.</param>
    /// <exception cref="ArgumentException">Less than one step.</exception>
    public LearningRateSchedule PerEpoch(int stepsPerEpoch)
    {
        Throw.Unless(stepsPerEpoch > 0, $"LearningRateSchedule.PerEpoch: expected an epoch of at least 1 step, got {stepsPerEpoch}.");
        return new EpochSchedule(this, stepsPerEpoch);
    }

    sealed class EpochSchedule(LearningRateSchedule inner, int stepsPerEpoch) : LearningRateSchedule
    {
        public override long MinimumSteps => inner.MinimumSteps * stepsPerEpoch;

        public override double Factor(long step) => inner.Factor(step / stepsPerEpoch);

        public override double? Momentum(long step) => inner.Momentum(step / stepsPerEpoch);
    }
}
