namespace Ballast;

/// <summary>The plain mean of a network's weights at the ends of the later epochs (Izmailov et al. 2018). The running statistics of its
/// batch normalizations are not averaged: they have to be measured with the averaged weights, which a <see cref="Trainer"/> does
/// by <see cref="PreciseStatistics"/>. PyTorch: <c>AveragedModel</c> and <c>update_bn</c>.</summary>
public sealed class StochasticWeightAveraging : WeightAverage
{
    readonly int fromEpoch;

    /// <summary>Begins an average of a network's weights.</summary>
    /// <param name="model">The network.</param>
    /// <param name="fromEpoch">The first epoch, from 1, at whose end the weights are taken in.</param>
    /// <exception cref="ArgumentException">An epoch below 1, or a batch normalization without running statistics.</exception>
    public StochasticWeightAveraging(Module model, int fromEpoch = 1)
        : base(model, averageStatistics: false)
    {
        Throw.Unless(fromEpoch > 0, $"StochasticWeightAveraging: expected to average from epoch 1 or a later one on, got {fromEpoch}.");
        this.fromEpoch = fromEpoch;
    }

    /// <inheritdoc/>
    public override int MinimumEpochs => fromEpoch;

    /// <inheritdoc/>
    protected override double Share(long updates) => 1.0 / (updates + 1);

    /// <inheritdoc/>
    public override void AfterEpoch(int epochs)
    {
        if (epochs >= fromEpoch)
            Update();
    }
}
