namespace Ballast;

/// <summary>Schedules one behind the other, each from its beginning. PyTorch: <c>SequentialLR</c>.</summary>
public sealed class SequentialSchedule : CompositeSchedule
{
    readonly long[] milestones;

    /// <summary>Makes a schedule.</summary>
    /// <param name="schedules">The schedules.</param>
    /// <param name="milestones">The steps at which the second, the third and so on begin, growing. PyTorch: <c>milestones</c>.</param>
    /// <exception cref="ArgumentException">No schedules, or not one milestone between each two, or milestones that do not grow.</exception>
    public SequentialSchedule(IReadOnlyList<LearningRateSchedule> schedules, IReadOnlyList<long> milestones)
        : base("SequentialSchedule", schedules)
    {
        Throw.Unless(milestones.Count == schedules.Count - 1 && (milestones.Count == 0 || milestones[0] > 0)
                && milestones.Skip(1).Zip(milestones).All(static pair => pair.First > pair.Second),
            $"SequentialSchedule: expected {schedules.Count - 1} growing milestones from 1 on for {schedules.Count} schedules, got "
                + $"{(milestones.Count > 0 ? string.Join(", ", milestones) : "none")}.");
        this.milestones = [.. milestones];
    }

    /// <inheritdoc/>
    public override long MinimumSteps => (milestones.Length > 0 ? milestones[^1] : 0) + Parts[^1].MinimumSteps;

    /// <inheritdoc/>
    public override double Factor(long step) => At(step, out long own).Factor(own);

    /// <inheritdoc/>
    public override double? Momentum(long step) => At(step, out long own).Momentum(own);

    LearningRateSchedule At(long step, out long own)
    {
        int reached = 0;
        while (reached < milestones.Length && milestones[reached] <= step)
            reached++;
        own = reached > 0 ? step - milestones[reached - 1] : step;
        return Parts[reached];
    }
}
