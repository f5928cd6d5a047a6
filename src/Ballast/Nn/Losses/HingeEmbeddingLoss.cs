namespace Ballast;

/// <summary>Of distances x: l = x where the target is 1, max(0, margin - x) where it is -1, element by element. PyTorch:
/// <c>nn.HingeEmbeddingLoss</c>.</summary>
public sealed class HingeEmbeddingLoss
{
    readonly double margin;
    readonly Reduction reduction;

    /// <summary>Makes the loss.</summary>
    /// <param name="margin">The distance from which on two that differ cost nothing.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <exception cref="ArgumentException">A margin that is not finite.</exception>
    public HingeEmbeddingLoss(double margin = 1, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Finite("HingeEmbeddingLoss", "a margin", margin);
        (this.margin, this.reduction) = (margin, reduction);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Values of any shape.</param>
    /// <param name="target">1 or -1, float32 of the same shape.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.HingeEmbeddingLoss(input, target, margin, reduction);
}
