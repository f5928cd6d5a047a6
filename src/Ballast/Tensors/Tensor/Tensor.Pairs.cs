using Ballast.Kernels;

namespace Ballast;

/// <content>Functions of pairs of values, with broadcasting.</content>
public partial class Tensor
{
    /// <summary>The larger of x and y, element by element, with broadcasting; what is not a number wins. The gradient goes to the larger
    /// one, half to each where they are equal. Also of int64. PyTorch: <c>maximum</c>.</summary>
    /// <exception cref="ArgumentException">Shapes that do not broadcast, or bool or uint8 tensors.</exception>
    public Tensor Maximum(Tensor other)
    {
        if (Backend.Current is { } backend)
            return backend.Apply("maximum", [this, other]);
        var x = this;
        return TypedOperations.Promote(ref x, ref other) == ElementType.Float32
            ? PairOperation<MaximumFunction>.Run(x, other, Broadcast(nameof(Maximum), x, other))
            : TypedOperations.Integers<MaximumArithmetic>(nameof(Maximum), x, other);
    }

    /// <summary>The smaller of x and y, element by element, with broadcasting; what is not a number wins. The gradient goes to the smaller
    /// one, half to each where they are equal. Also of int64. PyTorch: <c>minimum</c>.</summary>
    /// <inheritdoc cref="Maximum"/>
    public Tensor Minimum(Tensor other)
    {
        if (Backend.Current is { } backend)
            return backend.Apply("minimum", [this, other]);
        var x = this;
        return TypedOperations.Promote(ref x, ref other) == ElementType.Float32
            ? PairOperation<MinimumFunction>.Run(x, other, Broadcast(nameof(Minimum), x, other))
            : TypedOperations.Integers<MinimumArithmetic>(nameof(Minimum), x, other);
    }

    /// <summary>x to the power of y, element by element, with broadcasting: not a number where x is below 0 and y has a fraction, 1 where
    /// y is 0. The gradients are g y x^(y - 1), 0 where y is 0, and g x^y ln x, 0 where x is 0 and y is not negative. PyTorch:
    /// <c>pow</c>.</summary>
    /// <exception cref="ArgumentException">Shapes that do not broadcast.</exception>
    public Tensor Pow(Tensor exponent)
    {
        if (Backend.Current is { } backend)
            return backend.Apply("pow", [this, exponent]);
        var (x, y) = (To(ElementType.Float32), exponent.To(ElementType.Float32));
        return PairOperation<PowFunction>.Run(x, y, Broadcast(nameof(Pow), x, y));
    }

    /// <summary>The angle, from -pi to pi, of the points whose ordinates these are, for their abscissas; with broadcasting. PyTorch:
    /// <c>atan2</c>.</summary>
    /// <exception cref="ArgumentException">Shapes that do not broadcast.</exception>
    public Tensor Atan2(Tensor abscissa)
    {
        if (Backend.Current is { } backend)
            return backend.Apply("atan2", [this, abscissa]);
        var (y, x) = (To(ElementType.Float32), abscissa.To(ElementType.Float32));
        return PairOperation<Atan2Function>.Run(y, x, Broadcast(nameof(Atan2), y, x));
    }

    /// <summary>The rest of x / y with the sign of y, x - y floor(x / y), element by element, with broadcasting. The gradients are g and
    /// -g floor(x / y). Also of int64. PyTorch: <c>remainder</c>, <c>%</c>.</summary>
    /// <exception cref="ArgumentException">Shapes that do not broadcast, bool or uint8 tensors, or an int64 divisor of 0.</exception>
    public Tensor Remainder(Tensor divisor)
    {
        if (Backend.Current is { } backend)
            return backend.Apply("remainder", [this, divisor]);
        var x = this;
        if (TypedOperations.Promote(ref x, ref divisor) == ElementType.Float32)
            return RemainderOperation.Run(x, divisor, Broadcast(nameof(Remainder), x, divisor));
        if (divisor.ElementType == ElementType.Int64 && divisor.AsSpan<long>().Contains(0))
        {
            Throw.Argument(
                $"Remainder: the int64 divisor {divisor.Shape} is 0 at {divisor.Shape.Position(divisor.AsSpan<long>().IndexOf(0))}. " +
                $"Floats may be divided by 0: To(ElementType.Float32).");
        }

        return TypedOperations.Integers<RemainderArithmetic>(nameof(Remainder), x, divisor);
    }
}
