namespace Ballast.Tests.Plain;

/// <summary>Functions of one element on the default backend against their plain meaning.</summary>
public class PlainOperationTests : BackendComparison
{
    static readonly (string Name, Func<Tensor, Tensor> Of, float From, float To)[] Functions =
    [
        ("exp", static x => x.Exp(), -3, 3),
        ("expm1", static x => x.Expm1(), -3, 3),
        ("log", static x => x.Log(), 0.1f, 5),
        ("log1p", static x => x.Log1p(), -0.5f, 5),
        ("log2", static x => x.Log2(), 0.1f, 5),
        ("log10", static x => x.Log10(), 0.1f, 5),
        ("sqrt", static x => x.Sqrt(), 0.1f, 5),
        ("rsqrt", static x => x.Rsqrt(), 0.1f, 5),
        ("reciprocal", static x => x.Reciprocal(), 0.1f, 5),
        ("square", static x => x.Square(), -3, 3),
        ("sin", static x => x.Sin(), -6, 6),
        ("cos", static x => x.Cos(), -6, 6),
        ("tan", static x => x.Tan(), -1, 1),
        ("sinh", static x => x.Sinh(), -4, 4),
        ("cosh", static x => x.Cosh(), -4, 4),
        ("asin", static x => x.Asin(), -0.9f, 0.9f),
        ("acos", static x => x.Acos(), -0.9f, 0.9f),
        ("atan", static x => x.Atan(), -4, 4),
        ("asinh", static x => x.Asinh(), -4, 4),
        ("acosh", static x => x.Acosh(), 1.1f, 5),
        ("atanh", static x => x.Atanh(), -0.9f, 0.9f),
        ("logit", static x => x.Logit(), 0.1f, 0.9f),
        ("erf", static x => x.Erf(), -4, 4),
        ("tanh", static x => x.Tanh(), -5, 5),
        ("sigmoid", static x => x.Sigmoid(), -9, 9),
        ("silu", static x => x.Silu(), -9, 9),
        ("gelu", static x => x.Gelu(), -5, 5),
        ("gelu by tanh", static x => x.Gelu(GeluApproximation.Tanh), -5, 5),
        ("mish", static x => x.Mish(), -9, 9),
        ("softplus", static x => x.Softplus(2, 6), -5, 5),
        ("log sigmoid", static x => x.LogSigmoid(), -9, 9),
        ("softsign", static x => x.Softsign(), -9, 9),
        ("tanhshrink", static x => x.Tanhshrink(), -4, 4),
        ("relu", static x => x.Relu(), -4, 4),
        ("leaky relu", static x => x.LeakyRelu(0.1), -4, 4),
        ("relu6", static x => x.Relu6(), -4, 9),
        ("hardtanh", static x => x.Hardtanh(-1, 2), -4, 4),
        ("clamp", static x => x.Clamp(-1, 2), -4, 4),
        ("hardsigmoid", static x => x.Hardsigmoid(), -4, 4),
        ("hardswish", static x => x.Hardswish(), -4, 4),
        ("elu", static x => x.Elu(0.7), -4, 4),
        ("celu", static x => x.Celu(0.7), -4, 4),
        ("selu", static x => x.Selu(), -4, 4),
        ("softshrink", static x => x.Softshrink(0.7), -4, 4),
        ("hardshrink", static x => x.Hardshrink(0.7), -4, 4),
        ("threshold", static x => x.Threshold(0.7, -2), -4, 4),
        ("abs", static x => x.Abs(), -4, 4),
        ("pow", static x => x.Pow(1.7), 0.1f, 4),
        ("sign", static x => x.Sign(), -4, 4),
        ("floor", static x => x.Floor(), -4, 4),
        ("ceiling", static x => x.Ceiling(), -4, 4),
        ("truncate", static x => x.Truncate(), -4, 4),
        ("round", static x => x.Round(), -4, 4),
    ];

    [Fact]
    public void Functions_of_one_element()
    {
        foreach (var (name, of, from, to) in Functions)
        {
            var x = Tensor.From(Draw.Floats(3 * 50 * 7, 1, from, to), [3, 50, 7]);
            Check(name, t => of(t[0]), x);
            Check($"{name} of a permuted tensor", t => of(t[0].Permute(2, 0, 1)[.., 1..]), x);
        }

        Conclude();
    }
}
