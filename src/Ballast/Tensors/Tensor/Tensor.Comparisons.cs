using Ballast.Kernels;

namespace Ballast;

/// <content>Comparisons and logic: bool tensors. Operands of two types are brought to one, float32 before int64 before uint8 before bool;
/// a comparison with what is not a number is false, but for <see cref="NotEqualTo"/>. There are no gradients.</content>
public partial class Tensor
{
    /// <summary>Whether x = y, element by element, with broadcasting. PyTorch: <c>eq</c>, <c>==</c>.</summary>
    /// <exception cref="ArgumentException">Shapes that do not broadcast.</exception>
    public Tensor EqualTo(Tensor other) => TypedOperations.Compare<EqualComparison>(nameof(EqualTo), this, other);

    /// <summary>Whether x and y differ, element by element, with broadcasting. PyTorch: <c>ne</c>, <c>!=</c>.</summary>
    /// <inheritdoc cref="EqualTo"/>
    public Tensor NotEqualTo(Tensor other) => TypedOperations.Compare<NotEqualComparison>(nameof(NotEqualTo), this, other);

    /// <summary>Whether x is below y, element by element, with broadcasting. PyTorch: <c>lt</c>.</summary>
    /// <inheritdoc cref="EqualTo"/>
    public Tensor Less(Tensor other) => TypedOperations.Compare<LessComparison>(nameof(Less), this, other);

    /// <summary>Whether x is y or below, element by element, with broadcasting. PyTorch: <c>le</c>.</summary>
    /// <inheritdoc cref="EqualTo"/>
    public Tensor LessOrEqual(Tensor other) => TypedOperations.Compare<LessOrEqualComparison>(nameof(LessOrEqual), this, other);

    /// <summary>Whether x is above y, element by element, with broadcasting. PyTorch: <c>gt</c>.</summary>
    /// <inheritdoc cref="EqualTo"/>
    public Tensor Greater(Tensor other) => TypedOperations.Compare<LessComparison>(nameof(Greater), other, this);

    /// <summary>Whether x is y or above, element by element, with broadcasting. PyTorch: <c>ge</c>.</summary>
    /// <inheritdoc cref="EqualTo"/>
    public Tensor GreaterOrEqual(Tensor other) => TypedOperations.Compare<LessOrEqualComparison>(nameof(GreaterOrEqual), other, this);

    /// <summary>Whether x is below y, element by element: <see cref="Less"/>.</summary>
    /// <inheritdoc cref="EqualTo"/>
    public static Tensor operator <(Tensor x, Tensor y) => x.Less(y);

    /// <summary>Whether x is above y, element by element: <see cref="Greater"/>.</summary>
    /// <inheritdoc cref="EqualTo"/>
    public static Tensor operator >(Tensor x, Tensor y) => x.Greater(y);

    /// <summary>Whether x is y or below, element by element: <see cref="LessOrEqual"/>.</summary>
    /// <inheritdoc cref="EqualTo"/>
    public static Tensor operator <=(Tensor x, Tensor y) => x.LessOrEqual(y);

    /// <summary>Whether x is y or above, element by element: <see cref="GreaterOrEqual"/>.</summary>
    /// <inheritdoc cref="EqualTo"/>
    public static Tensor operator >=(Tensor x, Tensor y) => x.GreaterOrEqual(y);

    /// <summary>Whether both hold, element by element, with broadcasting. PyTorch: <c>logical_and</c>, <c>&amp;</c>.</summary>
    /// <exception cref="ArgumentException">Not two bool tensors, or shapes that do not broadcast.</exception>
    public Tensor LogicalAnd(Tensor other) => TypedOperations.Logic<LogicalAnd>(nameof(LogicalAnd), this, other);

    /// <summary>Whether one holds or both do, element by element, with broadcasting. PyTorch: <c>logical_or</c>, <c>|</c>.</summary>
    /// <inheritdoc cref="LogicalAnd(Tensor)"/>
    public Tensor LogicalOr(Tensor other) => TypedOperations.Logic<LogicalOr>(nameof(LogicalOr), this, other);

    /// <summary>Whether one alone holds, element by element, with broadcasting. PyTorch: <c>logical_xor</c>, <c>^</c>.</summary>
    /// <inheritdoc cref="LogicalAnd(Tensor)"/>
    public Tensor LogicalXor(Tensor other) => TypedOperations.Logic<LogicalXor>(nameof(LogicalXor), this, other);

    /// <summary>The opposite of each truth value. PyTorch: <c>logical_not</c>, <c>~</c>.</summary>
    /// <exception cref="ArgumentException">Not a bool tensor.</exception>
    public Tensor LogicalNot()
    {
        TypedOperations.RequireBool(nameof(LogicalNot), this);
        if (Backend.Current is { } other)
            return other.Apply("logical_not", this);
        Loops.TryMap<LogicalNot, bool, bool>(Operand, out var values);
        return new Tensor(Shape, values);
    }

    /// <summary>Whether both hold: <see cref="LogicalAnd(Tensor)"/>.</summary>
    /// <inheritdoc cref="LogicalAnd(Tensor)"/>
    public static Tensor operator &(Tensor x, Tensor y) => x.LogicalAnd(y);

    /// <summary>Whether one holds or both do: <see cref="LogicalOr(Tensor)"/>.</summary>
    /// <inheritdoc cref="LogicalAnd(Tensor)"/>
    public static Tensor operator |(Tensor x, Tensor y) => x.LogicalOr(y);

    /// <summary>Whether one alone holds: <see cref="LogicalXor(Tensor)"/>.</summary>
    /// <inheritdoc cref="LogicalAnd(Tensor)"/>
    public static Tensor operator ^(Tensor x, Tensor y) => x.LogicalXor(y);

    /// <summary>The opposite of each truth value: <see cref="LogicalNot()"/>.</summary>
    /// <inheritdoc cref="LogicalNot()"/>
    public static Tensor operator !(Tensor x) => x.LogicalNot();

    /// <summary>Whether x is not a number, element by element. PyTorch: <c>isnan</c>.</summary>
    public Tensor IsNaN() => TypedOperations.Test<NotANumber>(this);

    /// <summary>Whether x is a number and not infinite, element by element. PyTorch: <c>isfinite</c>.</summary>
    public Tensor IsFinite() => TypedOperations.Test<FiniteNumber>(this);

    /// <summary>Whether x is infinite, element by element. PyTorch: <c>isinf</c>.</summary>
    public Tensor IsInf() => TypedOperations.Test<InfiniteNumber>(this);

    /// <summary>The values as another type's: a float loses its fraction, a truth value is 0 or 1, and a number is true unless it is 0.
    /// The tensor itself if it has that type. No gradient goes back through a change of type. PyTorch: <c>to(dtype)</c>.</summary>
    /// <exception cref="ArgumentException">A value that the type does not have: not a number or out of range for int64, outside of 0 to
    /// 255 for uint8. (PyTorch gives any value there.)</exception>
    public Tensor To(ElementType type) => type == ElementType ? this : TypedOperations.Convert(this, type);
}
