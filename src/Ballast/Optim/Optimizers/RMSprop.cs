using Ballast.Kernels;

namespace Ballast;

/// <summary>Steps of the gradient over the root of the running mean of its square: v = alpha v + (1 - alpha) g^2, w -= rate g / (sqrt(v) + eps)
/// (Hinton 2012). Centered, v less the square of the running mean of g is its variance (Graves 2013). PyTorch:
/// <c>optim.RMSprop</c>.</summary>
public sealed class RMSprop : Optimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="alpha">How much of the running means is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="momentum">How much of the last step's direction is kept.</param>
    /// <param name="centered">Divide by the root of the variance.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public RMSprop(
        IEnumerable<Parameter> parameters, double learningRate = 0.01, double alpha = 0.99, double eps = 1e-8,
        double weightDecay = 0, double momentum = 0, bool centered = false, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, alpha, eps, weightDecay, momentum, centered, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="alpha">How much of the running means is kept each step.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="momentum">How much of the last step's direction is kept.</param>
    /// <param name="centered">Divide by the root of the variance.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public RMSprop(
        IEnumerable<ParameterGroup> groups, double learningRate = 0.01, double alpha = 0.99, double eps = 1e-8,
        double weightDecay = 0, double momentum = 0, bool centered = false, bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        Setting("alpha", alpha, least: 0, most: 1);
        Setting("eps", eps, least: 0);
        Setting("momentum", momentum, least: 0);
        Setting("centered", centered);
        Setting("maximize", maximize);
        CheckGroups();
        KeepTensor("square_avg");
        KeepFilled("momentum_buffer", state => Setting(state.Group, "momentum") > 0 ? state.Parameter.Shape : null, static _ => 0);
        KeepFilled("grad_avg", state => IsSet(state.Group, "centered") ? state.Parameter.Shape : null, static _ => 0);
    }

    /// <inheritdoc/>
    private protected override string? MomentumSetting => "momentum";

    /// <inheritdoc/>
    internal override PyTorchStep? PyTorchSteps => PyTorchStep.Whole;

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        var group = state.Group;
        var rule = new RmsRule(
            -learningRate, Setting(group, "alpha"), Setting(group, "eps"), weightDecay, Setting(group, "momentum"), IsSet(group, "centered"));
        Apply(state, rule, "square_avg", "grad_avg", "momentum_buffer");
    }
}
