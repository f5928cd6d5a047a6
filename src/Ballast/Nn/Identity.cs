namespace Ballast;

/// <summary>The input itself, for a place where nothing is to happen; any shape. PyTorch: <c>nn.Identity</c>.</summary>
public sealed class Identity : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input;

    /// <inheritdoc/>
    public override string ToString() => "Identity()";
}
