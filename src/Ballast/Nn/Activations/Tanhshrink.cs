namespace Ballast;

/// <summary>x - tanh x, element by element; any shape. PyTorch:
/// <c>nn.Tanhshrink</c>.</summary>
public sealed class Tanhshrink : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Tanhshrink();

    /// <inheritdoc/>
    public override string ToString() => "Tanhshrink()";
}
