namespace Ballast;

/// <summary>Several schedules at once: the product of their factors, and the momentum of the last that has one. PyTorch:
/// <c>ChainedScheduler</c>.</summary>
/// <param name="schedules">The schedules.</param>
/// <exception cref="ArgumentException">No schedules.</exception>
public sealed class ChainedSchedule(params IReadOnlyList<LearningRateSchedule> schedules) : CompositeSchedule("ChainedSchedule", schedules)
{
    /// <inheritdoc/>
    public override long MinimumSteps => Parts.Max(static part => part.MinimumSteps);

    /// <inheritdoc/>
    public override double Factor(long step) => Parts.Aggregate(1.0, (product, part) => product * part.Factor(step));

    /// <inheritdoc/>
    public override double? Momentum(long step) => Parts.Select(part => part.Momentum(step)).LastOrDefault(static momentum => momentum is not null);
}
