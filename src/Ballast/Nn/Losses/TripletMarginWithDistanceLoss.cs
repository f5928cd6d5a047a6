namespace Ballast;

/// <summary><see cref="TripletMarginLoss"/> with a distance of one's own. PyTorch: <c>nn.TripletMarginWithDistanceLoss</c>.</summary>
public sealed class TripletMarginWithDistanceLoss
{
    readonly Func<Tensor, Tensor, Tensor>? distanceFunction;
    readonly double margin;
    readonly bool swap;
    readonly Reduction reduction;

    /// <summary>Makes the loss.</summary>
    /// <param name="distanceFunction">The distances of two tensors of vectors, from [N, D] to [N];
    /// <see cref="Functional.PairwiseDistance"/> when null. PyTorch: <c>distance_function</c>.</param>
    /// <param name="margin">By how much the others should be farther away, 0 or more.</param>
    /// <param name="swap">Whether the distance from the positive to the negative counts where it is less than the anchor's.</param>
    /// <param name="reduction">How the triplets' losses are put together.</param>
    /// <exception cref="ArgumentException">A margin below 0.</exception>
    public TripletMarginWithDistanceLoss(
        Func<Tensor, Tensor, Tensor>? distanceFunction = null, double margin = 1, bool swap = false, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Number("TripletMarginWithDistanceLoss", "a margin", margin, 0);
        (this.distanceFunction, this.margin, this.swap, this.reduction) = (distanceFunction, margin, swap, reduction);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="anchor">Vectors.</param>
    /// <param name="positive">Those that belong to them, of the same shape.</param>
    /// <param name="negative">Others, of the same shape.</param>
    /// <exception cref="ArgumentException">Other shapes, or no vectors.</exception>
    public Tensor Forward(Tensor anchor, Tensor positive, Tensor negative) =>
        Functional.TripletMarginWithDistanceLoss(anchor, positive, negative, distanceFunction, margin, swap, reduction);
}
