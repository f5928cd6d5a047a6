using Ballast.Kernels;

namespace Ballast;

/// <summary>Adam that waits with dividing by the root until its variance is known well enough, and weighs it by how well (Liu et al.
/// 2020). PyTorch: <c>optim.RAdam</c>.</summary>
public sealed class RAdam : MomentOptimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public RAdam(
        IEnumerable<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, eps, weightDecay, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public RAdam(
        IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, bool maximize = false)
        : base(groups, learningRate, beta1, beta2, eps, weightDecay) =>
        KeepMoments(maximize);

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        double beta1 = Setting(state.Group, "beta1"), beta2 = Setting(state.Group, "beta2");
        double left = Math.Pow(beta2, state.Steps), most = 2 / (1 - beta2) - 1, length = most - 2 * state.Steps * left / (1 - left);
        bool divides = length > 5;
        double step = -learningRate / (1 - Math.Pow(beta1, state.Steps));
        if (divides)
            step *= Math.Sqrt(1 - left) * Math.Sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length));
        Apply(state, new RadamRule(new AdamMoments(beta1, beta2, weightDecay), step, Setting(state.Group, "eps"), divides), Mean, Square);
    }
}
