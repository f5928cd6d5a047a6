namespace Ballast;

/// <summary>The squared error, a line from delta on: with d = |x - t|, l = d^2 / 2 up to delta, else delta (d - delta / 2) (Huber
/// 1964). PyTorch: <c>nn.HuberLoss</c>.</summary>
public sealed class HuberLoss
{
    readonly Reduction reduction;
    readonly double delta;

    /// <summary>Makes the loss.</summary>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <param name="delta">Where the parabola becomes a line, above 0.</param>
    /// <exception cref="ArgumentException">A delta that is not above 0 or not finite.</exception>
    public HuberLoss(Reduction reduction = Reduction.Mean, double delta = 1)
    {
        LossChecks.Positive("HuberLoss", "a delta", delta);
        (this.reduction, this.delta) = (reduction, delta);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Values of any shape.</param>
    /// <param name="target">Targets of the same shape; a gradient goes to them too, if they have one.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.HuberLoss(input, target, reduction, delta);
}
