namespace Ballast;

/// <summary>x / (1 + exp(-x)), element by element; any shape. Also called swish. Hendrycks &amp; Gimpel 2016; Ramachandran,
/// Zoph &amp; Le 2017. PyTorch: <c>nn.SiLU</c>.</summary>
public sealed class SiLU : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Silu();

    /// <inheritdoc/>
    public override string ToString() => "SiLU()";
}
