using Ballast.Kernels;

namespace Ballast;

/// <content>Functions that stand between layers. Each takes float32 of any strides and has its gradient.</content>
public partial class Tensor
{
    /// <summary>ln(1 + exp(beta x)) / beta, or x where beta x > threshold, element by element. PyTorch: <c>F.softplus</c>.</summary>
    /// <exception cref="ArgumentException">A beta of 0, or one that is not finite.</exception>
    public Tensor Softplus(double beta = 1, double threshold = 20)
    {
        Throw.Unless(double.IsFinite(beta) && beta != 0, $"Softplus: expected a finite beta other than 0, got {beta}.");
        return Backend.Current?.Apply("softplus", this, ("beta", beta), ("threshold", threshold))
            ?? ActivationOperation<SoftplusFunction>.Run(this, new(beta, threshold));
    }

    /// <summary>x where x > 0, else alpha (exp(x) - 1), element by element. PyTorch: <c>F.elu</c>.</summary>
    public Tensor Elu(double alpha = 1) => Backend.Current?.Apply("elu", this, ("alpha", alpha))
        ?? ActivationOperation<EluFunction>.Run(this, new(alpha, 1, 1));

    /// <summary>1.0507009873554805 x where x > 0, else 1.7580993408473766 (exp(x) - 1), element by element: it keeps mean 0 and variance
    /// 1. PyTorch: <c>F.selu</c>.</summary>
    public Tensor Selu() => Backend.Current?.Apply("selu", this)
        ?? ActivationOperation<EluFunction>.Run(this, new(SeluAlpha * SeluScale, SeluScale, 1));

    /// <summary>x where x > 0, else alpha (exp(x / alpha) - 1), element by element. PyTorch: <c>F.celu</c>.</summary>
    /// <exception cref="ArgumentException">An alpha of 0, or one that is not a number.</exception>
    public Tensor Celu(double alpha = 1)
    {
        Throw.Unless(!double.IsNaN(alpha) && alpha != 0, $"Celu: expected an alpha other than 0, got {alpha}.");
        return Backend.Current?.Apply("celu", this, ("alpha", alpha)) ?? ActivationOperation<EluFunction>.Run(this, new(alpha, 1, 1 / alpha));
    }

    /// <summary>min(max(x, 0), 6), element by element. The gradient is g between 0 and 6, 0 at both. PyTorch: <c>F.relu6</c>.</summary>
    public Tensor Relu6() => Backend.Current?.Apply("relu6", this) ?? ActivationOperation<HardtanhFunction>.Run(this, new(0, 6));

    /// <summary>min(max(x, minValue), maxValue), element by element. The gradient is g between the two, 0 at both. PyTorch:
    /// <c>F.hardtanh</c>.</summary>
    /// <exception cref="ArgumentException">minValue is not below maxValue.</exception>
    public Tensor Hardtanh(double minValue = -1, double maxValue = 1)
    {
        Throw.Unless(minValue < maxValue, $"Hardtanh: expected a smallest value below the largest, got {minValue} and {maxValue}.");
        return Backend.Current?.Apply("hardtanh", this, ("min", minValue), ("max", maxValue))
            ?? ActivationOperation<HardtanhFunction>.Run(this, new(minValue, maxValue));
    }

    /// <summary>min(max(x + 3, 0), 6) / 6, element by element. PyTorch: <c>F.hardsigmoid</c>.</summary>
    public Tensor Hardsigmoid() => Backend.Current?.Apply("hardsigmoid", this) ?? ActivationOperation<HardsigmoidFunction>.Run(this);

    /// <summary>x min(max(x + 3, 0), 6) / 6, element by element. PyTorch: <c>F.hardswish</c>.</summary>
    public Tensor Hardswish() => Backend.Current?.Apply("hardswish", this) ?? ActivationOperation<HardswishFunction>.Run(this);

    /// <summary>x tanh(ln(1 + exp(x))), element by element. PyTorch: <c>F.mish</c>.</summary>
    public Tensor Mish() => Backend.Current?.Apply("mish", this) ?? ActivationOperation<MishFunction>.Run(this);

    /// <summary>x / (1 + |x|), element by element. PyTorch: <c>F.softsign</c>.</summary>
    public Tensor Softsign() => Backend.Current?.Apply("softsign", this) ?? ActivationOperation<SoftsignFunction>.Run(this);

    /// <summary>ln(1 / (1 + exp(-x))), element by element. PyTorch: <c>F.logsigmoid</c>.</summary>
    public Tensor LogSigmoid() => Backend.Current?.Apply("log_sigmoid", this) ?? ActivationOperation<LogSigmoidFunction>.Run(this);

    /// <summary>x - tanh x, element by element. PyTorch: <c>F.tanhshrink</c>.</summary>
    public Tensor Tanhshrink() => Backend.Current?.Apply("tanhshrink", this) ?? ActivationOperation<TanhshrinkFunction>.Run(this);

    /// <summary>x - lambda where x > lambda, x + lambda where -x > lambda, else 0, element by element; what is not a number gives 0, as
    /// in PyTorch 1.13. PyTorch: <c>F.softshrink</c>.</summary>
    /// <exception cref="ArgumentException">A lambda below 0.</exception>
    public Tensor Softshrink(double lambda = 0.5)
    {
        Throw.Unless(lambda >= 0, $"Softshrink: expected a lambda of 0 or more, got {lambda}.");
        return Backend.Current?.Apply("softshrink", this, ("lambda", lambda)) ?? ActivationOperation<SoftshrinkFunction>.Run(this, new(lambda));
    }

    /// <summary>x where |x| > lambda, else 0, element by element. PyTorch: <c>F.hardshrink</c>.</summary>
    /// <exception cref="ArgumentException">A lambda below 0.</exception>
    public Tensor Hardshrink(double lambda = 0.5)
    {
        Throw.Unless(lambda >= 0, $"Hardshrink: expected a lambda of 0 or more, got {lambda}.");
        return Backend.Current?.Apply("hardshrink", this, ("lambda", lambda)) ?? ActivationOperation<HardshrinkFunction>.Run(this, new(lambda));
    }

    /// <summary>x where x > threshold, else value, element by element. PyTorch: <c>F.threshold</c>.</summary>
    public Tensor Threshold(double threshold, double value) =>
        Backend.Current?.Apply("threshold", this, ("threshold", threshold), ("value", value))
        ?? ActivationOperation<ThresholdFunction>.Run(this, new(threshold, value));

    const double SeluAlpha = 1.6732632423543772848, SeluScale = 1.0507009873554804935;
}
