namespace Ballast;

/// <summary>The absolute error, rounded off below beta: with d = |x - t|, l = d^2 / (2 beta) where d is below beta, else d - beta / 2
/// (Girshick 2015). PyTorch: <c>nn.SmoothL1Loss</c>.</summary>
public sealed class SmoothL1Loss
{
    readonly Reduction reduction;
    readonly double beta;

    /// <summary>Makes the loss.</summary>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <param name="beta">Where the parabola becomes a line; 0 gives <see cref="L1Loss"/>.</param>
    /// <exception cref="ArgumentException">A beta that is negative or not finite.</exception>
    public SmoothL1Loss(Reduction reduction = Reduction.Mean, double beta = 1)
    {
        LossChecks.Number("SmoothL1Loss", "a beta", beta, least: 0);
        (this.reduction, this.beta) = (reduction, beta);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Values of any shape.</param>
    /// <param name="target">Targets of the same shape; a gradient goes to them too, if they have one.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.SmoothL1Loss(input, target, reduction, beta);
}
