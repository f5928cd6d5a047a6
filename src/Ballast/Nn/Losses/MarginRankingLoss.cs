namespace Ballast;

/// <summary>What two values lack to be in order: l = max(0, -t (x1 - x2) + margin), with t = 1 where x1 should be the larger one and -1
/// where x2 should. PyTorch: <c>nn.MarginRankingLoss</c>.</summary>
public sealed class MarginRankingLoss
{
    readonly double margin;
    readonly Reduction reduction;

    /// <summary>Makes the loss.</summary>
    /// <param name="margin">By how much the one should be larger.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <exception cref="ArgumentException">A margin that is not finite.</exception>
    public MarginRankingLoss(double margin = 0, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Finite("MarginRankingLoss", "a margin", margin);
        (this.margin, this.reduction) = (margin, reduction);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input1">The first values, of any shape.</param>
    /// <param name="input2">The second values, of the same shape.</param>
    /// <param name="target">1 or -1, float32 of the same shape.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public Tensor Forward(Tensor input1, Tensor input2, Tensor target) =>
        Functional.MarginRankingLoss(input1, input2, target, margin, reduction);
}
