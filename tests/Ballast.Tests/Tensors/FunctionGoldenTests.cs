using System.Globalization;
using System.Text.Json;

namespace Ballast.Tests.Tensors;

/// <summary>Functions of single values and of pairs against PyTorch's, values and gradients, also where they bend and end.</summary>
public class FunctionGoldenTests
{
    // Goldens are of double arithmetic: an exponential, a logarithm and a few roundings of 6e-8.
    const double Tolerance = 2e-6;

    static Func<Tensor, Tensor> Single(string name) => name switch
    {
        "Abs" => static x => x.Abs(),
        "Sign" => static x => x.Sign(),
        "Square" => static x => x.Square(),
        "Expm1" => static x => x.Expm1(),
        "Log1p" => static x => x.Log1p(),
        "Log2" => static x => x.Log2(),
        "Log10" => static x => x.Log10(),
        "Sin" => static x => x.Sin(),
        "Cos" => static x => x.Cos(),
        "Tan" => static x => x.Tan(),
        "Floor" => static x => x.Floor(),
        "Ceiling" => static x => x.Ceiling(),
        "Round" => static x => x.Round(),
        "Truncate" => static x => x.Truncate(),
        "Reciprocal" => static x => x.Reciprocal(),
        "Rsqrt" => static x => x.Rsqrt(),
        "Clamp" => static x => x.Clamp(-1, 2.5),
        "Clamp min" => static x => x.Clamp(min: 0.5),
        "Clamp crossed" => static x => x.Clamp(1, -1),
        "Softplus" => static x => x.Softplus(),
        "Softplus 3 2" => static x => x.Softplus(3, 2),
        "Elu" => static x => x.Elu(),
        "Elu 0.3" => static x => x.Elu(0.3),
        "Selu" => static x => x.Selu(),
        "Celu 2" => static x => x.Celu(2),
        "Relu6" => static x => x.Relu6(),
        "Hardtanh" => static x => x.Hardtanh(),
        "Hardsigmoid" => static x => x.Hardsigmoid(),
        "Hardswish" => static x => x.Hardswish(),
        "Mish" => static x => x.Mish(),
        "Softsign" => static x => x.Softsign(),
        "LogSigmoid" => static x => x.LogSigmoid(),
        "Tanhshrink" => static x => x.Tanhshrink(),
        "Softshrink" => static x => x.Softshrink(),
        "Hardshrink" => static x => x.Hardshrink(),
        "Threshold" => static x => x.Threshold(0.5, -7),
        "LeakyRelu" => static x => x.LeakyRelu(),
        "Sinh" => static x => x.Sinh(),
        "Cosh" => static x => x.Cosh(),
        "Asin" => static x => x.Asin(),
        "Acos" => static x => x.Acos(),
        "Atan" => static x => x.Atan(),
        "Asinh" => static x => x.Asinh(),
        "Acosh" => static x => x.Acosh(),
        "Atanh" => static x => x.Atanh(),
        "Asinh far" => static x => (x * 1e15).Asinh(),
        "Logit" => static x => x.Logit(),
        "Logit 0.2" => static x => x.Logit(0.2),
        _ => x => x.Pow(double.Parse(name[4..], CultureInfo.InvariantCulture)),
    };

    // Where slopes are not compared: behind what is not a number PyTorch's depend on its registers; and it multiplies infinity by 0, or
    // divides it by infinity, where Ballast has the limit. A logit outside of 0 to 1 is no number.
    static bool Differs(string name, float point) => float.IsNaN(point) || (name is "Mish" or "Softsign" && float.IsInfinity(point))
        || (name == "Logit" && point is < 0 or > 1);

    static float[] Numbers(JsonElement text) => [.. text.GetString()!.Split(' ').Select(static word => word switch
    {
        "nan" => float.NaN,
        "inf" => float.PositiveInfinity,
        "-inf" => float.NegativeInfinity,
        _ => float.Parse(word, CultureInfo.InvariantCulture),
    })];

    readonly List<string> faults = [];

    void Close(float[] expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool close = float.IsFinite(expected[i])
                ? Math.Abs((double)expected[i] - actual[i]) <= Tolerance * Math.Max(Math.Abs(expected[i]), 0.1)
                : expected[i].Equals(actual[i]);
            if (!close)
                faults.Add($"{what}: expected {expected[i]:R} at {i}, got {actual[i]:R}.");
        }
    }

    [Fact]
    public void Functions_of_single_values_are_PyTorchs()
    {
        foreach (var golden in Golden.Load("functions.json").GetProperty("cases").EnumerateArray())
        {
            string name = golden.GetProperty("name").GetString()!;
            var function = Single(name);
            float[] input = golden.GetProperty("input").Floats();
            Parameter x = new(Tensor.From(input, [input.Length]));
            var y = function(x);
            Close(golden.GetProperty("output").Floats(), y.AsSpan(), name);
            y.Backward(Tensor.From(golden.GetProperty("cotangent").Floats(), y.Shape));
            Close(golden.GetProperty("grad_input").Floats(), x.Grad!.AsSpan(), $"gradient of {name}");

            float[] points = Numbers(golden.GetProperty("points")), slopes = Numbers(golden.GetProperty("slopes"));
            Parameter p = new(Tensor.From(points, [points.Length]));
            var ends = function(p);
            Close(Numbers(golden.GetProperty("at_points")), ends.AsSpan(), $"{name} at {golden.GetProperty("points")}");
            ends.Backward(Tensor.Ones(ends.Shape));
            float[] got = p.Grad!.ToArray();
            for (int i = 0; i < points.Length; i++)
                got[i] = Differs(name, points[i]) ? slopes[i] : got[i];
            Close(slopes, got, $"slope of {name} at {golden.GetProperty("points")}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    static Func<Tensor, Tensor, Tensor> Pair(string name) => name switch
    {
        "Maximum" => static (x, y) => x.Maximum(y),
        "Minimum" => static (x, y) => x.Minimum(y),
        "Pow" => static (x, y) => x.Pow(y),
        "Atan2" => static (x, y) => x.Atan2(y),
        _ => static (x, y) => x.Remainder(y),
    };

    [Fact]
    public void Functions_of_pairs_are_PyTorchs()
    {
        foreach (var golden in Golden.Load("functions.json").GetProperty("pairs").EnumerateArray())
        {
            string name = golden.GetProperty("name").GetString()!;
            var function = Pair(name);
            float[] left = golden.GetProperty("left").Floats(), right = golden.GetProperty("right").Floats();
            Parameter x = new(Tensor.From(left, [left.Length])), y = new(Tensor.From(right, [right.Length]));
            var result = function(x, y);
            Close(golden.GetProperty("output").Floats(), result.AsSpan(), name);
            result.Backward(Tensor.From(golden.GetProperty("cotangent").Floats(), result.Shape));
            Close(golden.GetProperty("grad_left").Floats(), x.Grad!.AsSpan(), $"left gradient of {name}");
            Close(golden.GetProperty("grad_right").Floats(), y.Grad!.AsSpan(), $"right gradient of {name}");

            float[] points = Numbers(golden.GetProperty("points"));
            Parameter p = new(Tensor.From(points, [points.Length, 1]).Expand(-1, points.Length).Clone());
            Parameter q = new(Tensor.From(points, [points.Length]).Expand(points.Length, -1).Clone());
            var ends = function(p, q);
            Close(Numbers(golden.GetProperty("at_points")), ends.ToArray(), $"{name} at points");
            ends.Backward(Tensor.Ones(ends.Shape));
            float[] slopes = Numbers(golden.GetProperty("slopes_left")), others = Numbers(golden.GetProperty("slopes_right"));
            float[] got = p.Grad!.ToArray(), gotOthers = q.Grad!.ToArray();
            for (int i = 0; i < slopes.Length; i++)
            {
                float a = points[i / points.Length], b = points[i % points.Length];
                bool finite = float.IsFinite(a) && float.IsFinite(b);
                got[i] = finite ? got[i] : slopes[i];
                gotOthers[i] = finite ? gotOthers[i] : others[i];
            }

            Close(slopes, got, $"left slopes of {name}");
            Close(others, gotOthers, $"right slopes of {name}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData(1e-6f)]
    [InlineData(0.01f)]
    [InlineData(19.99f)]
    [InlineData(20.01f)]
    [InlineData(89f)]
    public void Hyperbolic_functions_have_all_digits_from_small_values_to_the_largest(float x)
    {
        static void Same(double expected, Tensor y) => Assert.Equal(1, y.Item() / expected, 4e-7);
        var at = Tensor.From([x], []);
        Same(Math.Sinh(x), at.Sinh());
        Same(-Math.Sinh(x), (-at).Sinh());
        Same(Math.Cosh(x), (-at).Cosh());
        Same(Math.Asinh(x), at.Asinh());
        Same(-Math.Asinh(x * 1e3), (at * -1e3).Asinh());
        Same(Math.Acosh((double)(1 + x)), (at + 1).Acosh());
        Same(Math.Acosh((double)(x * 1e4f + 1)), (at * 1e4 + 1).Acosh());
        Same(Math.Atan(x), at.Atan());
        if (x < 1)
            Same(Math.Atanh(x), at.Atanh());
    }
}
