namespace Ballast;

/// <summary>Batch normalization of volumes [N, C, D, H, W], over N, D, H and W.
/// PyTorch: <c>nn.BatchNorm3d</c>. See <see cref="BatchNorm"/> for the formula and its two modes.</summary>
public sealed class BatchNorm3d : BatchNorm
{
    /// <summary>Makes the layer: gamma 1, beta 0, running mean 0 and variance 1.</summary>
    /// <param name="numFeatures">C, the number of channels.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The weight of the newest batch in the running statistics, 0 to 1; null for their plain
    /// average.</param>
    /// <param name="affine">Whether gamma and beta are learned; without, they are 1 and 0.</param>
    /// <param name="trackRunningStats">Whether running statistics are kept; without, evaluation uses the batch's own.</param>
    /// <exception cref="ArgumentException">No channels, an eps that is negative or not finite, or a momentum outside 0 to 1.
    /// </exception>
    public BatchNorm3d(
        int numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true)
        : base(ChannelInput.Volumes, numFeatures, eps, momentum, affine, trackRunningStats)
    {
    }

    /// <inheritdoc/>
    private protected override bool FitsBehind(Module before) => false;
}
