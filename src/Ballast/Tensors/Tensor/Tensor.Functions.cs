using Ballast.Kernels;

namespace Ballast;

/// <content>Functions of single values. Each takes float32 of any strides and has its gradient.</content>
public partial class Tensor
{
    /// <summary>|x|, element by element. The gradient is g sign x, 0 at 0. PyTorch: <c>abs</c>.</summary>
    public Tensor Abs() => Backend.Current?.Apply("abs", this) ?? ActivationOperation<AbsFunction>.Run(this);

    /// <summary>1 where x > 0, -1 where x is below 0, else 0, element by element; what is not a number gives 0, as in PyTorch. The
    /// gradient is 0. PyTorch: <c>sign</c>.</summary>
    public Tensor Sign() => Backend.Current?.Apply("sign", this) ?? ActivationOperation<StepFunction<SignStep>>.Run(this);

    /// <summary>x^2, element by element. PyTorch: <c>square</c>.</summary>
    public Tensor Square() => Backend.Current?.Apply("square", this) ?? ActivationOperation<SquareFunction>.Run(this);

    /// <summary>exp(x) - 1, element by element, with all digits near 0. PyTorch: <c>expm1</c>.</summary>
    public Tensor Expm1() => Backend.Current?.Apply("expm1", this) ?? ActivationOperation<Expm1Function>.Run(this);

    /// <summary>ln(1 + x), element by element, with all digits near 0. PyTorch: <c>log1p</c>.</summary>
    public Tensor Log1p() => Backend.Current?.Apply("log1p", this) ?? ActivationOperation<Log1pFunction>.Run(this);

    /// <summary>The logarithm to the base 2, element by element. PyTorch: <c>log2</c>.</summary>
    public Tensor Log2() => Backend.Current?.Apply("log2", this) ?? ActivationOperation<Log2Function>.Run(this);

    /// <summary>The logarithm to the base 10, element by element. PyTorch: <c>log10</c>.</summary>
    public Tensor Log10() => Backend.Current?.Apply("log10", this) ?? ActivationOperation<Log10Function>.Run(this);

    /// <summary>The sine of x radians, element by element. PyTorch: <c>sin</c>.</summary>
    public Tensor Sin() => Backend.Current?.Apply("sin", this) ?? ActivationOperation<SineFunction>.Run(this);

    /// <summary>The cosine of x radians, element by element. PyTorch: <c>cos</c>.</summary>
    public Tensor Cos() => Backend.Current?.Apply("cos", this) ?? ActivationOperation<CosineFunction>.Run(this);

    /// <summary>The tangent of x radians, element by element. PyTorch: <c>tan</c>.</summary>
    public Tensor Tan() => Backend.Current?.Apply("tan", this) ?? ActivationOperation<TangentFunction>.Run(this);

    /// <summary>The hyperbolic sine, element by element. PyTorch: <c>sinh</c>.</summary>
    public Tensor Sinh() => Backend.Current?.Apply("sinh", this) ?? ActivationOperation<HyperbolicSineFunction>.Run(this);

    /// <summary>The hyperbolic cosine, element by element. PyTorch: <c>cosh</c>.</summary>
    public Tensor Cosh() => Backend.Current?.Apply("cosh", this) ?? ActivationOperation<HyperbolicCosineFunction>.Run(this);

    /// <summary>The angle, in radians, whose sine is x, element by element. PyTorch: <c>asin</c>.</summary>
    public Tensor Asin() => Backend.Current?.Apply("asin", this) ?? ActivationOperation<ArcSineFunction>.Run(this);

    /// <summary>The angle, in radians, whose cosine is x, element by element. PyTorch: <c>acos</c>.</summary>
    public Tensor Acos() => Backend.Current?.Apply("acos", this) ?? ActivationOperation<ArcCosineFunction>.Run(this);

    /// <summary>The angle, in radians, whose tangent is x, element by element. PyTorch: <c>atan</c>.</summary>
    public Tensor Atan() => Backend.Current?.Apply("atan", this) ?? ActivationOperation<ArcTangentFunction>.Run(this);

    /// <summary>The inverse of the hyperbolic sine, element by element. PyTorch: <c>asinh</c>.</summary>
    public Tensor Asinh() => Backend.Current?.Apply("asinh", this) ?? ActivationOperation<InverseHyperbolicSineFunction>.Run(this);

    /// <summary>The inverse of the hyperbolic cosine, element by element. PyTorch: <c>acosh</c>.</summary>
    public Tensor Acosh() => Backend.Current?.Apply("acosh", this) ?? ActivationOperation<InverseHyperbolicCosineFunction>.Run(this);

    /// <summary>The inverse of the hyperbolic tangent, element by element. PyTorch: <c>atanh</c>.</summary>
    public Tensor Atanh() => Backend.Current?.Apply("atanh", this) ?? ActivationOperation<InverseHyperbolicTangentFunction>.Run(this);

    /// <summary>ln(x / (1 - x)), element by element: the inverse of the sigmoid. PyTorch: <c>logit</c>.</summary>
    /// <param name="eps">Values are brought to at least this and at most 1 - this; null leaves them.</param>
    /// <exception cref="ArgumentException">An <paramref name="eps"/> outside of 0 to 0.5.</exception>
    public Tensor Logit(double? eps = null)
    {
        Throw.Unless(eps is null or (>= 0 and <= 0.5), $"Logit: expected an eps from 0 to 0.5, got {eps}.");
        var x = eps is { } least ? Clamp(least, 1 - least) : this;
        return x.Log() - (-x).Log1p();
    }

    /// <summary>The largest whole number up to x, element by element. The gradient is 0. PyTorch: <c>floor</c>.</summary>
    public Tensor Floor() => Backend.Current?.Apply("floor", this) ?? ActivationOperation<StepFunction<FloorStep>>.Run(this);

    /// <summary>The smallest whole number from x on, element by element. The gradient is 0. PyTorch: <c>ceil</c>.</summary>
    public Tensor Ceiling() => Backend.Current?.Apply("ceiling", this) ?? ActivationOperation<StepFunction<CeilingStep>>.Run(this);

    /// <summary>The nearest whole number, the even one of two, element by element. The gradient is 0. PyTorch: <c>round</c>.</summary>
    public Tensor Round() => Backend.Current?.Apply("round", this) ?? ActivationOperation<StepFunction<RoundStep>>.Run(this);

    /// <summary>The whole part of x, element by element. The gradient is 0. PyTorch: <c>trunc</c>.</summary>
    public Tensor Truncate() => Backend.Current?.Apply("truncate", this) ?? ActivationOperation<StepFunction<TruncateStep>>.Run(this);

    /// <summary>1 / x, element by element. PyTorch: <c>reciprocal</c>.</summary>
    public Tensor Reciprocal() => Backend.Current?.Apply("reciprocal", this) ?? ActivationOperation<ReciprocalFunction>.Run(this);

    /// <summary>1 / sqrt(x), element by element. PyTorch: <c>rsqrt</c>.</summary>
    public Tensor Rsqrt() => Backend.Current?.Apply("rsqrt", this) ?? ActivationOperation<RsqrtFunction>.Run(this);

    /// <summary>x to the power of <paramref name="exponent"/>, element by element. The gradient is g a x^(a - 1) for the exponent a, and
    /// 0 for the exponent 0. PyTorch: <c>pow</c>.</summary>
    public Tensor Pow(double exponent) => exponent switch
    {
        2 => Square(),
        0.5 => Sqrt(),
        -0.5 => Rsqrt(),
        -1 => Reciprocal(),
        _ => Backend.Current?.Apply("pow_scalar", this, ("exponent", exponent)) ?? ActivationOperation<PowerFunction>.Run(this, new(exponent)),
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
        return Backend.Current?.Apply("clamp", this, ("min", min), ("max", max)) ?? ActivationOperation<ClampFunction>.Run(this, new(min, max));
    }
}
