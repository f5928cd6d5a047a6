using Ballast.Kernels;

namespace Ballast;

/// <summary>Resilient backpropagation (Riedmiller &amp; Braun 1993), for whole batches: each weight has a step of its own, which grows while the
/// gradient keeps its sign and shrinks where it turns. PyTorch: <c>optim.Rprop</c>.</summary>
public sealed class Rprop : Optimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step that each weight begins with.</param>
    /// <param name="etaMinus">The factor where the sign turns. PyTorch: <c>etas[0]</c>.</param>
    /// <param name="etaPlus">The factor where it stays. PyTorch: <c>etas[1]</c>.</param>
    /// <param name="leastStep">The smallest step. PyTorch: <c>step_sizes[0]</c>.</param>
    /// <param name="mostStep">The largest step. PyTorch: <c>step_sizes[1]</c>.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Rprop(
        IEnumerable<Parameter> parameters, double learningRate = 0.01, double etaMinus = 0.5, double etaPlus = 1.2,
        double leastStep = 1e-6, double mostStep = 50, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, etaMinus, etaPlus, leastStep, mostStep, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step that each weight begins with.</param>
    /// <param name="etaMinus">The factor where the sign turns. PyTorch: <c>etas[0]</c>.</param>
    /// <param name="etaPlus">The factor where it stays. PyTorch: <c>etas[1]</c>.</param>
    /// <param name="leastStep">The smallest step. PyTorch: <c>step_sizes[0]</c>.</param>
    /// <param name="mostStep">The largest step. PyTorch: <c>step_sizes[1]</c>.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Rprop(
        IEnumerable<ParameterGroup> groups, double learningRate = 0.01, double etaMinus = 0.5, double etaPlus = 1.2,
        double leastStep = 1e-6, double mostStep = 50, bool maximize = false)
        : base(groups, learningRate)
    {
        Setting("etaminus", etaMinus, above: 0, below: 1);
        Setting("etaplus", etaPlus, above: 1);
        Setting("step_size_min", leastStep, least: 0);
        Setting("step_size_max", mostStep, least: 0);
        Setting("maximize", maximize);
        CheckGroups();
        KeepTensor("prev");
        KeepFilled("step_size", static state => state.Parameter.Shape, state => Rate(state.Group));
    }

    /// <inheritdoc/>
    internal override PyTorchStep? PyTorchSteps => PyTorchStep.Whole;

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        var group = state.Group;
        var rule = new RpropRule(
            Setting(group, "etaminus"), Setting(group, "etaplus"), Setting(group, "step_size_min"), Setting(group, "step_size_max"));
        Apply(state, rule, "prev", "step_size");
    }
}
