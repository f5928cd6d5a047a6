namespace Ballast;

/// <summary>How high the cycles of <see cref="CyclicSchedule"/> are.</summary>
public enum CycleHeight
{
    /// <summary>All the same. PyTorch: <c>triangular</c>.</summary>
    Same,

    /// <summary>Each half as high as the one before. PyTorch: <c>triangular2</c>.</summary>
    Halved,

    /// <summary>Times gamma to the power of the step. PyTorch: <c>exp_range</c>.</summary>
    Falling,
}

/// <summary>Up and down in straight lines, again and again, while the momentum goes the other way (Smith 2017). The optimizer's learning rate is
/// the highest. PyTorch: <c>CyclicLR</c>, whose <c>max_lr</c> that is.</summary>
public sealed class CyclicSchedule : LearningRateSchedule
{
    readonly double up, total, minimum, gamma, baseMomentum, maxMomentum;
    readonly CycleHeight height;
    readonly bool cycleMomentum;

    /// <summary>Makes a schedule.</summary>
    /// <param name="stepsUp">How long the rate climbs. PyTorch: <c>step_size_up</c>.</param>
    /// <param name="minimum">The rate at both ends of a cycle as a share of the highest. PyTorch: <c>base_lr</c>, a rate.</param>
    /// <param name="stepsDown">How long it falls; null for as long. PyTorch: <c>step_size_down</c>.</param>
    /// <param name="height">How high the cycles are. PyTorch: <c>mode</c>.</param>
    /// <param name="gamma">The factor of <see cref="CycleHeight.Falling"/>.</param>
    /// <param name="cycleMomentum">Whether the momentum changes too. PyTorch: <c>cycle_momentum</c>.</param>
    /// <param name="baseMomentum">The momentum at the highest rate. PyTorch: <c>base_momentum</c>.</param>
    /// <param name="maxMomentum">The momentum at the lowest rate. PyTorch: <c>max_momentum</c>.</param>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public CyclicSchedule(
        long stepsUp = 2000, double minimum = 0.1, long? stepsDown = null, CycleHeight height = CycleHeight.Same, double gamma = 1,
        bool cycleMomentum = true, double baseMomentum = 0.8, double maxMomentum = 0.9)
    {
        ScheduleChecks.Steps("CyclicSchedule", stepsUp);
        ScheduleChecks.Steps("CyclicSchedule", stepsDown ?? stepsUp);
        ScheduleChecks.Factor("CyclicSchedule", "a minimum", minimum);
        ScheduleChecks.Factor("CyclicSchedule", "a gamma", gamma);
        Throw.Unless(baseMomentum is >= 0 and < 1 && maxMomentum is >= 0 and < 1,
            $"CyclicSchedule: expected momenta from 0 up to, not including, 1, got {baseMomentum} and {maxMomentum}.");
        (up, total, this.minimum, this.height, this.gamma) = (stepsUp, stepsUp + (stepsDown ?? stepsUp), minimum, height, gamma);
        (this.cycleMomentum, this.baseMomentum, this.maxMomentum) = (cycleMomentum, baseMomentum, maxMomentum);
    }

    /// <inheritdoc/>
    public override long MinimumSteps => (long)total;

    /// <inheritdoc/>
    public override double Factor(long step) => minimum + (1 - minimum) * Rise(step);

    /// <inheritdoc/>
    public override double? Momentum(long step) => cycleMomentum ? maxMomentum - (maxMomentum - baseMomentum) * Rise(step) : null;

    // How far up it is, times the height of its cycle.
    double Rise(long step)
    {
        double cycle = Math.Floor(1 + step / total), share = 1 + step / total - cycle, turn = up / total;
        double rise = share <= turn ? share / turn : (share - 1) / (turn - 1);
        return rise * height switch
        {
            CycleHeight.Same => 1,
            CycleHeight.Halved => Math.Pow(2, 1 - cycle),
            _ => Math.Pow(gamma, step),
        };
    }
}
