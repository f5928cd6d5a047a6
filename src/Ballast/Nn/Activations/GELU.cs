namespace Ballast;

/// <summary>The Gaussian error linear unit, element by element; any shape: x P(x), where P(x) = (1 + erf(x / sqrt(2))) / 2 is
/// the standard normal distribution, or with <see cref="GeluApproximation.Tanh"/>
/// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. Hendrycks &amp; Gimpel 2016. PyTorch: <c>nn.GELU</c>.</summary>
/// <param name="approximate">How it is computed.</param>
/// <remarks>Far below zero, where 1 + erf has no digits left, the exact form still has four.</remarks>
public class GELU(GeluApproximation approximate = GeluApproximation.None) : Module
{
    /// <summary>How it is computed.</summary>
    public GeluApproximation Approximate => approximate;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Gelu(approximate);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => approximate == GeluApproximation.None ? "approximate='none'" : "approximate='tanh'";

    /// <inheritdoc/>
    public override string ToString() => approximate == GeluApproximation.None ? "GELU()" : "GELU(approximate: Tanh)";
}
