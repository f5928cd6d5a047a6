using Ballast.Kernels;

namespace Ballast;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
/// w -= rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps).</summary>
public abstract class AdamBase : Optimizer
{
    readonly double beta2, eps;
    double beta1;
    readonly bool decoupled;

    private protected AdamBase(
        IEnumerable<ParameterGroup> groups, double learningRate, double beta1, double beta2, double eps, double weightDecay,
        bool decoupled)
        : base(groups, learningRate, weightDecay)
    {
        Throw.Unless(beta1 is >= 0 and < 1 && beta2 is >= 0 and < 1,
            $"{GetType().Name}: expected beta1 and beta2 from 0 up to, not including, 1, got {beta1} and {beta2}.");
        Throw.Unless(double.IsFinite(eps) && eps >= 0, $"{GetType().Name}: expected eps of 0 or more, got {eps}.");
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
        this.decoupled = decoupled;
        KeepTensor("exp_avg");
        KeepTensor("exp_avg_sq");
    }

    /// <summary>What a state of another library must have been made with.</summary>
    internal (double Beta1, double Beta2, double Eps) Settings => (beta1, beta2, eps);

    /// <inheritdoc/>
    protected internal override bool HasMomentum => true;

    /// <inheritdoc/>
    protected internal override void SetMomentum(double momentum) => beta1 = momentum;

    /// <inheritdoc/>
    protected override void Update(ParameterState state, float learningRate, float weightDecay)
    {
        double correction1 = 1 - Math.Pow(beta1, state.Steps);
        double correction2 = 1 - Math.Pow(beta2, state.Steps);
        Apply(state, new AdamRule
        {
            Beta1 = (float)beta1,
            Beta2 = (float)beta2,
            Rest1 = (float)(1 - beta1),
            Rest2 = (float)(1 - beta2),
            Step = (float)(-learningRate / correction1),
            Scale = (float)(1 / Math.Sqrt(correction2)),
            Epsilon = (float)eps,
            WeightDecay = decoupled ? 0 : weightDecay,
            Shrink = decoupled ? 1 - learningRate * weightDecay : 1,
        });
    }
}
