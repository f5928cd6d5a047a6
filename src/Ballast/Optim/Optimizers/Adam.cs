namespace Ballast;

/// <summary>Adam (Kingma &amp; Ba 2015): steps of the running mean of the gradient over the root of the running mean of its
/// square. PyTorch: <c>optim.Adam</c>.</summary>
public sealed class Adam : AdamBase
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="amsgrad">Divide by the root of the largest v so far (Reddi et al. 2018).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Adam(
        IEnumerable<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, bool amsgrad = false, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, eps, weightDecay, amsgrad, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="amsgrad">Divide by the root of the largest v so far (Reddi et al. 2018).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Adam(
        IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, bool amsgrad = false, bool maximize = false)
        : base(groups, learningRate, beta1, beta2, eps, weightDecay, amsgrad, maximize, decoupled: false)
    {
    }
}
