namespace Ballast;

/// <summary>Adam with weight decay apart from the gradient (Loshchilov &amp; Hutter 2019): each step first shrinks the weights by
/// learning rate times weight decay. PyTorch: <c>optim.AdamW</c>.</summary>
public sealed class AdamW : AdamBase
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">Shrinks the weights by this times the learning rate.</param>
    /// <param name="amsgrad">Divide by the root of the largest v so far (Reddi et al. 2018).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public AdamW(
        IEnumerable<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 1e-2, bool amsgrad = false, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, eps, weightDecay, amsgrad, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">Shrinks the weights by this times the learning rate.</param>
    /// <param name="amsgrad">Divide by the root of the largest v so far (Reddi et al. 2018).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public AdamW(
        IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 1e-2, bool amsgrad = false, bool maximize = false)
        : base(groups, learningRate, beta1, beta2, eps, weightDecay, amsgrad, maximize, decoupled: true)
    {
    }
}
