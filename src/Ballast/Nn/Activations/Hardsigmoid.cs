namespace Ballast;

/// <summary>min(max(x + 3, 0), 6) / 6, element by element; any shape. PyTorch:
/// <c>nn.Hardsigmoid</c>.</summary>
public sealed class Hardsigmoid : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Hardsigmoid();

    /// <inheritdoc/>
    public override string ToString() => "Hardsigmoid()";
}
