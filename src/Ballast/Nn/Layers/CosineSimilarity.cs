using System.Globalization;

namespace Ballast;

/// <summary>The cosine of the angle between vectors along an axis: the sum of x y / (max(|x|, eps) max(|y|, eps)). PyTorch:
/// <c>nn.CosineSimilarity</c>.</summary>
/// <param name="axis">The axis along which each vector lies.</param>
/// <param name="eps">The smallest length.</param>
public sealed class CosineSimilarity(int axis = 1, double eps = 1e-8) : PairModule
{
    private protected override Tensor Compute(Tensor first, Tensor second) => Functional.CosineSimilarity(first, second, axis, eps);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => "";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"CosineSimilarity({axis}, {eps})");
}
