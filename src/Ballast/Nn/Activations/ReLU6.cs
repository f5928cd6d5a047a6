namespace Ballast;

/// <summary>min(max(x, 0), 6), element by element; any shape. PyTorch:
/// <c>nn.ReLU6</c>.</summary>
public sealed class ReLU6 : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Relu6();

    /// <inheritdoc/>
    public override string ToString() => "ReLU6()";
}
