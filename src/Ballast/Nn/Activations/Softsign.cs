namespace Ballast;

/// <summary>x / (1 + |x|), element by element; any shape. PyTorch:
/// <c>nn.Softsign</c>.</summary>
public sealed class Softsign : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Softsign();

    /// <inheritdoc/>
    public override string ToString() => "Softsign()";
}
