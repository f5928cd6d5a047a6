namespace Ballast;

/// <summary>The hinge loss of several classes for each sample: l = 1 / C times the sum over the sample's classes t and all others c of
/// max(0, 1 - (x[t] - x[c])). PyTorch: <c>nn.MultiLabelMarginLoss</c>.</summary>
/// <param name="reduction">How the samples' losses are put together.</param>
public sealed class MultiLabelMarginLoss(Reduction reduction = Reduction.Mean)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Scores [N, C] or, of one sample, [C].</param>
    /// <param name="target">The classes of each sample, int64 of the same shape: as many as there are, then -1.</param>
    /// <exception cref="ArgumentException">Another shape or type, or a class out of range.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.MultilabelMarginLoss(input, target, reduction);
}
