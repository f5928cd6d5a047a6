using Ballast.Kernels;

namespace Ballast;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
/// w -= rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps); with AMSGrad, the largest v so far under the root.</summary>
public abstract class AdamBase : MomentOptimizer
{
    const string Largest = "max_exp_avg_sq", Amsgrad = "amsgrad";

    readonly bool decoupled;

    private protected AdamBase(
        IEnumerable<ParameterGroup> groups, double learningRate, double beta1, double beta2, double eps, double weightDecay, bool amsgrad,
        bool maximize, bool decoupled)
        : base(groups, learningRate, beta1, beta2, eps, weightDecay)
    {
        this.decoupled = decoupled;
        Setting(Amsgrad, amsgrad);
        KeepMoments(maximize);
        KeepFilled(Largest, state => IsSet(state.Group, Amsgrad) ? state.Parameter.Shape : null, static _ => 0);
    }

    /// <inheritdoc/>
    protected internal override bool HasMomentum => true;

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        var group = state.Group;
        double beta1 = Setting(group, "beta1"), beta2 = Setting(group, "beta2"), eps = Setting(group, "eps");
        double step = -learningRate / (1 - Math.Pow(beta1, state.Steps)), scale = 1 / Math.Sqrt(1 - Math.Pow(beta2, state.Steps));
        float shrink = decoupled ? 1 - learningRate * weightDecay : 1;
        if (IsSet(group, Amsgrad))
        {
            var moments = new AdamMoments(beta1, beta2, decoupled ? 0 : weightDecay);
            Apply(state, new AmsgradRule(moments, step, scale, eps, shrink), Mean, Square, Largest);
            return;
        }

        var rule = new AdamRule
        {
            Beta1 = (float)beta1,
            Beta2 = (float)beta2,
            Rest1 = (float)(1 - beta1),
            Rest2 = (float)(1 - beta2),
            Step = (float)step,
            Scale = (float)scale,
            Epsilon = (float)eps,
            WeightDecay = decoupled ? 0 : weightDecay,
            Shrink = shrink,
        };
        Apply(state, rule, Mean, Square);
    }
}
