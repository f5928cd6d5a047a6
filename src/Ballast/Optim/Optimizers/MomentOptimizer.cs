namespace Ballast;

/// <summary>What Adam and its kin share: running means of the gradient, <c>exp_avg</c>, and of its size, by the settings <c>beta1</c>, <c>beta2</c>
/// and <c>eps</c>.</summary>
public abstract class MomentOptimizer : Optimizer
{
    private protected const string Mean = "exp_avg", Square = "exp_avg_sq";

    private protected MomentOptimizer(
        IEnumerable<ParameterGroup> groups, double learningRate, double beta1, double beta2, double eps, double weightDecay)
        : base(groups, learningRate, weightDecay)
    {
        Setting("beta1", beta1, least: 0, below: 1);
        Setting("beta2", beta2, least: 0, below: 1);
        Setting("eps", eps, least: 0);
    }

    /// <summary>The last of the settings, and the running means: to be called when the others are there.</summary>
    private protected void KeepMoments(bool maximize, string second = Square)
    {
        Setting(Maximize, maximize);
        CheckGroups();
        KeepTensor(Mean);
        KeepTensor(second);
    }

    /// <inheritdoc/>
    private protected override string? MomentumSetting => "beta1";

    /// <inheritdoc/>
    internal override PyTorchStep? PyTorchSteps => PyTorchStep.Tensor;
}
