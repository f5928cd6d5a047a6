namespace Ballast;

/// <summary>The course of the learning rate in training: a factor for each step. Nothing is remembered from one step to the next, so a run
/// that goes on at a step has the rate it would have had. PyTorch: <c>torch.optim.lr_scheduler</c>, whose schedulers count calls
/// instead.</summary>
/// <remarks>
/// <para>A step is a call of <see cref="Optimizer.Step()"/>, counted from 0. With <see cref="PerEpoch"/> a schedule counts epochs.
/// <see cref="LearningRateScheduler"/> applies a schedule to an optimizer; <see cref="Trainer"/> does so by itself.</para>
/// <para>A schedule of one's own writes <see cref="Factor"/>, which may be asked for any step, any number of times, in any order. One that
/// goes by the validation, such as PyTorch's <c>ReduceLROnPlateau</c>, changes in <see cref="AfterValidation"/> and there alone, and keeps
/// what it remembers in <see cref="SaveState"/>: a checkpoint has it, and a resumed run goes on with it.</para>
/// </remarks>
public abstract class LearningRateSchedule
{
    /// <summary>Makes a schedule.</summary>
    protected LearningRateSchedule()
    {
    }

    /// <summary>What the learning rate is multiplied by for a step, 0 or more.</summary>
    /// <param name="step">How many steps are done before it.</param>
    public abstract double Factor(long step);

    /// <summary>The momentum for a step (Adam's beta1); null where the schedule leaves it alone.</summary>
    /// <param name="step">How many steps are done before it.</param>
    public virtual double? Momentum(long step) => null;

    /// <summary>How many steps training must have at least for the schedule to do all it says: 0 for any number.</summary>
    public virtual long MinimumSteps => 0;

    /// <summary>Tells of a validation, after the last step of an epoch and before the first of the next. A <see cref="Trainer"/> with
    /// <see cref="TrainerOptions.Validation"/> calls it once in each epoch; a loop of one's own calls it itself.</summary>
    /// <param name="loss">The mean loss of the validation.</param>
    /// <param name="accuracy">The share of its samples that were classified right, 0 to 1.</param>
    public virtual void AfterValidation(double loss, double accuracy)
    {
    }

    /// <summary>What the schedule remembers, numbers by their names; nothing where it remembers nothing. They are kept exactly.</summary>
    public virtual IReadOnlyDictionary<string, double> SaveState() => new Dictionary<string, double>();

    /// <summary>Takes over what another schedule of the same kind remembered.</summary>
    /// <param name="state">Numbers under the names that <see cref="SaveState"/> gives.</param>
    public virtual void LoadState(IReadOnlyDictionary<string, double> state)
    {
    }

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

        public override void AfterValidation(double loss, double accuracy) => inner.AfterValidation(loss, accuracy);

        public override IReadOnlyDictionary<string, double> SaveState() => inner.SaveState();

        public override void LoadState(IReadOnlyDictionary<string, double> state) => inner.LoadState(state);
    }
}
