using Ballast.Kernels;

namespace Ballast;

/// <summary>Steps whose size is that of the last ones: v = rho v + (1 - rho) g^2, d = sqrt(u + eps) / sqrt(v + eps) g, u = rho u + (1 - rho)
/// d^2, w -= rate d (Zeiler 2012). PyTorch: <c>optim.Adadelta</c>.</summary>
public sealed class Adadelta : Optimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="rho">How much of the running means is kept each step.</param>
    /// <param name="eps">Added under the square roots.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Adadelta(
        IEnumerable<Parameter> parameters, double learningRate = 1, double rho = 0.9, double eps = 1e-6, double weightDecay = 0,
        bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, rho, eps, weightDecay, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="rho">How much of the running means is kept each step.</param>
    /// <param name="eps">Added under the square roots.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Adadelta(
        IEnumerable<ParameterGroup> groups, double learningRate = 1, double rho = 0.9, double eps = 1e-6, double weightDecay = 0,
        bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        Setting("rho", rho, least: 0, most: 1);
        Setting("eps", eps, least: 0);
        Setting("maximize", maximize);
        CheckGroups();
        KeepTensor("square_avg");
        KeepTensor("acc_delta");
    }

    /// <inheritdoc/>
    internal override PyTorchStep? PyTorchSteps => PyTorchStep.Whole;

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        var rule = new AdadeltaRule(-learningRate, Setting(state.Group, "rho"), Setting(state.Group, "eps"), weightDecay);
        Apply(state, rule, "square_avg", "acc_delta");
    }
}
