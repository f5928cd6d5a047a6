using Ballast.Kernels;

namespace Ballast;

/// <summary>Stochastic gradient descent, with momentum: d = momentum d + (1 - dampening) g, w -= rate d; with Nesterov
/// w -= rate (g + momentum d). The first step takes d = g. PyTorch: <c>optim.SGD</c>.</summary>
public class SGD : Optimizer
{
    readonly float dampening;
    readonly bool nesterov;
    float momentum;

    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="momentum">How much of the last step's direction is kept.</param>
    /// <param name="dampening">How much of the gradient is left out of the direction.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="nesterov">Look ahead: step by the gradient plus momentum times the direction.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, a setting out of range, or Nesterov without momentum or
    /// with dampening.</exception>
    public SGD(
        IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0,
        bool nesterov = false)
        : this([new ParameterGroup(parameters)], learningRate, momentum, dampening, weightDecay, nesterov)
    {
    }

    /// <summary>Optimizes groups of parameters, each with its own learning rate or weight decay where it has one.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="momentum">How much of the last step's direction is kept.</param>
    /// <param name="dampening">How much of the gradient is left out of the direction.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="nesterov">Look ahead: step by the gradient plus momentum times the direction.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, a setting out of range, or Nesterov without momentum or
    /// with dampening.</exception>
    public SGD(
        IEnumerable<ParameterGroup> groups, double learningRate, double momentum = 0, double dampening = 0,
        double weightDecay = 0, bool nesterov = false)
        : base(groups, learningRate, weightDecay)
    {
        (this.momentum, this.dampening) = ((float)momentum, (float)dampening);
        Throw.Unless(this.momentum is >= 0 and < 1, $"SGD: expected a momentum from 0 up to, not including, 1, got {this.momentum}.");
        Throw.Unless(this.dampening is >= 0 and <= 1, $"SGD: expected a dampening from 0 to 1, got {this.dampening}.");
        Throw.Unless(!nesterov || (momentum > 0 && dampening == 0),
            $"SGD: Nesterov needs a momentum and no dampening, got momentum {this.momentum} and dampening {this.dampening}.");
        HasMomentum = momentum > 0;
        if (HasMomentum)
            KeepTensor("momentum_buffer");
        this.nesterov = nesterov;
    }

    /// <summary>What a state of another library must have been made with.</summary>
    internal (float Momentum, float Dampening, bool Nesterov) Settings => (momentum, dampening, nesterov);

    /// <inheritdoc/>
    protected internal override bool HasMomentum { get; }

    /// <inheritdoc/>
    protected internal override void SetMomentum(double momentum) => this.momentum = (float)momentum;

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        if (!HasMomentum)
        {
            Apply(state, new SgdRule { Step = -learningRate, WeightDecay = weightDecay });
            return;
        }

        Apply(state, new MomentumRule
        {
            Step = -learningRate,
            WeightDecay = weightDecay,
            Momentum = momentum,
            Gain = state.Steps == 1 ? 1 : 1 - dampening,
            Lead = nesterov ? 1 : 0,
            Follow = nesterov ? momentum : 1,
        });
    }
}
