namespace Ballast;

/// <summary>x min(max(x + 3, 0), 6) / 6, element by element; any shape. Howard et al. 2019. PyTorch:
/// <c>nn.Hardswish</c>.</summary>
public sealed class Hardswish : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Hardswish();

    /// <inheritdoc/>
    public override string ToString() => "Hardswish()";
}
