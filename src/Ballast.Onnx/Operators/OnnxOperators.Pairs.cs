namespace Ballast;

// Functions of two elements and of more, comparisons, choices.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Pairs => new()
    {
        ["Add"] = Pair(static (x, y) => x + y),
        ["Sub"] = Pair(static (x, y) => x - y),
        ["Mul"] = Pair(static (x, y) => x * y),
        ["Div"] = Pair(static (x, y) => x.ElementType.IsFloat() || y.ElementType.IsFloat() ? x / y : Quotient(x, y)),
        ["Pow"] = One(static call => Power(call[0], call[1])),
        ["Mod"] = One(Remainder),
        ["Equal"] = Pair(static (x, y) => x.EqualTo(y)),
        ["Greater"] = Pair(static (x, y) => x > y),
        ["GreaterOrEqual"] = Pair(static (x, y) => x >= y),
        ["Less"] = Pair(static (x, y) => x < y),
        ["LessOrEqual"] = Pair(static (x, y) => x <= y),
        ["And"] = Pair(static (x, y) => x & y),
        ["Or"] = Pair(static (x, y) => x | y),
        ["Xor"] = Pair(static (x, y) => x ^ y),
        ["PRelu"] = One(static call => PRelu(call.X, call[1])),
        ["Where"] = One(static call => Tensor.Where(call[0].To(ElementType.Bool), call[1], call[2])),
        ["Max"] = Many(static (x, y) => x.Maximum(y)),
        ["Min"] = Many(static (x, y) => x.Minimum(y)),
        ["Sum"] = Many(static (x, y) => x + y),
        ["Mean"] = static call => [Many(static (x, y) => x + y)(call)[0]! * (1.0 / call.All.Length)],
    };

    static OnnxOperator Pair(Func<Tensor, Tensor, Tensor> compute) => call => [Wide(call[0], call[1], compute)];

    // Bytes are computed as larger numbers, of which the last eight bits stay.
    static Tensor Wide(Tensor x, Tensor y, Func<Tensor, Tensor, Tensor> compute)
    {
        if (x.ElementType != ElementType.UInt8 || y.ElementType != ElementType.UInt8)
            return compute(x, y);
        var result = compute(x.To(ElementType.Int64), y.To(ElementType.Int64));
        return result.ElementType == ElementType.Int64 ? result.Remainder(256L).To(ElementType.UInt8) : result;
    }

    static OnnxOperator Many(Func<Tensor, Tensor, Tensor> compute) => call =>
    {
        var result = call.X;
        foreach (var next in call.All.Skip(1))
            result = Wide(result, next, compute);
        return [result];
    };

    // Whole numbers, towards zero.
    static Tensor Quotient(Tensor x, Tensor y)
    {
        var shape = Tensor.Broadcast("Div", x, y);
        long[] numerators = OperatorCall.Longs(x.Expand(shape.ToArray())), denominators = OperatorCall.Longs(y.Expand(shape.ToArray()));
        long[] quotients = new long[numerators.Length];
        for (int i = 0; i < quotients.Length; i++)
            quotients[i] = denominators[i] == -1 ? unchecked(-numerators[i]) : numerators[i] / denominators[i];
        return Tensor.FromInt64(quotients, shape).To(x.ElementType);
    }

    static Tensor Power(Tensor x, Tensor exponent)
    {
        // A single exponent that is known is a function of one element, whose gradient is known at 0 too.
        if (exponent is { Length: 1, RequiresGrad: false, Shape.Rank: 0 or 1 } && exponent.Shape.Rank <= x.Shape.Rank && x.ElementType.IsFloat()
            && exponent.ElementType is ElementType.Float32 or ElementType.Int64 && !IsElsewhere(exponent))
        {
            return x.Pow(exponent.ElementType == ElementType.Int64 ? exponent.AsSpan<long>()[0] : exponent.AsSpan()[0]);
        }

        return Typed(x, x.Pow(exponent));
    }

    // Whether a value is computed from what goes into a graph that is being recorded.
    static bool IsElsewhere(Tensor x) => x.Recipe is { IsElsewhere: true };

    static Tensor Remainder(OperatorCall call)
    {
        var (x, y) = (call[0], call[1]);
        if (call.Int("fmod", 0) == 0)
            return Wide(x, y, static (x, y) => x.Remainder(y));
        // The sign of the first: x - truncate(x / y) y.
        return x.ElementType.IsFloat() ? x - (x / y).Truncate() * y : x - Quotient(x, y) * y;
    }

    static Tensor PRelu(Tensor x, Tensor slope)
    {
        if (slope.Shape.Rank > x.Shape.Rank)
            throw new ArgumentException($"the slope {slope.Shape} does not fit {x.Shape}");
        return x.Relu() - (-x).Relu() * slope;
    }
}
