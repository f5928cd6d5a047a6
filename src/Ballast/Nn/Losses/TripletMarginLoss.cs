namespace Ballast;

/// <summary>How much farther away another one should be than one that belongs to the anchor: l = max(0, d(a, p) - d(a, n) + margin), with
/// the p-norm of the differences for a distance (Balntas et al. 2016). PyTorch: <c>nn.TripletMarginLoss</c>.</summary>
public sealed class TripletMarginLoss
{
    readonly double margin, p, eps;
    readonly bool swap;
    readonly Reduction reduction;

    /// <summary>Makes the loss.</summary>
    /// <param name="margin">By how much the others should be farther away, 0 or more.</param>
    /// <param name="p">The norm of the distances.</param>
    /// <param name="eps">Added to each difference of coordinates.</param>
    /// <param name="swap">Whether the distance from the positive to the negative counts where it is less than the anchor's.</param>
    /// <param name="reduction">How the triplets' losses are put together.</param>
    /// <exception cref="ArgumentException">A margin below 0.</exception>
    public TripletMarginLoss(double margin = 1, double p = 2, double eps = 1e-6, bool swap = false, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Number("TripletMarginLoss", "a margin", margin, 0);
        (this.margin, this.p, this.eps, this.swap, this.reduction) = (margin, p, eps, swap, reduction);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="anchor">Vectors [N, D] or [D].</param>
    /// <param name="positive">Those that belong to them, of the same shape.</param>
    /// <param name="negative">Others, of the same shape.</param>
    /// <exception cref="ArgumentException">Other shapes, or no vectors.</exception>
    public Tensor Forward(Tensor anchor, Tensor positive, Tensor negative) =>
        Functional.TripletMarginLoss(anchor, positive, negative, margin, p, eps, swap, reduction);
}
