using Ballast.Kernels;

namespace Ballast;

/// <content>Functions of single values. Each takes float32 of any strides and has its gradient.</content>
public partial class Tensor
{
    /// <summary>|x|, element by element. The gradient is g sign x, 0 at 0. PyTorch: <c>abs</c>.</summary>
    public Tensor Abs() => ActivationOperation<AbsFunction>.Run(this);

    /// <summary>1 where x > 0, -1 where x is below 0, else 0, element by element; what is not a number gives 0, as in PyTorch. The
    /// gradient is 0. PyTorch: <c>sign</c>.</summary>
    public Tensor Sign() => ActivationOperation<StepFunction<SignStep>>.Run(this);

    /// <summary>x^2, element by element. PyTorch: <c>square</c>.</summary>
    public Tensor Square() => ActivationOperation<SquareFunction>.Run(this);

    /// <summary>exp(x) - 1, element by element, with all digits near 0. PyTorch: <c>expm1</c>.</summary>
    public Tensor Expm1() => ActivationOperation<Expm1Function>.Run(this);

    /// <summary>ln(1 + x), element by element, with all digits near 0. PyTorch: <c>log1p</c>.</summary>
    public Tensor Log1p() => ActivationOperation<Log1pFunction>.Run(this);

    /// <summary>The logarithm to the base 2, element by element. PyTorch: <c>log2</c>.</summary>
    public Tensor Log2() => ActivationOperation<Log2Function>.Run(this);

    /// <summary>The logarithm to the base 10, element by element. PyTorch: <c>log10</c>.</summary>
    public Tensor Log10() => ActivationOperation<Log10Function>.Run(this);

    /// <summary>The sine of x radians, element by element. PyTorch: <c>sin</c>.</summary>
    public Tensor Sin() => ActivationOperation<SineFunction>.Run(this);

    /// <summary>The cosine of x radians, element by element. PyTorch: <c>cos</c>.</summary>
    public Tensor Cos() => ActivationOperation<CosineFunction>.Run(this);

    /// <summary>The tangent of x radians, element by element. PyTorch: <c>tan</c>.</summary>
    public Tensor Tan() => ActivationOperation<TangentFunction>.Run(this);

    /// <summary>The largest whole number up to x, element by element. The gradient is 0. PyTorch: <c>floor</c>.</summary>
    public Tensor Floor() => ActivationOperation<StepFunction<FloorStep>>.Run(this);

    /// <summary>The smallest whole number from x on, element by element. The gradient is 0. PyTorch: <c>ceil</c>.</summary>
    public Tensor Ceiling() => ActivationOperation<StepFunction<CeilingStep>>.Run(this);

    /// <summary>The nearest whole number, the even one of two, element by element. The gradient is 0. PyTorch: <c>round</c>.</summary>
    public Tensor Round() => ActivationOperation<StepFunction<RoundStep>>.Run(this);

    /// <summary>The whole part of x, element by element. The gradient is 0. PyTorch: <c>trunc</c>.</summary>
    public Tensor Truncate() => ActivationOperation<StepFunction<TruncateStep>>.Run(this);

    /// <summary>1 / x, element by element. PyTorch: <c>reciprocal</c>.</summary>
    public Tensor Reciprocal() => ActivationOperation<ReciprocalFunction>.Run(this);

    /// <summary>1 / sqrt(x), element by element. PyTorch: <c>rsqrt</c>.</summary>
    public Tensor Rsqrt() => ActivationOperation<RsqrtFunction>.Run(this);

    /// <summary>x to the power of <paramref name="exponent"/>, element by element. The gradient is g a x^(a - 1) for the exponent a, and
    /// 0 for the exponent 0. PyTorch: <c>pow</c>.</summary>
    public Tensor Pow(double exponent) => exponent switch
    {
        2 => Square(),
        0.5 => Sqrt(),
        -0.5 => Rsqrt(),
        -1 => Reciprocal(),
        _ => ActivationOperation<PowerFunction>.Run(this, new(exponent)),
    };

    /// <summary>min(max(x, <paramref name="min"/>), <paramref name="max"/>), element by element: <paramref name="max"/> everywhere if
    /// it is the smaller one. What is not a number stays so. The gradient is g from min to max, both included. PyTorch:
    /// <c>clamp</c>.</summary>
    /// <param name="min">The smallest value; none by itself.</param>
    /// <param name="max">The largest value; none by itself.</param>
    /// <exception cref="ArgumentException">Neither is given, or one is not a number.</exception>
    public Tensor Clamp(double min = double.NegativeInfinity, double max = double.PositiveInfinity)
    {
        Throw.Unless(!double.IsNaN(min) && !double.IsNaN(max) && (min > double.NegativeInfinity || max < double.PositiveInfinity),
            $"Clamp: expected a smallest value, a largest, or both, got {min} and {max}.");
        return ActivationOperation<ClampFunction>.Run(this, new(min, max));
    }
}
