namespace Ballast;

/// <summary>How <see cref="Tensor.Gelu"/> is computed.</summary>
public enum GeluApproximation
{
    /// <summary>By the normal distribution itself. PyTorch: <c>approximate='none'</c>.</summary>
    None,

    /// <summary>By a hyperbolic tangent, at most 5e-4 away. PyTorch: <c>approximate='tanh'</c>.</summary>
    Tanh,
}
