namespace Ballast;

/// <summary>x tanh(ln(1 + exp(x))), element by element; any shape. Misra 2019. PyTorch:
/// <c>nn.Mish</c>.</summary>
public sealed class Mish : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Mish();

    /// <inheritdoc/>
    public override string ToString() => "Mish()";
}
