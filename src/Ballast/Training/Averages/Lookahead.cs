namespace Ballast;

/// <summary>Slow weights that follow the fast ones which the optimizer changes, and pull them back: every so many steps
/// slow = d slow + (1 - d) fast, then fast = slow. Parameters and running statistics alike. (Zhang et al. 2019, "Lookahead Optimizer",
/// whose alpha is 1 - d; with a d that grows, Jordan 2024, section 3.4.)</summary>
public sealed class Lookahead : WeightAverage
{
    readonly int every;
    readonly Func<long, double> decay;

    /// <summary>Begins with the network's weights.</summary>
    /// <param name="model">The network.</param>
    /// <param name="decay">d, how much of the slow weights stays, 0 to 1, when so many steps are done.</param>
    /// <param name="every">After how many steps the slow weights follow.</param>
    /// <exception cref="ArgumentException">A setting out of range, or a batch normalization without running statistics.
    /// </exception>
    public Lookahead(Module model, Func<long, double> decay, int every = 5)
        : base(model, averageStatistics: true)
    {
        Throw.Unless(every > 0, $"Lookahead: expected to follow every 1 or more steps, got {every}.");
        this.every = every;
        this.decay = decay;
    }

    /// <inheritdoc/>
    protected override double Share(long updates)
    {
        double kept = decay((updates + 1) * every);
        Throw.Unless(kept is >= 0 and <= 1, $"Lookahead: expected a decay from 0 to 1, got {kept} after {(updates + 1) * every} steps.");
        return 1 - kept;
    }

    /// <inheritdoc/>
    public override void AfterStep(long steps)
    {
        if (steps % every != 0)
            return;
        Update();
        Apply();
    }
}
