namespace Ballast;

/// <summary>ln(1 / (1 + exp(-x))), element by element; any shape. PyTorch:
/// <c>nn.LogSigmoid</c>.</summary>
public sealed class LogSigmoid : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.LogSigmoid();

    /// <inheritdoc/>
    public override string ToString() => "LogSigmoid()";
}
