namespace Ballast;

/// <summary>The negative log-likelihood of counts t under Poisson distributions: l = exp(x) - t x of logarithms of rates, or x - t
/// ln(x + eps) of rates, without the term ln(t!). PyTorch: <c>nn.PoissonNLLLoss</c>.</summary>
/// <param name="logInput">Whether the input are logarithms. PyTorch: <c>log_input</c>.</param>
/// <param name="full">Whether Stirling's approximation of ln(t!), t ln t - t + ln(2 pi t) / 2, is added where t is above 1.</param>
/// <param name="eps">Added to a rate before its logarithm is taken.</param>
/// <param name="reduction">How the elements' losses are put together.</param>
public sealed class PoissonNLLLoss(bool logInput = true, bool full = false, double eps = 1e-8, Reduction reduction = Reduction.Mean)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Rates, or their logarithms, of any shape.</param>
    /// <param name="target">Counts of the same shape, float32.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.PoissonNllLoss(input, target, logInput, full, eps, reduction);
}
