namespace Ballast;

/// <summary>Times gamma at each of some steps: gamma to the number of milestones reached, of which one that is given twice counts
/// twice. PyTorch: <c>MultiStepLR</c>.</summary>
public sealed class MultiStepSchedule : LearningRateSchedule
{
    readonly long[] milestones;
    readonly double gamma;

    /// <summary>Makes a schedule.</summary>
    /// <param name="milestones">The steps from which each change holds, in order. PyTorch: <c>milestones</c>.</param>
    /// <param name="gamma">The factor of each change. PyTorch: <c>gamma</c>.</param>
    /// <exception cref="ArgumentException">A factor out of range, no milestones, or some out of order.</exception>
    public MultiStepSchedule(IReadOnlyList<long> milestones, double gamma = 0.1)
    {
        ScheduleChecks.Factor("MultiStepSchedule", "a gamma", gamma);
        Throw.Unless(milestones.Count > 0 && milestones[0] > 0 && milestones.Skip(1).Zip(milestones).All(static pair => pair.First >= pair.Second),
            $"MultiStepSchedule: expected milestones from 1 on, in order, got {(milestones.Count > 0 ? string.Join(", ", milestones) : "none")}.");
        this.milestones = [.. milestones];
        this.gamma = gamma;
    }

    /// <inheritdoc/>
    public override long MinimumSteps => milestones[^1] + 1;

    /// <inheritdoc/>
    public override double Factor(long step)
    {
        int reached = 0;
        while (reached < milestones.Length && milestones[reached] <= step)
            reached++;
        return Math.Pow(gamma, reached);
    }
}
