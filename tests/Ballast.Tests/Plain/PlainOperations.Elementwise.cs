namespace Ballast.Tests.Plain;

// Functions of one element.
static partial class PlainOperations
{
    // A function and its slope. Both are known within a few roundings of the magnitude of the terms that they are sums of.
    static Rule Function(Func<double, double> f, Func<double, double> slope, Func<double, double>? size = null) =>
        (_, x) => Apply(x[0], f, slope, size);

    static Numbers Apply(Numbers x, Func<double, double> f, Func<double, double> slope, Func<double, double>? size = null)
    {
        return x.Map(
            v => v.Through(f, slope(v.Value), 2 * Math.Max(Math.Abs(f(v.Value)), size?.Invoke(v.Value) ?? 0)),
            (v, _) =>
            {
                double here = slope(v.Value), step = 1e-4 * (1 + Math.Abs(v.Value));
                double bend = v.Error == 0 ? 0 : (slope(v.Value + step) - slope(v.Value - step)) / (2 * step);
                return v.Through(slope, bend, 2 * (Math.Abs(here) + (size is null ? 0 : 1)));
            });
    }

    // e^x, whose results near the least normal float and below it are 0 in floats.
    static Numbers Exponential(Numbers x) => x.Map(
        static v =>
        {
            double y = Math.Exp(v.Value);
            return v.Through(Math.Exp, y, 2 * y + (y < Flushed ? Flushed / (Number.Allowed * Number.Rounding) : 0));
        },
        static (_, y) => y);

    const double Flushed = 2 * 1.1754943508222875e-38;

    // A function in pieces, which bends at some places: left of each it is counted to the piece on the left.
    static Rule Pieces(Func<Node, double[]> bends, Func<Node, double, double> f, Func<Node, double, double> slope, bool smooth = false) =>
        (node, x) =>
        {
            double[] at = bends(node);
            foreach (var value in x[0].Values)
            {
                foreach (double bend in at)
                    Number.Watch(value, bend);
            }

            return smooth ? Apply(x[0], v => f(node, v), v => slope(node, v), static _ => 1)
                : x[0].Map(v => v.Through(w => f(node, w), slope(node, v.Value), Math.Abs(f(node, v.Value))), (v, _) => slope(node, v.Value));
        };

    static Rule Steps(Func<double, double> f, Func<Number, double> bend) => (_, x) => x[0].Map(
        v =>
        {
            Number.Watch(v, bend(v));
            return f(v.Value);
        },
        static (_, _) => 0);

    static double Attribute(Node node, string name) => node.Get<double>(name);

    static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));

    static double Log1p(double x) => Math.Abs(x) > 1e-4 ? Math.Log(1 + x) : x - x * x / 2 + x * x * x / 3;

    static double Expm1(double x) => Math.Abs(x) > 1e-4 ? Math.Exp(x) - 1 : x + x * x / 2 + x * x * x / 6;

    // erf(x) = 2 / sqrt(pi) sum (-1)^n x^(2n + 1) / (n! (2n + 1)), or by the continued fraction of erfc far out.
    public static double Erf(double x)
    {
        if (Math.Abs(x) > 3)
        {
            double fraction = 0;
            for (int k = 60; k > 0; k--)
                fraction = k / 2.0 / (Math.Abs(x) + fraction);
            return Math.Sign(x) * (1 - Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (Math.Abs(x) + fraction));
        }

        double sum = 0, power = x;
        for (int n = 0; n < 80; n++)
        {
            sum += power / (2 * n + 1);
            power *= -x * x / (n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    static double Normal(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    static double Mish(double x) => x * Math.Tanh(Softplus(x));

    static double MishSlope(double x)
    {
        double t = Math.Tanh(Softplus(x));
        return t + x * (1 - t * t) * Sigmoid(x);
    }

    static double Elu(double x, double alpha, double scale, double inner) => x > 0 ? scale * x : alpha * Expm1(x * inner);

    static double EluSlope(double x, double alpha, double scale, double inner) => x > 0 ? scale : alpha * inner * Math.Exp(x * inner);

    const double SeluAlpha = 1.6732632423543772848, SeluScale = 1.0507009873554804935;

    static readonly double TanhScale = Math.Sqrt(2 / Math.PI);

    static double TanhGelu(double x) => 0.5 * x * (1 + Math.Tanh(TanhScale * (x + 0.044715 * x * x * x)));

    static double TanhGeluSlope(double x)
    {
        double t = Math.Tanh(TanhScale * (x + 0.044715 * x * x * x));
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * TanhScale * (1 + 3 * 0.044715 * x * x);
    }

    static Dictionary<string, Rule> Elementwise => new()
    {
        ["exp"] = static (_, x) => Exponential(x[0]),
        ["expm1"] = Function(Expm1, Math.Exp),
        ["log"] = Function(Math.Log, static x => 1 / x),
        ["log1p"] = Function(Log1p, static x => 1 / (1 + x)),
        ["log2"] = Function(Math.Log2, static x => 1 / (x * Math.Log(2))),
        ["log10"] = Function(Math.Log10, static x => 1 / (x * Math.Log(10))),
        ["sqrt"] = static (_, x) => x[0].Sqrt(),
        ["rsqrt"] = static (_, x) => 1 / x[0].Sqrt(),
        ["reciprocal"] = static (_, x) => 1 / x[0],
        ["square"] = static (_, x) => x[0].Square(),
        ["sin"] = Function(Math.Sin, Math.Cos, static x => 1 + Math.Abs(x)),
        ["cos"] = Function(Math.Cos, static x => -Math.Sin(x), static x => 1 + Math.Abs(x)),
        ["tan"] = Function(Math.Tan, static x => 1 / (Math.Cos(x) * Math.Cos(x)), static x => (1 + Math.Abs(x)) / (Math.Cos(x) * Math.Cos(x))),
        ["sinh"] = Function(Math.Sinh, Math.Cosh),
        ["cosh"] = Function(Math.Cosh, Math.Sinh, Math.Cosh),
        ["asin"] = Function(Math.Asin, static x => 1 / Math.Sqrt((1 - x) * (1 + x))),
        ["acos"] = Function(Math.Acos, static x => -1 / Math.Sqrt((1 - x) * (1 + x)), static x => 1 / Math.Sqrt((1 - x) * (1 + x))),
        ["atan"] = Function(Math.Atan, static x => 1 / (1 + x * x)),
        ["asinh"] = Function(Math.Asinh, static x => 1 / Math.Sqrt(x * x + 1)),
        ["acosh"] = Function(Math.Acosh, static x => 1 / Math.Sqrt((x - 1) * (x + 1))),
        ["atanh"] = Function(Math.Atanh, static x => 1 / ((1 - x) * (1 + x))),
        ["erf"] = Function(Erf, static x => 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x), static _ => 1),
        ["tanh"] = Function(Math.Tanh, static x => 1 - Math.Tanh(x) * Math.Tanh(x), static _ => 1),
        ["sigmoid"] = Function(Sigmoid, static x => Sigmoid(x) * Sigmoid(-x), static _ => 1),
        ["silu"] = Function(static x => x * Sigmoid(x), static x => Sigmoid(x) * (1 + x * Sigmoid(-x)), Math.Abs),
        ["gelu"] = static (node, x) => node.Get<bool>("tanh")
            ? Apply(x[0], TanhGelu, TanhGeluSlope, Math.Abs)
            : Apply(x[0], static v => v * 0.5 * (1 + Erf(v / Math.Sqrt(2))), static v => 0.5 * (1 + Erf(v / Math.Sqrt(2))) + v * Normal(v), Math.Abs),
        ["mish"] = Function(Mish, MishSlope, Math.Abs),
        ["softplus"] = Pieces(
            static node => [Attribute(node, "threshold") / Attribute(node, "beta")],
            static (node, x) => Attribute(node, "beta") * x > Attribute(node, "threshold") ? x
                : Softplus(Attribute(node, "beta") * x) / Attribute(node, "beta"),
            static (node, x) => Attribute(node, "beta") * x > Attribute(node, "threshold") ? 1 : Sigmoid(Attribute(node, "beta") * x), smooth: true),
        ["log_sigmoid"] = Function(static x => -Softplus(-x), static x => Sigmoid(-x), static _ => 1),
        ["softsign"] = Function(static x => x / (1 + Math.Abs(x)), static x => 1 / ((1 + Math.Abs(x)) * (1 + Math.Abs(x)))),
        ["tanhshrink"] = Function(static x => x - Math.Tanh(x), static x => Math.Tanh(x) * Math.Tanh(x), static x => 1 + Math.Abs(x)),
        ["relu"] = Pieces(static _ => [0], static (_, x) => Math.Max(x, 0), static (_, x) => x > 0 ? 1 : 0),
        ["leaky_relu"] = Pieces(static _ => [0], static (node, x) => x > 0 ? x : Attribute(node, "negative_slope") * x,
            static (node, x) => x > 0 ? 1 : Attribute(node, "negative_slope")),
        ["relu6"] = Pieces(static _ => [0, 6], static (_, x) => Math.Clamp(x, 0, 6), static (_, x) => x is > 0 and < 6 ? 1 : 0),
        ["hardtanh"] = Pieces(static node => [Attribute(node, "min"), Attribute(node, "max")],
            static (node, x) => Math.Clamp(x, Attribute(node, "min"), Attribute(node, "max")),
            static (node, x) => x > Attribute(node, "min") && x < Attribute(node, "max") ? 1 : 0),
        ["clamp"] = Pieces(static node => [Attribute(node, "min"), Attribute(node, "max")],
            static (node, x) => Math.Min(Math.Max(x, Attribute(node, "min")), Attribute(node, "max")),
            static (node, x) => x >= Attribute(node, "min") && x <= Attribute(node, "max") ? 1 : 0),
        ["hardsigmoid"] = Pieces(static _ => [-3, 3], static (_, x) => Math.Clamp(x / 6 + 0.5, 0, 1), static (_, x) => x is > -3 and < 3 ? 1 / 6.0 : 0,
            smooth: true),
        ["hardswish"] = Pieces(static _ => [-3, 3], static (_, x) => x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6,
            static (_, x) => x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6, smooth: true),
        ["elu"] = Pieces(static _ => [0], static (node, x) => Elu(x, Attribute(node, "alpha"), 1, 1),
            static (node, x) => EluSlope(x, Attribute(node, "alpha"), 1, 1), smooth: true),
        ["celu"] = Pieces(static _ => [0], static (node, x) => Elu(x, Attribute(node, "alpha"), 1, 1 / Attribute(node, "alpha")),
            static (node, x) => EluSlope(x, Attribute(node, "alpha"), 1, 1 / Attribute(node, "alpha")), smooth: true),
        ["selu"] = Pieces(static _ => [0], static (_, x) => Elu(x, SeluAlpha * SeluScale, SeluScale, 1),
            static (_, x) => EluSlope(x, SeluAlpha * SeluScale, SeluScale, 1), smooth: true),
        ["softshrink"] = Pieces(static node => [-Attribute(node, "lambda"), Attribute(node, "lambda")],
            static (node, x) => x > Attribute(node, "lambda") ? x - Attribute(node, "lambda")
                : x < -Attribute(node, "lambda") ? x + Attribute(node, "lambda") : 0,
            static (node, x) => Math.Abs(x) > Attribute(node, "lambda") ? 1 : 0, smooth: true),
        ["hardshrink"] = Pieces(static node => [-Attribute(node, "lambda"), Attribute(node, "lambda")],
            static (node, x) => Math.Abs(x) > Attribute(node, "lambda") ? x : 0,
            static (node, x) => Math.Abs(x) > Attribute(node, "lambda") ? 1 : 0),
        ["threshold"] = Pieces(static node => [Attribute(node, "threshold")],
            static (node, x) => x > Attribute(node, "threshold") ? x : Attribute(node, "value"),
            static (node, x) => x > Attribute(node, "threshold") ? 1 : 0),
        ["abs"] = Pieces(static _ => [0], static (_, x) => Math.Abs(x), static (_, x) => Math.Sign(x)),
        ["pow_scalar"] = static (node, x) => Apply(x[0], v => Math.Pow(v, Attribute(node, "exponent")),
            v => Attribute(node, "exponent") == 0 ? 0 : Attribute(node, "exponent") * Math.Pow(v, Attribute(node, "exponent") - 1)),
        ["clamp_magnitude"] = static (_, x) => x[0].Map(
            v => Math.Clamp(v.Value, -x[1].Values[0].Value, x[1].Values[0].Value), static (_, _) => 1),
        ["sign"] = Steps(static x => Math.Sign(x), static _ => 0),
        ["floor"] = Steps(Math.Floor, static x => Math.Round(x.Value)),
        ["ceiling"] = Steps(Math.Ceiling, static x => Math.Round(x.Value)),
        ["truncate"] = Steps(Math.Truncate, static x => Math.Round(x.Value)),
        ["round"] = Steps(Math.Round, static x => Math.Floor(x.Value) + 0.5),
    };
}
