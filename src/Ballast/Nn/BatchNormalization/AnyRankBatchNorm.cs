namespace Ballast;

/// <summary>A batch normalization of [N, C], [N, C, L], [N, C, H, W] and [N, C, D, H, W] alike. See <see cref="BatchNorm"/> for the
/// formula and its two modes.</summary>
public abstract class AnyRankBatchNorm : BatchNorm
{
    private protected AnyRankBatchNorm(
        int numFeatures, double eps, double? momentum, bool affine, bool trackRunningStats, bool keepsDeviations = false)
        : base(numFeatures, eps, momentum, affine, trackRunningStats, keepsDeviations)
    {
    }

    /// <inheritdoc/>
    private protected sealed override string Expected => AnyRank.Expected(NumFeatures);

    /// <inheritdoc/>
    private protected sealed override bool Takes(int rank) => AnyRank.Takes(rank);

    /// <inheritdoc/>
    private protected sealed override string Remedy(int rank) => AnyRank.Remedy(rank);
}
