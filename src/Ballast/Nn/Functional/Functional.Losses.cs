using Ballast.Kernels;

namespace Ballast;

public static partial class Functional
{
    /// <summary>The absolute error of each value; see <see cref="Ballast.L1Loss"/>. PyTorch: <c>F.l1_loss</c>.</summary>
    /// <param name="input">Values of any shape.</param>
    /// <param name="target">Targets of the same shape; a gradient goes to them too, if they have one.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public static Tensor L1Loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Check("L1Loss", input, target);
        return PointwiseLossOperation<AbsoluteError>.Run(default, input, target, null, reduction);
    }

    /// <summary>The squared error of each value; see <see cref="MSELoss"/>. PyTorch: <c>F.mse_loss</c>.</summary>
    /// <inheritdoc cref="L1Loss"/>
    public static Tensor MseLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Check("MSELoss", input, target);
        return PointwiseLossOperation<SquaredError>.Run(default, input, target, null, reduction);
    }

    /// <summary>The absolute error, rounded off below <paramref name="beta"/>; see <see cref="Ballast.SmoothL1Loss"/>. PyTorch:
    /// <c>F.smooth_l1_loss</c>.</summary>
    /// <param name="input">Values of any shape.</param>
    /// <param name="target">Targets of the same shape; a gradient goes to them too, if they have one.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <param name="beta">Where the parabola becomes a line; 0 gives <see cref="L1Loss"/>.</param>
    /// <exception cref="ArgumentException">Another shape or type, no values, or a beta out of range.</exception>
    public static Tensor SmoothL1Loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1)
    {
        LossChecks.Number("SmoothL1Loss", "a beta", beta, least: 0);
        LossChecks.Check("SmoothL1Loss", input, target);
        return beta == 0 ? L1Loss(input, target, reduction)
            : PointwiseLossOperation<SmoothError>.Run(new SmoothError(beta, 1), input, target, null, reduction);
    }

    /// <summary>The squared error, a line from <paramref name="delta"/> on; see <see cref="Ballast.HuberLoss"/>. PyTorch:
    /// <c>F.huber_loss</c>.</summary>
    /// <param name="input">Values of any shape.</param>
    /// <param name="target">Targets of the same shape; a gradient goes to them too, if they have one.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <param name="delta">Where the parabola becomes a line, above 0.</param>
    /// <exception cref="ArgumentException">Another shape or type, no values, or a delta out of range.</exception>
    public static Tensor HuberLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double delta = 1)
    {
        LossChecks.Positive("HuberLoss", "a delta", delta);
        LossChecks.Check("HuberLoss", input, target);
        return PointwiseLossOperation<SmoothError>.Run(new SmoothError(delta, delta), input, target, null, reduction);
    }

    /// <summary>The binary cross entropy of probabilities; see <see cref="BCELoss"/>. PyTorch: <c>F.binary_cross_entropy</c>.</summary>
    /// <param name="input">Probabilities, 0 to 1, of any shape.</param>
    /// <param name="target">Targets, 0 to 1, of the same shape.</param>
    /// <param name="weight">How much each element counts, of a shape that broadcasts to the input's; null for 1. The mean divides by the
    /// number of elements all the same.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <exception cref="ArgumentException">Another shape or type, no values, or values outside 0 to 1.</exception>
    public static Tensor BinaryCrossEntropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Check("BCELoss", input, target);
        LossChecks.CheckWeight("BCELoss", "weights", input, weight);
        LossChecks.CheckShares("BCELoss", "probabilities", input, "Put a sigmoid behind the network, or take BCEWithLogitsLoss of its logits.");
        LossChecks.CheckShares("BCELoss", "targets", target, "A target is the share of the positive class.");
        var losses = PointwiseLossOperation<Kernels.BinaryCrossEntropy>.Run(
            default, input, target, null, weight is null ? reduction : Reduction.None);
        return weight is null ? losses : reduction.Of(losses * weight);
    }

    /// <summary>The binary cross entropy of logits; see <see cref="BCEWithLogitsLoss"/>. PyTorch:
    /// <c>F.binary_cross_entropy_with_logits</c>.</summary>
    /// <param name="input">Logits of any shape: no sigmoid before.</param>
    /// <param name="target">Targets, 0 to 1, of the same shape.</param>
    /// <param name="weight">How much each element counts, of a shape that broadcasts to the input's; null for 1.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <param name="posWeight">How much a positive target counts, of a shape that broadcasts to the input's; null for 1. PyTorch:
    /// <c>pos_weight</c>.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public static Tensor BinaryCrossEntropyWithLogits(
        Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? posWeight = null)
    {
        LossChecks.Check("BCEWithLogitsLoss", input, target);
        LossChecks.CheckWeight("BCEWithLogitsLoss", "weights", input, weight);
        LossChecks.CheckWeight("BCEWithLogitsLoss", "positive weights", input, posWeight);
        var losses = PointwiseLossOperation<LogisticCrossEntropy>.Run(
            default, input, target, posWeight, weight is null ? reduction : Reduction.None);
        return weight is null ? losses : reduction.Of(losses * weight);
    }

    /// <summary>The terms of the Kullback-Leibler divergence; see <see cref="KLDivLoss"/>. PyTorch: <c>F.kl_div</c>.</summary>
    /// <param name="input">Logarithms of probabilities, of any shape.</param>
    /// <param name="target">Probabilities of the same shape, or their logarithms.</param>
    /// <param name="reduction">How the elements' losses are put together: <see cref="Reduction.BatchMean"/> is the divergence's mean.</param>
    /// <param name="logTarget">Whether the targets are logarithms. PyTorch: <c>log_target</c>.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public static Tensor KlDiv(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, bool logTarget = false)
    {
        LossChecks.Check("KLDivLoss", input, target);
        return logTarget
            ? PointwiseLossOperation<LogarithmicDivergence>.Run(default, input, target, null, reduction)
            : PointwiseLossOperation<Divergence>.Run(default, input, target, null, reduction);
    }

    /// <summary>The negative log-likelihood of counts; see <see cref="PoissonNLLLoss"/>. PyTorch: <c>F.poisson_nll_loss</c>.</summary>
    /// <param name="input">Rates, or their logarithms, of any shape.</param>
    /// <param name="target">Counts of the same shape.</param>
    /// <param name="logInput">Whether the input are logarithms. PyTorch: <c>log_input</c>.</param>
    /// <param name="full">Whether Stirling's approximation of ln(t!) is added, where t is above 1.</param>
    /// <param name="eps">Added to a rate before its logarithm is taken.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public static Tensor PoissonNllLoss(
        Tensor input, Tensor target, bool logInput = true, bool full = false, double eps = 1e-8, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Check("PoissonNLLLoss", input, target);
        var losses = logInput ? input.Exp() - target * input : input - target * (input + eps).Log();
        if (full)
        {
            var stirling = target * target.Log() - target + (target * (2 * Math.PI)).Log() * 0.5;
            losses += stirling.MaskedFill(target <= 1, 0);
        }

        return reduction.Of(losses);
    }

    /// <summary>The negative log-likelihood under normal distributions; see <see cref="GaussianNLLLoss"/>. PyTorch:
    /// <c>F.gaussian_nll_loss</c>.</summary>
    /// <param name="input">Means of any shape.</param>
    /// <param name="target">Targets of the same shape.</param>
    /// <param name="var">Variances, 0 or more: of the input's shape, or one for each row of its last axis, [..., 1] or [...].</param>
    /// <param name="full">Whether ln(2 pi) / 2 is added.</param>
    /// <param name="eps">The least variance; the gradient passes it by.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <exception cref="ArgumentException">Another shape or type, no values, or a variance below 0.</exception>
    public static Tensor GaussianNllLoss(
        Tensor input, Tensor target, Tensor var, bool full = false, double eps = 1e-6, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Positive("GaussianNLLLoss", "an eps", eps);
        LossChecks.Check("GaussianNLLLoss", input, target);
        var = LossChecks.Variances(input, var);
        var floor = AtLeast(var, eps);
        var losses = (floor.Log() + (input - target).Square() / floor) * 0.5;
        return reduction.Of(full ? losses + 0.5 * Math.Log(2 * Math.PI) : losses);
    }
}
