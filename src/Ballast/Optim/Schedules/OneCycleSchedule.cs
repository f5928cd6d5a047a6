namespace Ballast;

/// <summary>The curve between two rates of <see cref="OneCycleSchedule"/>.</summary>
public enum Annealing
{
    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>A straight line.</summary>
    StraightLine,
}

/// <summary>One cycle (Smith &amp; Topin 2018): from a low rate up to the whole one and down to almost none, while the momentum goes
/// the other way. The optimizer's learning rate is the highest. PyTorch: <c>OneCycleLR</c>.</summary>
public sealed class OneCycleSchedule : LearningRateSchedule
{
    readonly (double Start, double End, double From, double To, double MomentumFrom, double MomentumTo)[] phases;
    readonly Annealing annealing;
    readonly bool cycleMomentum;

    /// <summary>Makes a schedule.</summary>
    /// <param name="steps">How many steps the cycle has; afterwards the last rate stays. PyTorch: <c>total_steps</c>.</param>
    /// <param name="riseShare">The share of the steps in which the rate rises. PyTorch: <c>pct_start</c>.</param>
    /// <param name="annealing">The curve. PyTorch: <c>anneal_strategy</c>.</param>
    /// <param name="cycleMomentum">Whether the momentum changes too. PyTorch: <c>cycle_momentum</c>.</param>
    /// <param name="baseMomentum">The momentum at the highest rate. PyTorch: <c>base_momentum</c>.</param>
    /// <param name="maxMomentum">The momentum at the first and the last rate. PyTorch: <c>max_momentum</c>.</param>
    /// <param name="divFactor">By how much the first rate is below the highest. PyTorch: <c>div_factor</c>.</param>
    /// <param name="finalDivFactor">By how much the last rate is below the first. PyTorch: <c>final_div_factor</c>.</param>
    /// <param name="threePhase">Whether the rate falls to the first one as fast as it rose, and only then to the last.
    /// PyTorch: <c>three_phase</c>.</param>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public OneCycleSchedule(
        long steps, double riseShare = 0.3, Annealing annealing = Annealing.Cosine, bool cycleMomentum = true,
        double baseMomentum = 0.85, double maxMomentum = 0.95, double divFactor = 25, double finalDivFactor = 1e4,
        bool threePhase = false)
    {
        ScheduleChecks.Steps("OneCycleSchedule", steps);
        Throw.Unless(riseShare is >= 0 and <= 1, $"OneCycleSchedule: expected a share of rising steps from 0 to 1, got {riseShare}.");
        Throw.Unless(baseMomentum is >= 0 and < 1 && maxMomentum is >= 0 and < 1,
            $"OneCycleSchedule: expected momenta from 0 up to, not including, 1, got {baseMomentum} and {maxMomentum}.");
        Throw.Unless(double.IsFinite(divFactor) && divFactor > 0 && double.IsFinite(finalDivFactor) && finalDivFactor > 0,
            $"OneCycleSchedule: expected divisors above 0, got {divFactor} and {finalDivFactor}.");
        Throw.Unless(!threePhase || riseShare <= 0.5,
            $"OneCycleSchedule: with three phases the rate falls for as long as it rises: expected a share of at most 0.5, got {riseShare}.");
        this.annealing = annealing;
        this.cycleMomentum = cycleMomentum;
        MinimumSteps = steps;
        double first = 1 / divFactor, last = first / finalDivFactor, top = riseShare * steps - 1;
        phases = threePhase
            ?
            [
                (0, top, first, 1, maxMomentum, baseMomentum),
                (top, 2 * riseShare * steps - 2, 1, first, baseMomentum, maxMomentum),
                (2 * riseShare * steps - 2, steps - 1, first, last, maxMomentum, maxMomentum),
            ]
            : [(0, top, first, 1, maxMomentum, baseMomentum), (top, steps - 1, 1, last, baseMomentum, maxMomentum)];
    }

    /// <inheritdoc/>
    public override long MinimumSteps { get; }

    /// <inheritdoc/>
    public override double Factor(long step)
    {
        var (share, phase) = Position(step);
        return Between(phases[phase].From, phases[phase].To, share);
    }

    /// <inheritdoc/>
    public override double? Momentum(long step)
    {
        var (share, phase) = Position(step);
        return cycleMomentum ? Between(phases[phase].MomentumFrom, phases[phase].MomentumTo, share) : null;
    }

    (double Share, int Phase) Position(long step)
    {
        step = Math.Min(step, MinimumSteps - 1);
        int phase = 0;
        while (phase < phases.Length - 1 && step > phases[phase].End)
            phase++;
        var (start, end) = (phases[phase].Start, phases[phase].End);
        return (end > start ? (step - start) / (end - start) : 1, phase);
    }

    double Between(double from, double to, double share) => annealing == Annealing.StraightLine
        ? from + (to - from) * share
        : to + (from - to) / 2 * (Math.Cos(Math.PI * share) + 1);
}
