namespace Ballast;

/// <summary>The negative log-likelihood of targets t under normal distributions of the means x and variances v: l = (ln v + (x - t)^2 / v)
/// / 2, without ln(2 pi) / 2 (Nix &amp; Weigend 1994). PyTorch: <c>nn.GaussianNLLLoss</c>.</summary>
public sealed class GaussianNLLLoss
{
    readonly bool full;
    readonly double eps;
    readonly Reduction reduction;

    /// <summary>Makes the loss.</summary>
    /// <param name="full">Whether ln(2 pi) / 2 is added.</param>
    /// <param name="eps">The least variance; the gradient passes it by.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <exception cref="ArgumentException">An eps that is not above 0.</exception>
    public GaussianNLLLoss(bool full = false, double eps = 1e-6, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Positive("GaussianNLLLoss", "an eps", eps);
        (this.full, this.eps, this.reduction) = (full, eps, reduction);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Means of any shape.</param>
    /// <param name="target">Targets of the same shape.</param>
    /// <param name="var">Variances, 0 or more: of the input's shape, or one for each row of its last axis, [..., 1] or [...].</param>
    /// <exception cref="ArgumentException">Another shape or type, no values, or a variance below 0.</exception>
    public Tensor Forward(Tensor input, Tensor target, Tensor var) =>
        Functional.GaussianNllLoss(input, target, var, full, eps, reduction);
}
