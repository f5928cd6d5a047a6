namespace Ballast;

/// <summary>l = ln(1 + exp(-t x)), with targets t of 1 and -1, element by element. PyTorch: <c>nn.SoftMarginLoss</c>.</summary>
/// <remarks>PyTorch 1.13's is infinite where -t x is above 88; this one is not.</remarks>
/// <param name="reduction">How the elements' losses are put together.</param>
public sealed class SoftMarginLoss(Reduction reduction = Reduction.Mean)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Values of any shape.</param>
    /// <param name="target">1 or -1, float32 of the same shape.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.SoftMarginLoss(input, target, reduction);
}
