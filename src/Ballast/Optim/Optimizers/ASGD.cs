using Ballast.Kernels;

namespace Ballast;

/// <summary>Averaged gradient descent (Polyak &amp; Juditsky 1992): w = (1 - lambda eta) w - eta g with eta = rate / (1 + lambda rate t)^alpha,
/// and the mean <c>ax</c> of the weights from step t0 on. PyTorch: <c>optim.ASGD</c>.</summary>
public sealed class ASGD : Optimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="lambd">lambda, the decay.</param>
    /// <param name="alpha">The power of eta.</param>
    /// <param name="t0">From which step on weights are averaged; before, the average is the weight.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public ASGD(
        IEnumerable<Parameter> parameters, double learningRate = 0.01, double lambd = 1e-4, double alpha = 0.75, double t0 = 1e6,
        double weightDecay = 0, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, lambd, alpha, t0, weightDecay, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="lambd">lambda, the decay.</param>
    /// <param name="alpha">The power of eta.</param>
    /// <param name="t0">From which step on weights are averaged; before, the average is the weight.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public ASGD(
        IEnumerable<ParameterGroup> groups, double learningRate = 0.01, double lambd = 1e-4, double alpha = 0.75,
        double t0 = 1e6, double weightDecay = 0, bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        Setting("lambd", lambd, least: 0);
        Setting("alpha", alpha, least: 0);
        Setting("t0", t0, least: 0);
        Setting("maximize", maximize);
        CheckGroups();
        KeepFilled("eta", static _ => Shape.Scalar, state => Rate(state.Group));
        KeepFilled("mu", static _ => Shape.Scalar, static _ => 1);
        KeepTensor("ax");
    }

    /// <inheritdoc/>
    internal override PyTorchStep? PyTorchSteps => PyTorchStep.Tensor;

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        var group = state.Group;
        double lambda = Setting(group, "lambd"), eta = state.Values("eta")[0], mu = state.Values("mu")[0];
        Apply(state, new AveragedRule(-eta, 1 - lambda * eta, mu, weightDecay), "ax");
        state.Values("eta")[0] = (float)(learningRate / Math.Pow(1 + lambda * learningRate * state.Steps, Setting(group, "alpha")));
        state.Values("mu")[0] = (float)(1 / Math.Max(1, state.Steps - Setting(group, "t0")));
    }
}
