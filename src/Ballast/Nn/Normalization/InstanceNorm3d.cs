namespace Ballast;

/// <summary>Instance normalization of volumes [N, C, D, H, W], over D, H and W of each sample and channel.
/// PyTorch: <c>nn.InstanceNorm3d</c>. See <see cref="InstanceNorm"/> for the formula.</summary>
public sealed class InstanceNorm3d : InstanceNorm
{
    /// <summary>Makes the layer: gamma 1, beta 0, running mean 0 and variance 1 where they are there.</summary>
    /// <param name="numFeatures">C, the number of channels.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The weight of the newest batch in the running statistics, 0 to 1.</param>
    /// <param name="affine">Whether gamma and beta are learned; without, they are 1 and 0.</param>
    /// <param name="trackRunningStats">Whether running statistics are kept, for evaluation to use.</param>
    /// <exception cref="ArgumentException">No channels, an eps that is negative or not finite, or a momentum outside 0 to 1.
    /// </exception>
    public InstanceNorm3d(
        int numFeatures, double eps = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStats = false)
        : base(numFeatures, eps, momentum, affine, trackRunningStats)
    {
    }

    /// <inheritdoc/>
    private protected override string Axes => "D, H, W";
}
