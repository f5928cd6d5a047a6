namespace Ballast;

/// <summary>The function of an <see cref="RNN"/>. PyTorch: its <c>nonlinearity</c>.</summary>
public enum RNNNonlinearity
{
    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>max(x, 0).</summary>
    ReLU,
}
