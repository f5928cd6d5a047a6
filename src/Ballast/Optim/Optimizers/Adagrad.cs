using Ballast.Kernels;

namespace Ballast;

/// <summary>Steps of the gradient over the root of the sum of all its squares: s += g^2, w -= rate / (1 + (t - 1) decay) g / (sqrt(s) +
/// eps) (Duchi et al. 2011). PyTorch: <c>optim.Adagrad</c>.</summary>
public sealed class Adagrad : Optimizer
{
    /// <summary>Optimizes parameters with one setting.</summary>
    /// <param name="parameters">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="lrDecay">How fast the learning rate falls. PyTorch: <c>lr_decay</c>.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="initialAccumulatorValue">What the sums begin with. PyTorch: <c>initial_accumulator_value</c>.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Adagrad(
        IEnumerable<Parameter> parameters, double learningRate = 0.01, double lrDecay = 0, double weightDecay = 0,
        double initialAccumulatorValue = 0, double eps = 1e-10, bool maximize = false)
        : this([new ParameterGroup(parameters)], learningRate, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize)
    {
    }

    /// <summary>Optimizes groups of parameters, each with settings of its own where it has some.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="lrDecay">How fast the learning rate falls. PyTorch: <c>lr_decay</c>.</param>
    /// <param name="weightDecay">Times the weight, added to the gradient (L2).</param>
    /// <param name="initialAccumulatorValue">What the sums begin with. PyTorch: <c>initial_accumulator_value</c>.</param>
    /// <param name="eps">Added to the square root in the denominator.</param>
    /// <param name="maximize">Climb instead of descending.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    public Adagrad(
        IEnumerable<ParameterGroup> groups, double learningRate = 0.01, double lrDecay = 0, double weightDecay = 0,
        double initialAccumulatorValue = 0, double eps = 1e-10, bool maximize = false)
        : base(groups, learningRate, weightDecay)
    {
        Setting("lr_decay", lrDecay, least: 0);
        Setting("initial_accumulator_value", initialAccumulatorValue, least: 0);
        Setting("eps", eps, least: 0);
        Setting("maximize", maximize);
        CheckGroups();
        KeepFilled("sum", static state => state.Parameter.Shape, state => (float)Setting(state.Group, "initial_accumulator_value"));
    }

    /// <inheritdoc/>
    internal override PyTorchStep? PyTorchSteps => PyTorchStep.Tensor;

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        double rate = learningRate / (1 + (state.Steps - 1) * Setting(state.Group, "lr_decay"));
        Apply(state, new AdagradRule(-rate, Setting(state.Group, "eps"), weightDecay), "sum");
    }
}
