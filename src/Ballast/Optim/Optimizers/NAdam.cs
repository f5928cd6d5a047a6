using Ballast.Kernels;

namespace Ballast;

/// <summary>Adam with Nesterov's look ahead (Dozat 2016): with mu = b1 (1 - 0.96^(t psi) / 2), the step is that of the running mean as it will be,
/// mu' m / (1 - the product of all mu up to mu') + (1 - mu) g / (1 - the product). PyTorch: <c>optim.NAdam</c>.</summary>
public sealed class NAdam : MomentOptimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="momentumDecay">psi, how fast mu rises to beta1. PyTorch: <c>momentum_decay</c>.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public NAdam(
        IEnumerable<Parameter> parameters, double learningRate = 2e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, double momentumDecay = 4e-3, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, eps, weightDecay, momentumDecay, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="momentumDecay">psi, how fast mu rises to beta1. PyTorch: <c>momentum_decay</c>.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public NAdam(
        IEnumerable<ParameterGroup> groups, double learningRate = 2e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, double momentumDecay = 4e-3, bool maximize = false)
        : base(groups, learningRate, beta1, beta2, eps, weightDecay)
    {
        Setting("momentum_decay", momentumDecay, least: 0);
        KeepFilled("mu_product", static _ => Shape.Scalar, static _ => 1);
        KeepMoments(maximize);
    }

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        var group = state.Group;
        double beta1 = Setting(group, "beta1"), beta2 = Setting(group, "beta2"), decay = Setting(group, "momentum_decay");
        double mu = beta1 * (1 - 0.5 * Math.Pow(0.96, state.Steps * decay)), next = beta1 * (1 - 0.5 * Math.Pow(0.96, (state.Steps + 1) * decay));
        // In float, as PyTorch keeps it.
        float product = state.Values("mu_product")[0] *= (float)mu;
        float nextProduct = product * (float)mu * (float)next;
        var rule = new NadamRule(
            new AdamMoments(beta1, beta2, weightDecay), -learningRate * (1 - mu) / (1 - product), -learningRate * next / (1 - nextProduct),
            1 / Math.Sqrt(1 - Math.Pow(beta2, state.Steps)), Setting(group, "eps"));
        Apply(state, rule, Mean, Square);
    }
}
