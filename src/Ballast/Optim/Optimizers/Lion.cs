using Ballast.Kernels;

namespace Ballast;

/// <summary>Steps of one size, by the sign of a running mean: w = (1 - rate decay) w - rate sign(b1 m + (1 - b1) g), then m = b2 m + (1 - b2) g
/// (Chen et al. 2023). It wants a rate three to ten times less than AdamW's, and a decay as much larger. PyTorch has none; the reference is the
/// paper's algorithm 2.</summary>
public sealed class Lion : Optimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">The share of the running mean in the step.</param>
    /// <param name="beta2">How much of the running mean is kept each step.</param>
    /// <param name="weightDecay">Shrinks the weights by this times the learning rate.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Lion(
        IEnumerable<Parameter> parameters, double learningRate = 1e-4, double beta1 = 0.9, double beta2 = 0.99,
        double weightDecay = 0, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, weightDecay, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="beta1">The share of the running mean in the step.</param>
    /// <param name="beta2">How much of the running mean is kept each step.</param>
    /// <param name="weightDecay">Shrinks the weights by this times the learning rate.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Lion(
        IEnumerable<ParameterGroup> groups, double learningRate = 1e-4, double beta1 = 0.9, double beta2 = 0.99,
        double weightDecay = 0, bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        Setting("beta1", beta1, least: 0, below: 1);
        Setting("beta2", beta2, least: 0, below: 1);
        Setting("maximize", maximize);
        CheckGroups();
        KeepTensor("exp_avg");
    }

    /// <inheritdoc/>
    private protected override string? MomentumSetting => "beta1";

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        var rule = new LionRule(-learningRate, Setting(state.Group, "beta1"), Setting(state.Group, "beta2"), 1 - (double)learningRate * weightDecay);
        Apply(state, rule, "exp_avg");
    }
}
