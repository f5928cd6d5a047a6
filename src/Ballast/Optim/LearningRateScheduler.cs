namespace Ballast;

/// <summary>Gives an optimizer the learning rates, and the momentum, that a schedule has for a step. What the schedule's factors
/// multiply are the rates that the optimizer and its groups have when this is made.</summary>
public sealed class LearningRateScheduler
{
    readonly Optimizer optimizer;
    readonly LearningRateSchedule schedule;
    readonly float rate;
    readonly List<float?> groupRates = [];

    /// <summary>Binds a schedule to an optimizer.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="schedule">The schedule.</param>
    /// <exception cref="ArgumentException">The schedule changes the momentum of an optimizer that has none.</exception>
    public LearningRateScheduler(Optimizer optimizer, LearningRateSchedule schedule)
    {
        Throw.Unless(schedule.Momentum(0) is null || optimizer.HasMomentum,
            $"{schedule.GetType().Name}: the schedule changes the momentum, and the {optimizer.GetType().Name} "
                + $"has none. Give it one, or leave the momentum alone with cycleMomentum: false.");
        this.optimizer = optimizer;
        this.schedule = schedule;
        rate = (float)optimizer.LearningRate;
        TakeRates();
    }

    // A group that is added later has its rate from then on.
    void TakeRates()
    {
        for (int i = groupRates.Count; i < optimizer.Groups.Count; i++)
            groupRates.Add((float?)optimizer.Groups[i].LearningRate);
    }

    /// <summary>Sets what holds for a step.</summary>
    /// <param name="step">How many steps are done before it.</param>
    public void Set(long step)
    {
        TakeRates();
        double factor = schedule.Factor(step);
        optimizer.LearningRate = (float)(rate * factor);
        for (int i = 0; i < groupRates.Count; i++)
        {
            if (groupRates[i] is { } own)
                optimizer.Groups[i].LearningRate = (float)(own * factor);
        }

        if (schedule.Momentum(step) is { } momentum)
            optimizer.SetMomentum(momentum);
    }
}
