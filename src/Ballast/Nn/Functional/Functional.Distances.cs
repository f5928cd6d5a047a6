namespace Ballast;

public static partial class Functional
{
    /// <summary>The p-norm of x1 - x2 + eps along the last axis: from [..., D] to [...]. PyTorch: <c>F.pairwise_distance</c>.</summary>
    /// <param name="x1">The first vectors, [..., D].</param>
    /// <param name="x2">The second vectors; shapes broadcast.</param>
    /// <param name="p">The norm.</param>
    /// <param name="eps">Added to each difference, so that equal vectors have a gradient.</param>
    /// <param name="keepAxis">Whether the last axis stays, with the size 1. PyTorch: <c>keepdim</c>.</param>
    public static Tensor PairwiseDistance(Tensor x1, Tensor x2, double p = 2, double eps = 1e-6, bool keepAxis = false) =>
        (x1 - x2 + eps).Norm(p, [-1], keepAxis);

    /// <summary>The cosine of the angle between vectors: x1 x2 / (max(|x1|, eps) max(|x2|, eps)) along an axis. PyTorch:
    /// <c>F.cosine_similarity</c>.</summary>
    /// <param name="x1">The first vectors.</param>
    /// <param name="x2">The second vectors; shapes broadcast.</param>
    /// <param name="axis">The axis of the vectors. PyTorch: <c>dim</c>.</param>
    /// <param name="eps">The least length of a vector; the gradient passes it by.</param>
    public static Tensor CosineSimilarity(Tensor x1, Tensor x2, int axis = 1, double eps = 1e-8)
    {
        Tensor Length(Tensor x) => AtLeast(x.Square().Sum([axis], keepAxes: true), eps * eps).Sqrt();
        return (x1 / Length(x1) * (x2 / Length(x2))).Sum([axis]);
    }

    // The larger value, with the gradient of x wherever it is.
    static Tensor AtLeast(Tensor x, double least) => x + (x.Clamp(min: least) - x).Detach();

    /// <summary>How much farther another one is than one that belongs to the anchor; see <see cref="Ballast.TripletMarginLoss"/>.
    /// PyTorch: <c>F.triplet_margin_loss</c>.</summary>
    /// <param name="anchor">Vectors [N, D] or [D].</param>
    /// <param name="positive">Those that belong to them, of the same shape.</param>
    /// <param name="negative">Others, of the same shape.</param>
    /// <param name="margin">By how much the others should be farther away, 0 or more.</param>
    /// <param name="p">The norm of the distances.</param>
    /// <param name="eps">Added to each difference of coordinates.</param>
    /// <param name="swap">Whether the distance from the positive to the negative counts where it is less.</param>
    /// <param name="reduction">How the triplets' losses are put together.</param>
    /// <exception cref="ArgumentException">Other shapes, no vectors, or a margin out of range.</exception>
    public static Tensor TripletMarginLoss(
        Tensor anchor, Tensor positive, Tensor negative, double margin = 1, double p = 2, double eps = 1e-6, bool swap = false,
        Reduction reduction = Reduction.Mean) => Triplets(
            "TripletMarginLoss", anchor, positive, negative, (x, y) => PairwiseDistance(x, y, p, eps), margin, swap, reduction);

    /// <summary>The same with another distance; see <see cref="Ballast.TripletMarginWithDistanceLoss"/>. PyTorch:
    /// <c>F.triplet_margin_with_distance_loss</c>.</summary>
    /// <param name="anchor">Vectors.</param>
    /// <param name="positive">Those that belong to them, of the same shape.</param>
    /// <param name="negative">Others, of the same shape.</param>
    /// <param name="distanceFunction">The distances of two tensors of vectors; <see cref="PairwiseDistance"/> when null. PyTorch:
    /// <c>distance_function</c>.</param>
    /// <param name="margin">By how much the others should be farther away, 0 or more.</param>
    /// <param name="swap">Whether the distance from the positive to the negative counts where it is less.</param>
    /// <param name="reduction">How the triplets' losses are put together.</param>
    /// <exception cref="ArgumentException">Other shapes, no vectors, or a margin out of range.</exception>
    public static Tensor TripletMarginWithDistanceLoss(
        Tensor anchor, Tensor positive, Tensor negative, Func<Tensor, Tensor, Tensor>? distanceFunction = null, double margin = 1,
        bool swap = false, Reduction reduction = Reduction.Mean) => Triplets(
            "TripletMarginWithDistanceLoss", anchor, positive, negative, distanceFunction ?? (static (x, y) => PairwiseDistance(x, y)), margin,
            swap, reduction);

    static Tensor Triplets(
        string name, Tensor anchor, Tensor positive, Tensor negative, Func<Tensor, Tensor, Tensor> distance, double margin, bool swap,
        Reduction reduction)
    {
        LossChecks.Number(name, "a margin", margin, 0);
        LossChecks.CheckFull(name, anchor);
        Throw.Unless(anchor.Shape == positive.Shape && anchor.Shape == negative.Shape && anchor.Shape.Rank > 0,
            $"{name}: expected three tensors of vectors of one shape, got {anchor.Shape}, {positive.Shape} and {negative.Shape}.");
        var (near, far) = (distance(anchor, positive), distance(anchor, negative));
        if (swap)
            far = far.Minimum(distance(positive, negative));
        return reduction.Of((near - far + margin).Clamp(min: 0));
    }

    /// <summary>1 - cos where two vectors belong together, what cos is above the margin where they do not; see
    /// <see cref="Ballast.CosineEmbeddingLoss"/>. PyTorch: <c>F.cosine_embedding_loss</c>.</summary>
    /// <param name="input1">The first vectors, [N, D] or [D].</param>
    /// <param name="input2">The second vectors, of the same shape.</param>
    /// <param name="target">1 or -1 for each pair: [N], or a single one.</param>
    /// <param name="margin">The cosine up to which two that differ cost nothing, -1 to 1, best 0 to 0.5.</param>
    /// <param name="reduction">How the pairs' losses are put together.</param>
    /// <exception cref="ArgumentException">Other shapes, no vectors, or a margin that is not finite.</exception>
    public static Tensor CosineEmbeddingLoss(
        Tensor input1, Tensor input2, Tensor target, double margin = 0, Reduction reduction = Reduction.Mean)
    {
        const string Name = "CosineEmbeddingLoss";
        const double Least = 1e-12; // PyTorch's, of the squares
        LossChecks.Cosine(Name, margin);
        Throw.Unless(input1.Shape == input2.Shape && input1.Shape.Rank is 1 or 2 && target.Shape.Rank == input1.Shape.Rank - 1
                && target.Length * input1.Shape[^1] == input1.Length && input1.Length > 0,
            $"{Name}: expected two tensors [N, D] and targets [N], or [D] and one target, got {input1.Shape}, {input2.Shape} and {target.Shape}.");
        var lengths = (input1.Square().Sum([-1]) + Least) * (input2.Square().Sum([-1]) + Least);
        var cosine = (input1 * input2).Sum([-1]) / lengths.Sqrt();
        var together = (1 - cosine).MaskedFill(target.NotEqualTo(1), 0);
        return reduction.Of(together + (cosine - margin).Clamp(min: 0).MaskedFill(target.NotEqualTo(-1), 0));
    }
}
