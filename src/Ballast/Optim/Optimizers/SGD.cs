using Ballast.Kernels;

namespace Ballast;

/// <summary>Stochastic gradient descent, with momentum: d = momentum d + (1 - dampening) g, w -= rate d; with Nesterov
/// w -= rate (g + momentum d). The first step takes d = g. PyTorch: <c>optim.SGD</c>.</summary>
public class SGD : Optimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="momentum">How much of the last step's direction is kept.</param>
    /// <param name="dampening">How much of the gradient is left out of the direction.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="nesterov">Look ahead: step by the gradient plus momentum times the direction.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, a setting out of range, or Nesterov without momentum or
    /// with dampening.</exception>
    public SGD(
        IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0,
        bool nesterov = false, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, momentum, dampening, weightDecay, nesterov, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="momentum">How much of the last step's direction is kept.</param>
    /// <param name="dampening">How much of the gradient is left out of the direction.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="nesterov">Look ahead: step by the gradient plus momentum times the direction.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, a setting out of range, or Nesterov without momentum or
    /// with dampening.</exception>
    public SGD(
        IEnumerable<ParameterGroup> groups, double learningRate, double momentum = 0, double dampening = 0,
        double weightDecay = 0, bool nesterov = false, bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        Setting("momentum", momentum, least: 0, below: 1);
        Setting("dampening", dampening, least: 0, most: 1);
        Setting("nesterov", nesterov);
        Setting(Maximize, maximize);
        CheckGroups();
        KeepFilled("momentum_buffer", state => Setting(state.Group, "momentum") > 0 ? state.Parameter.Shape : null, static _ => 0);
    }

    /// <inheritdoc/>
    private protected override string? MomentumSetting => "momentum";

    /// <inheritdoc/>
    internal override PyTorchStep? PyTorchSteps => PyTorchStep.None;

    private protected override void CheckTogether(ParameterGroup group)
    {
        float momentum = (float)Setting(group, "momentum"), dampening = (float)Setting(group, "dampening");
        Throw.Unless(!IsSet(group, "nesterov") || (momentum > 0 && dampening == 0),
            $"SGD: Nesterov needs a momentum and no dampening, got momentum {momentum} and dampening {dampening}.");
    }

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        if (!state.Has("momentum_buffer"))
        {
            Apply(state, new SgdRule { Step = -learningRate, WeightDecay = weightDecay });
            return;
        }

        float momentum = (float)Setting(state.Group, "momentum");
        bool nesterov = IsSet(state.Group, "nesterov");
        var rule = new MomentumRule
        {
            Step = -learningRate,
            WeightDecay = weightDecay,
            Momentum = momentum,
            Gain = state.Steps == 1 ? 1 : 1 - (float)Setting(state.Group, "dampening"),
            Lead = nesterov ? 1 : 0,
            Follow = nesterov ? momentum : 1,
        };
        Apply(state, rule, "momentum_buffer");
    }
}
