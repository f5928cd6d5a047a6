namespace Ballast;

/// <summary>The terms of the Kullback-Leibler divergence of probabilities t from those whose logarithms are x: l = t (ln t - x), element by
/// element, and 0 where t is 0. PyTorch: <c>nn.KLDivLoss</c>.</summary>
/// <param name="reduction">How the elements' losses are put together: <see cref="Reduction.BatchMean"/> is the mean of the samples'
/// divergences, <see cref="Reduction.Mean"/> divides by the number of elements.</param>
/// <param name="logTarget">Whether the targets are logarithms too: l = exp(t) (t - x). PyTorch: <c>log_target</c>.</param>
public sealed class KLDivLoss(Reduction reduction = Reduction.Mean, bool logTarget = false)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Logarithms of probabilities, of any shape.</param>
    /// <param name="target">Probabilities of the same shape, or their logarithms; a gradient goes to them too, if they have one.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.KlDiv(input, target, reduction, logTarget);
}
