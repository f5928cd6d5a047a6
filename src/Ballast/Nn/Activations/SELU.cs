namespace Ballast;

/// <summary>1.0507009873554805 x where x > 0, else 1.7580993408473766 (exp(x) - 1), element by element; any shape. Weights drawn with
/// the gain of a linear layer keep mean 0 and variance 1 from layer to layer. Klambauer et al. 2017. PyTorch:
/// <c>nn.SELU</c>.</summary>
public sealed class SELU : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Selu();

    /// <inheritdoc/>
    public override string ToString() => "SELU()";
}
