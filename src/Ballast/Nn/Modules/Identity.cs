namespace Ballast;

/// <summary>The input itself; any shape. It holds a place in a chain. PyTorch: <c>nn.Identity</c>.</summary>
public sealed class Identity : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input;

    /// <inheritdoc/>
    public override string ToString() => "Identity()";
}
