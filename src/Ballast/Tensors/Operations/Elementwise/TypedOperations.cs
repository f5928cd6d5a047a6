using Ballast.Kernels;

namespace Ballast;

/// <summary>Operations on tensors of any type, which have no gradient: comparisons, logic, whole numbers.</summary>
static class TypedOperations
{
    /// <summary>Brings two tensors to one type, which is returned: float32 before int64 before uint8 before bool, as in PyTorch.</summary>
    public static ElementType Promote(ref Tensor x, ref Tensor y)
    {
        ElementType a = x.ElementType, b = y.ElementType;
        if (a == b && a != ElementType.Float64)
            return a;
        if (Backend.Current is not null)
            return Rank(a) > Rank(b) ? a : b; // which knows what to do with both
        if (a == ElementType.Float64 || b == ElementType.Float64)
        {
            // Values of another backend, which the default one reads as floats.
            (x, y) = (a == ElementType.Float64 ? x.To(ElementType.Float32) : x, b == ElementType.Float64 ? y.To(ElementType.Float32) : y);
            return Promote(ref x, ref y);
        }

        var common = Rank(a) > Rank(b) ? a : b;
        x = x.To(common);
        y = y.To(common);
        return common;
    }

    static int Rank(ElementType type) => type switch
    {
        ElementType.Bool => 0,
        ElementType.UInt8 => 1,
        ElementType.Int64 => 2,
        _ => 3,
    };

    /// <summary>A comparison of two tensors, brought to one type.</summary>
    public static Tensor Compare<C>(string name, Tensor x, Tensor y)
        where C : struct, IComparison
    {
        if (Backend.Current is { } other)
            return other.Apply(Backend.Spelled(name.Replace("Greater", "Less", StringComparison.Ordinal)), [x, y]);
        var type = Promote(ref x, ref y);
        var shape = Tensor.Broadcast(name, x, y);
        return new Tensor(shape, type switch
        {
            ElementType.Float32 => Loops.Zip<Comparison<C, float>, float, bool>(x.Operand, y.Operand, shape),
            ElementType.Int64 => Loops.Zip<Comparison<C, long>, long, bool>(x.Operand, y.Operand, shape),
            _ => Loops.Zip<Comparison<C, byte>, byte, bool>(x.Operand, y.Operand, shape),
        });
    }

    /// <summary>Arithmetic on two int64 tensors; on bytes and truth values it is refused.</summary>
    public static Tensor Integers<A>(string name, Tensor x, Tensor y)
        where A : struct, IArithmetic
    {
        Throw.Unless(x.ElementType == ElementType.Int64,
            $"{name}: expected float32 or int64 tensors, got {x.ElementType.Name()} {x.Shape} and {y.ElementType.Name()} {y.Shape}. " +
            $"Convert one with To(ElementType.Float32) or To(ElementType.Int64).");
        var shape = Tensor.Broadcast(name, x, y);
        return new Tensor(shape, Loops.Zip<Arithmetic<A, long>, long, long>(x.Operand, y.Operand, shape));
    }

    /// <summary>A function of two bool tensors.</summary>
    public static Tensor Logic<F>(string name, Tensor x, Tensor y)
        where F : struct, IElementZip<bool, bool>
    {
        RequireBool(name, x);
        RequireBool(name, y);
        if (Backend.Current is { } other)
            return other.Apply(Backend.Spelled(name), [x, y]);
        var shape = Tensor.Broadcast(name, x, y);
        return new Tensor(shape, Loops.Zip<F, bool, bool>(x.Operand, y.Operand, shape));
    }

    /// <summary>A property of each value.</summary>
    public static Tensor Test<F>(Tensor x)
        where F : struct, IElementMap<float, bool>
    {
        if (Backend.Current is { } other)
            return other.Apply(Backend.Spelled(typeof(F).Name), x);
        x = x.To(ElementType.Float32);
        Loops.TryMap<F, float, bool>(x.Operand, out var values);
        return new Tensor(x.Shape, values);
    }

    /// <summary>Refuses all but truth values.</summary>
    public static void RequireBool(string name, Tensor x) => Throw.Unless(x.ElementType == ElementType.Bool,
        $"{name}: expected a bool tensor, got {x.ElementType.Name()} {x.Shape}. " +
        $"Compare first, as in x > 0 or x.NotEqualTo(0), or convert it with To(ElementType.Bool).");

    /// <summary>Refuses all but integers as positions, or what else they stand for.</summary>
    public static void RequireIndex(string name, Tensor index, string what = "positions") => Throw.Unless(index.ElementType == ElementType.Int64,
        $"{name}: expected an int64 tensor of {what}, got {index.ElementType.Name()} {index.Shape}. Convert it with To(ElementType.Int64).");

    /// <summary>Refuses labels that are not one int64 for each row of logits [N, C].</summary>
    public static void RequireLabels(string name, Tensor logits, Tensor labels)
    {
        int rows = logits.Shape[0];
        Throw.Unless(labels.ElementType == ElementType.Int64,
            $"{name}: expected int64 labels [{rows}], got {labels.ElementType.Name()} {labels.Shape}. " +
            $"{(labels.Shape == logits.Shape ? "Of a row of shares, ArgMax(1) is the class." : "Convert them with To(ElementType.Int64).")}");
        Throw.Unless(labels.Shape.Rank == 1 && labels.Length == rows,
            $"{name}: expected labels [{rows}], one for each row of the logits {logits.Shape}, got {labels.Shape}." +
            $"{(labels.Length == rows ? $" Reshape([{rows}]) makes such." : "")}");
    }

    /// <summary>The elements as another type's.</summary>
    public static Tensor Convert(Tensor x, ElementType type)
    {
        if (Backend.Current is { } other)
            return other.Apply("convert", x, ("type", type));
        if (x.ElementType == ElementType.Float64)
            return type == ElementType.Float32 ? new Tensor(x.Shape, new Values(x.Buffer.Hold())) : Convert(Convert(x, ElementType.Float32), type);
        Throw.Unless(type != ElementType.Float64,
            $"To: only a backend that computes with float64 values has tensors of them, and the default one has not. Use ElementType.Float32.");
        Values values;
        bool taken = (x.ElementType, type) switch
        {
            (ElementType.Float32, ElementType.Int64) => Loops.TryMap<FloatToInt64, float, long>(x.Operand, out values),
            (ElementType.Float32, ElementType.UInt8) => Loops.TryMap<FloatToByte, float, byte>(x.Operand, out values),
            (ElementType.Float32, _) => Loops.TryMap<NonZeroConversion<float>, float, bool>(x.Operand, out values),
            (ElementType.Int64, ElementType.Float32) => Loops.TryMap<Int64ToFloat, long, float>(x.Operand, out values),
            (ElementType.Int64, ElementType.UInt8) => Loops.TryMap<Int64ToByte, long, byte>(x.Operand, out values),
            (ElementType.Int64, _) => Loops.TryMap<NonZeroConversion<long>, long, bool>(x.Operand, out values),
            (_, ElementType.Float32) => Loops.TryMap<ByteToFloat, byte, float>(x.Operand, out values),
            (_, ElementType.Int64) => Loops.TryMap<ByteToInt64, byte, long>(x.Operand, out values),
            (_, ElementType.UInt8) => Loops.TryMap<BoolToByte, byte, byte>(x.Operand, out values),
            _ => Loops.TryMap<NonZeroConversion<byte>, byte, bool>(x.Operand, out values),
        };
        if (!taken)
            RefuseValue(x, type);
        return new Tensor(x.Shape, values);
    }

    static void RefuseValue(Tensor x, ElementType type)
    {
        int at = 0;
        string value;
        if (x.ElementType == ElementType.Int64)
        {
            while (Int64ToByte.Takes(x.AsSpan<long>()[at]))
                at++;
            value = x.AsSpan<long>()[at].ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        else
        {
            while (type == ElementType.UInt8 ? FloatToByte.Takes(x.Read()[at]) : FloatToInt64.Takes(x.Read()[at]))
                at++;
            value = x.Read()[at].ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        Throw.Argument(
            $"To: {value} at {x.Shape.Position(at)} of {x.ElementType.Name()} {x.Shape} is no {type.Name()} value. " +
            $"Bring the values into its range first, as with Clamp, and replace what is not a number, as with MaskedFill(x.IsNaN(), 0).");
    }
}
