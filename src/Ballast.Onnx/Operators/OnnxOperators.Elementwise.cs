namespace Ballast;

// Functions of one element.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Elementwise => new()
    {
        ["Abs"] = Map(static x => Typed(x, x.Abs())),
        ["Ceil"] = Map(static x => x.Ceiling()),
        ["Cos"] = Map(static x => x.Cos()),
        ["Erf"] = Map(static x => x.Erf()),
        ["Exp"] = Map(static x => x.Exp()),
        ["Floor"] = Map(static x => x.Floor()),
        ["HardSwish"] = Map(static x => x.Hardswish()),
        ["Identity"] = Map(static x => x),
        ["IsNaN"] = Map(static x => x.IsNaN()),
        ["Log"] = Map(static x => x.Log()),
        ["Mish"] = Map(static x => x.Mish()),
        ["Neg"] = Map(static x => -x),
        ["Not"] = Map(static x => !x),
        ["Reciprocal"] = Map(static x => x.Reciprocal()),
        ["Relu"] = Map(static x => Typed(x, x.Relu())),
        ["Round"] = Map(static x => x.Round()),
        ["Sigmoid"] = Map(static x => x.Sigmoid()),
        ["Sign"] = Map(static x => Typed(x, x.Sign())),
        ["Sin"] = Map(static x => x.Sin()),
        ["Softplus"] = Map(static x => x.Softplus()),
        ["Softsign"] = Map(static x => x.Softsign()),
        ["Sqrt"] = Map(static x => x.Sqrt()),
        ["Tan"] = Map(static x => x.Tan()),
        ["Sinh"] = Map(static x => x.Sinh()),
        ["Cosh"] = Map(static x => x.Cosh()),
        ["Asin"] = Map(static x => x.Asin()),
        ["Acos"] = Map(static x => x.Acos()),
        ["Atan"] = Map(static x => x.Atan()),
        ["Asinh"] = Map(static x => x.Asinh()),
        ["Acosh"] = Map(static x => x.Acosh()),
        ["Atanh"] = Map(static x => x.Atanh()),
        ["Tanh"] = Map(static x => x.Tanh()),
        ["Celu"] = One(static call => call.X.Celu(call.Float("alpha", 1))),
        ["Elu"] = One(static call => call.X.Elu(call.Float("alpha", 1))),
        ["Selu"] = One(Selu),
        ["LeakyRelu"] = One(static call => call.X.LeakyRelu(call.Float("alpha", 0.01f))),
        ["ThresholdedRelu"] = One(static call => call.X.Threshold(call.Float("alpha", 1), 0)),
        ["HardSigmoid"] = One(HardSigmoid),
        ["Shrink"] = One(Shrink),
        ["Gelu"] = One(static call => call.X.Gelu(call.Text("approximate", "none") == "tanh" ? GeluApproximation.Tanh : GeluApproximation.None)),
        ["IsInf"] = One(IsInf),
        ["Clip"] = One(Clip),
        ["Cast"] = One(static call => Cast(call, call.X, TypeOf(call.Long("to", 0)))),
        ["CastLike"] = One(static call => Cast(call, call.X, call[1].ElementType)),
        // What training drops is the affair of layers of one's own: a loaded graph keeps everything.
        ["Dropout"] = static call => [call.X, Tensor.Full(call.X.Shape, 1, ElementType.Bool)],
    };

    // What was whole stays whole.
    static Tensor Typed(Tensor like, Tensor result) => like.ElementType.IsFloat() ? result : result.To(like.ElementType);

    static Tensor Selu(OperatorCall call)
    {
        float alpha = call.Float("alpha", 1.67326319f), gamma = call.Float("gamma", 1.05070102f);
        return call.Has("alpha") || call.Has("gamma") ? call.X.Elu(alpha) * gamma : call.X.Selu();
    }

    static Tensor HardSigmoid(OperatorCall call)
    {
        float alpha = call.Float("alpha", 0.2f), beta = call.Float("beta", 0.5f);
        return Math.Abs(alpha - 1 / 6.0) < 1e-7 && beta == 0.5f ? call.X.Hardsigmoid() : (call.X * alpha + beta).Clamp(0, 1);
    }

    static Tensor Shrink(OperatorCall call)
    {
        float bias = call.Float("bias", 0), lambda = call.Float("lambd", 0.5f);
        var x = call.X;
        if (bias == lambda)
            return Typed(x, x.Softshrink(lambda));
        return bias == 0 ? Typed(x, x.Hardshrink(lambda))
            : Tensor.Where(x < -lambda, x + bias, Tensor.Where(x > lambda, x - bias, Tensor.Zeros(Shape.Scalar)));
    }

    static Tensor IsInf(OperatorCall call)
    {
        bool low = call.Int("detect_negative", 1) != 0, high = call.Int("detect_positive", 1) != 0;
        var x = call.X;
        return (low, high) switch
        {
            (true, true) => x.IsInf(),
            (true, false) => x.EqualTo(float.NegativeInfinity),
            (false, true) => x.EqualTo(float.PositiveInfinity),
            _ => Tensor.Full(x.Shape, 0, ElementType.Bool),
        };
    }

    static Tensor Clip(OperatorCall call)
    {
        var x = call.X;
        if (call.Opset < 11)
            return x.Clamp(call.Float("min", float.NegativeInfinity), call.Float("max", float.PositiveInfinity));
        double min = call.Optional(1) is null ? double.NegativeInfinity : call.Number(1);
        double max = call.Optional(2) is null ? double.PositiveInfinity : call.Number(2);
        if (double.IsNegativeInfinity(min) && double.IsPositiveInfinity(max))
            return x;
        if (x.ElementType.IsFloat())
            return x.Clamp(min, max);
        x = double.IsInfinity(min) ? x : x.Maximum((long)min);
        return double.IsInfinity(max) ? x : x.Minimum((long)max);
    }

    static Tensor Cast(OperatorCall call, Tensor x, ElementType? type)
    {
        if (type is not { } known)
            throw call.Fault($"values of the type {call.Long("to", 0)} are asked for; there are float32, int64, bool and uint8");
        return x.To(known);
    }

    /// <summary>The type that stands here for one of ONNX's; null where none does.</summary>
    public static ElementType? TypeOf(long type) => type switch
    {
        1 or 10 or 11 or 16 => ElementType.Float32, // float16, float64 and bfloat16 are widened or rounded to it
        2 => ElementType.UInt8,
        3 or 4 or 5 or 6 or 7 or 12 or 13 => ElementType.Int64, // smaller whole numbers are widened, larger ones than int64 has are refused
        9 => ElementType.Bool,
        _ => null,
    };
}
