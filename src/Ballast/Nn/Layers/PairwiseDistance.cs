using System.Globalization;

namespace Ballast;

/// <summary>The p-norm of x - y + eps along the last axis. PyTorch: <c>nn.PairwiseDistance</c>.</summary>
/// <param name="p">The power of the norm.</param>
/// <param name="eps">What keeps the gradient finite where they are equal.</param>
/// <param name="keepAxis">Whether the last axis stays, with the size 1.</param>
public sealed class PairwiseDistance(double p = 2, double eps = 1e-6, bool keepAxis = false) : PairModule
{
    private protected override Tensor Compute(Tensor first, Tensor second) => Functional.PairwiseDistance(first, second, p, eps, keepAxis);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => "";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"PairwiseDistance({p})");
}
