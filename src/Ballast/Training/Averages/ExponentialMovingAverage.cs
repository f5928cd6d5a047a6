namespace Ballast;

/// <summary>The exponential moving average of a network's weights and running statistics: average = d average + (1 - d) weight (Polyak &amp;
/// Juditsky 1992; Tarvainen &amp; Valpola 2017). PyTorch: <c>AveragedModel</c> with <c>use_buffers=True</c> and an <c>avg_fn</c> of that form.
/// </summary>
public sealed class ExponentialMovingAverage : WeightAverage
{
    readonly double decay;
    readonly int every;
    readonly bool warmUp;

    /// <summary>Begins an average of a network's weights.</summary>
    /// <param name="model">The network.</param>
    /// <param name="decay">d, how much of the average is kept each time.</param>
    /// <param name="every">After how many steps the weights are taken in.</param>
    /// <param name="warmUp">Whether the first averages keep less: the n-th min(d, (1 + n) / (10 + n)), so that the weights of the
    /// beginning are soon forgotten.</param>
    /// <exception cref="ArgumentException">A setting out of range, or a batch normalization without running statistics.
    /// </exception>
    public ExponentialMovingAverage(Module model, double decay = 0.999, int every = 1, bool warmUp = false)
        : base(model, averageStatistics: true)
    {
        Throw.Unless(decay is >= 0 and < 1, $"ExponentialMovingAverage: expected a decay from 0 up to, not including, 1, got {decay}.");
        Throw.Unless(every > 0, $"ExponentialMovingAverage: expected to average every 1 or more steps, got {every}.");
        this.decay = decay;
        this.every = every;
        this.warmUp = warmUp;
    }

    /// <inheritdoc/>
    protected override double Share(long updates) =>
        1 - (warmUp ? Math.Min(decay, (1.0 + updates) / (10 + updates)) : decay);

    /// <inheritdoc/>
    public override void AfterStep(long steps)
    {
        if (steps % every == 0)
            Update();
    }
}
