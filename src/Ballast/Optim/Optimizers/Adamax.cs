using Ballast.Kernels;

namespace Ballast;

/// <summary>Adam with the largest gradient in place of the root: m = b1 m + (1 - b1) g, u = max(b2 u, |g| + eps), w -= rate / (1 - b1^t) m / u
/// (Kingma &amp; Ba 2015, section 7). PyTorch: <c>optim.Adamax</c>.</summary>
public sealed class Adamax : MomentOptimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the largest gradient is kept each step.</param>
    /// <param name="eps">Added to the size of a gradient.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Adamax(
        IEnumerable<Parameter> parameters, double learningRate = 2e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, eps, weightDecay, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the largest gradient is kept each step.</param>
    /// <param name="eps">Added to the size of a gradient.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Adamax(
        IEnumerable<ParameterGroup> groups, double learningRate = 2e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, bool maximize = false)
        : base(groups, learningRate, beta1, beta2, eps, weightDecay) =>
        KeepMoments(maximize, "exp_inf");

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        double beta1 = Setting(state.Group, "beta1");
        var moments = new AdamMoments(beta1, Setting(state.Group, "beta2"), weightDecay);
        Apply(state, new AdamaxRule(moments, -learningRate / (1 - Math.Pow(beta1, state.Steps)), Setting(state.Group, "eps")), Mean, "exp_inf");
    }
}
