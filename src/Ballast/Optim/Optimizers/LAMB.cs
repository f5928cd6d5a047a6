using Ballast.Kernels;

namespace Ballast;

/// <summary>Adam's step, brought for each parameter to the size of its weights: r = m' / (sqrt(v') + eps) + decay w, w -= rate |w| / |r| r, for
/// large batches (You et al. 2020, algorithm 2). Where |w| or |r| is 0 the factor is 1. PyTorch has none.</summary>
public sealed class LAMB : MomentOptimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">The share of the weight in the direction.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public LAMB(
        IEnumerable<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-6, double weightDecay = 0, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, eps, weightDecay, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">How much of the running mean of the gradient is kept each step.</param>
    /// <param name="beta2">How much of the running mean of its square is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">The share of the weight in the direction.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public LAMB(
        IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-6, double weightDecay = 0, bool maximize = false)
        : base(groups, learningRate, beta1, beta2, eps, weightDecay) =>
        KeepMoments(maximize);

    /// <inheritdoc/>
    internal override PyTorchStep? PyTorchSteps => null;

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        var group = state.Group;
        var parameter = state.Parameter;
        double beta1 = Setting(group, "beta1"), beta2 = Setting(group, "beta2");
        var rule = new LambRule(
            new AdamMoments(beta1, beta2, 0), 1 / (1 - Math.Pow(beta1, state.Steps)), 1 / Math.Sqrt(1 - Math.Pow(beta2, state.Steps)),
            Setting(group, "eps"), weightDecay);
        var direction = parameter.Clone();
        var gradient = IsSet(group, Maximize) ? 0 - parameter.Grad! : parameter.Grad!;
        TensorUpdates.Apply(rule, gradient, direction, state[Mean], state[Square]);
        float size = parameter.Norm().Item(), length = direction.Norm().Item();
        double ratio = size > 0 && length > 0 ? (double)size / length : 1;
        TensorUpdates.Apply(new MuonStepRule { Step = (float)(-learningRate * ratio), Shrink = 1 }, direction, parameter);
    }
}
