namespace Ballast;

// Functions of one element and of two.
static partial class NodeEmitters
{
    static Dictionary<string, NodeEmitter> Functions => new()
    {
        ["abs"] = One(static e => e.X.Then("Abs")),
        ["exp"] = Map("Exp"),
        ["expm1"] = One(static e => e.X.Then("Exp") - 1),
        ["log"] = Map("Log"),
        ["log1p"] = One(static e => (e.X + 1).Then("Log")),
        ["log2"] = One(static e => e.X.Then("Log") * (1 / Math.Log(2))),
        ["log10"] = One(static e => e.X.Then("Log") * (1 / Math.Log(10))),
        ["sqrt"] = Map("Sqrt"),
        ["rsqrt"] = One(static e => e.X.Then("Sqrt").Then("Reciprocal")),
        ["reciprocal"] = Map("Reciprocal"),
        ["square"] = One(static e => e.X * e.X),
        ["sin"] = Map("Sin"),
        ["cos"] = Map("Cos"),
        ["tan"] = Map("Tan"),
        ["sinh"] = Map("Sinh"),
        ["cosh"] = Map("Cosh"),
        ["asin"] = Map("Asin"),
        ["acos"] = Map("Acos"),
        ["atan"] = Map("Atan"),
        ["asinh"] = Map("Asinh"),
        ["acosh"] = Map("Acosh"),
        ["atanh"] = Map("Atanh"),
        ["erf"] = Map("Erf"),
        ["tanh"] = Map("Tanh"),
        ["sigmoid"] = Map("Sigmoid"),
        ["sign"] = One(static e => e.X.Then("Sign")),
        ["floor"] = Map("Floor"),
        ["ceiling"] = Map("Ceil"),
        ["round"] = Map("Round"),
        ["truncate"] = One(static e => e.X.Then("Sign") * e.X.Then("Abs").Then("Floor")),
        ["pow_scalar"] = One(static e => e.Graph.Pair("Pow", e.X, e.Graph.Number(e.Number("exponent")))),
        ["not_a_number"] = Map("IsNaN"),
        ["infinite_number"] = Map("IsInf"),
        ["finite_number"] = One(static e => e.Graph.Pair("Or", e.X.Then("IsNaN"), e.X.Then("IsInf")).Then("Not")),
        ["logical_not"] = One(static e => e.X.To(ElementType.Bool).Then("Not")),
        ["convert"] = One(static e => e.X.To(e.Node.Get<ElementType>("type"))),
    };

    static Dictionary<string, NodeEmitter> Activations => new()
    {
        ["relu"] = Map("Relu"),
        ["relu6"] = One(static e => Clip(e.X, 0, 6)),
        ["leaky_relu"] = One(static e => e.X.Then("LeakyRelu", ("alpha", (float)e.Number("negative_slope")))),
        ["hardtanh"] = One(static e => Clip(e.X, e.Number("min"), e.Number("max"))),
        ["clamp"] = One(static e => Clip(e.X, e.Number("min"), e.Number("max"))),
        ["hardsigmoid"] = Map("HardSigmoid", ("alpha", 1 / 6f), ("beta", 0.5f)),
        ["hardswish"] = Map("HardSwish"),
        ["silu"] = One(static e => e.X * e.X.Then("Sigmoid")),
        ["gelu"] = One(Gelu),
        ["mish"] = One(static e => e.Graph.Opset >= 18 ? e.X.Then("Mish") : e.X * e.X.Then("Softplus").Then("Tanh")),
        ["softplus"] = One(Softplus),
        ["log_sigmoid"] = One(static e => e.X.Then("Neg").Then("Softplus").Then("Neg")),
        ["softsign"] = Map("Softsign"),
        ["tanhshrink"] = One(static e => e.X - e.X.Then("Tanh")),
        ["elu"] = One(static e => e.X.Then("Elu", ("alpha", (float)e.Number("alpha")))),
        ["celu"] = One(static e => e.X.Then("Celu", ("alpha", (float)e.Number("alpha")))),
        ["selu"] = Map("Selu"),
        ["softshrink"] = One(static e => e.X.Then("Shrink", ("bias", (float)e.Number("lambda")), ("lambd", (float)e.Number("lambda")))),
        ["hardshrink"] = One(static e => e.X.Then("Shrink", ("bias", 0f), ("lambd", (float)e.Number("lambda")))),
        ["threshold"] = One(static e => Where(
            e.Graph.Pair("Greater", e.X, e.Graph.Number(e.Number("threshold"))), e.X, e.Graph.Number(e.Number("value")))),
        ["prelu"] = One(static e => e.Graph.Add("PRelu", [e.X, Beside(e[1]!, e.X)])),
    };

    static GraphTensor Clip(GraphTensor x, double min, double max) => x.Recording.Add("Clip", [x,
        double.IsNegativeInfinity(min) ? null : x.Recording.Number(min), double.IsPositiveInfinity(max) ? null : x.Recording.Number(max)]);

    // A slope has no more axes than what it belongs to.
    static GraphTensor Beside(GraphTensor slope, GraphTensor x) => slope.Rank <= x.Rank ? slope : slope.Reshape(slope.Shape.ToArray()[^x.Rank..]);

    static GraphTensor Where(GraphTensor condition, GraphTensor x, GraphTensor y)
    {
        var type = x.Type == y.Type ? x.Type : ElementType.Float32;
        return x.Recording.Add("Where", [condition.To(ElementType.Bool), x.To(type), y.To(type)]);
    }

    static GraphTensor Gelu(Emission e)
    {
        var x = e.X;
        bool tanh = e.Node.Get<bool>("tanh");
        if (e.Graph.Opset >= 20)
            return x.Then("Gelu", ("approximate", tanh ? "tanh" : "none"));
        return x * 0.5 * (tanh
            ? ((x + x * x * x * 0.044715) * Math.Sqrt(2 / Math.PI)).Then("Tanh") + 1
            : (x * Math.Sqrt(0.5)).Then("Erf") + 1);
    }

    static GraphTensor Softplus(Emission e)
    {
        double beta = e.Number("beta"), threshold = e.Number("threshold");
        var x = e.X;
        var scaled = beta == 1 ? x : x * beta;
        var y = scaled.Then("Softplus");
        y = beta == 1 ? y : y / beta;
        // Above 16 the function is its argument, to all digits of a float.
        return threshold >= 16 ? y : Where(e.Graph.Pair("Greater", scaled, e.Graph.Number(threshold)), x, y);
    }

    static Dictionary<string, NodeEmitter> Pairs => new()
    {
        ["add"] = One(static e => e.X + e[1]!),
        ["subtract"] = One(static e => e.X - e[1]!),
        ["multiply"] = One(static e => e.X * e[1]!),
        ["divide"] = One(static e => e.X / e[1]!),
        ["maximum"] = Of("Max"),
        ["minimum"] = Of("Min"),
        ["pow"] = One(static e => e.Graph.Pair("Pow", e.X.To(ElementType.Float32), e[1]!.To(ElementType.Float32))),
        ["atan2"] = One(Atan2),
        ["remainder"] = One(static e => e.X.Type.IsFloat() || e[1]!.Type.IsFloat()
            ? e.X - (e.X / e[1]!).Then("Floor") * e[1]! : e.Graph.Pair("Mod", e.X, e[1]!)),
        ["where"] = One(static e => Where(e.X, e[1]!, e[2]!)),
        ["equal_to"] = Of("Equal"),
        ["not_equal_to"] = One(static e => e.Graph.Pair("Equal", e.X, e[1]!).Then("Not")),
        ["less"] = Of("Less"),
        ["less_or_equal"] = Of("LessOrEqual"),
        ["logical_and"] = Of("And"),
        ["logical_or"] = Of("Or"),
        ["logical_xor"] = Of("Xor"),
        ["blend"] = One(static e => e.X + (e[1]! - e.X) * e.Number("share")),
    };

    static NodeEmitter Of(string opType) => e => [e.Graph.Pair(opType, e.X, e[1]!)];

    // The angle in its quadrant: atan(y / x), and pi to add or to take where x is negative.
    static GraphTensor Atan2(Emission e)
    {
        var (y, x, graph) = (e.X.To(ElementType.Float32), e[1]!.To(ElementType.Float32), e.Graph);
        var zero = graph.Number(0);
        var sign = Where(graph.Pair("Less", y, zero), graph.Number(-1), graph.Number(1));
        var upright = sign * (Math.PI / 2);
        var half = Where(graph.Pair("Less", x, zero), sign * Math.PI, zero);
        var safe = Where(graph.Pair("Equal", x, zero), graph.Number(1), x);
        var angle = (y / safe).Then("Atan") + half;
        var straight = Where(graph.Pair("Equal", y, zero), zero, upright);
        return Where(graph.Pair("Equal", x, zero), straight, angle);
    }
}
