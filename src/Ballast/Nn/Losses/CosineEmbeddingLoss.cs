namespace Ballast;

/// <summary>Of two vectors with the cosine c of their angle: l = 1 - c where the target is 1, max(0, c - margin) where it is -1. PyTorch:
/// <c>nn.CosineEmbeddingLoss</c>.</summary>
public sealed class CosineEmbeddingLoss
{
    readonly double margin;
    readonly Reduction reduction;

    /// <summary>Makes the loss.</summary>
    /// <param name="margin">The cosine up to which two that differ cost nothing, -1 to 1, best 0 to 0.5.</param>
    /// <param name="reduction">How the pairs' losses are put together.</param>
    /// <exception cref="ArgumentException">A margin that is not from -1 to 1.</exception>
    public CosineEmbeddingLoss(double margin = 0, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Cosine("CosineEmbeddingLoss", margin);
        (this.margin, this.reduction) = (margin, reduction);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input1">The first vectors, [N, D] or [D].</param>
    /// <param name="input2">The second vectors, of the same shape.</param>
    /// <param name="target">1 or -1 for each pair: [N], or a single one.</param>
    /// <exception cref="ArgumentException">Other shapes, or no vectors.</exception>
    public Tensor Forward(Tensor input1, Tensor input2, Tensor target) =>
        Functional.CosineEmbeddingLoss(input1, input2, target, margin, reduction);
}
