using System.Globalization;
using System.Text.Json;

namespace Ballast.Tests.Tensors;

/// <summary>Reductions, orders, scans and products against PyTorch: reductions.json.</summary>
public class ReductionGoldenTests
{
    // A few roundings a value; the norms of odd powers round their exponents too.
    const double Tolerance = 2e-6;

    static float[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(static value =>
        value.ValueKind == JsonValueKind.Number ? value.GetSingle() : Special(value.GetString()!))];

    static float Special(string text) => text switch
    {
        "inf" => float.PositiveInfinity,
        "-inf" => float.NegativeInfinity,
        _ => float.NaN,
    };

    static void Equal(float[] expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = float.IsFinite(expected[i]) ? Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i]))
                : expected[i].Equals(actual[i]);
            Assert.True(same, string.Create(CultureInfo.InvariantCulture, $"{what}: expected {expected[i]} at {i}, got {actual[i]}"));
        }
    }

    [Fact]
    public void Every_operation_gives_PyTorchs_values_positions_and_gradients()
    {
        var cases = Golden.Load("reductions.json").GetProperty("cases");
        int count = 0;
        foreach (var recorded in cases.EnumerateArray())
        {
            string name = recorded.GetProperty("name").GetString()!;
            string what = $"{name}, case {count++}";
            Parameter[] x = [.. recorded.GetProperty("inputs").EnumerateArray().Select(static input =>
                new Parameter(Tensor.From(Numbers(input.GetProperty("values")), new Shape(input.GetProperty("shape").Ints()))))];
            var (output, indices) = Run(name, x, recorded);
            Assert.Equal(new Shape(recorded.GetProperty("shape").Ints()), output.Shape);
            Equal(Numbers(recorded.GetProperty("output")), output.AsSpan(), Tolerance, what);
            if (recorded.Find("indices") is { } positions)
                Assert.Equal(positions.Longs(), indices!.AsSpan<long>().ToArray());
            output.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), output.Shape));
            for (int i = 0; i < x.Length; i++)
                Equal(Numbers(recorded.GetProperty("grads")[i]), x[i].Grad!.AsSpan(), 4 * Tolerance, $"{what}, gradient {i}");
        }

        Assert.Equal(128, count);
    }

    static (Tensor, Tensor?) Run(string name, Tensor[] x, JsonElement recorded)
    {
        int axis = recorded.Find("axis")?.GetInt32() ?? 0, k = recorded.Find("k")?.GetInt32() ?? 0;
        return name switch
        {
            "max" => x[0].Max(axis),
            "min" => x[0].Min(axis),
            "median" => x[0].Median(axis),
            "sort" => x[0].Sort(axis),
            "sort descending" => x[0].Sort(axis, descending: true),
            "topk" => x[0].TopK(k, axis),
            "kthvalue" => x[0].Kthvalue(k, axis),
            _ => (Single(name, x, axis, recorded), null),
        };
    }

    static Tensor Single(string name, Tensor[] x, int axis, JsonElement recorded) => name switch
    {
        "amax" => x[0].Amax([axis]),
        "amin" => x[0].Amin([axis]),
        "prod" => x[0].Prod([axis]),
        "var" => x[0].Var([axis]),
        "std" => x[0].Std([axis]),
        "logsumexp" => x[0].LogSumExp([axis]),
        "cumsum" => x[0].CumSum(axis),
        "cumprod" => x[0].CumProd(axis),
        "softmax" => x[0].Softmax(axis),
        "log_softmax" => x[0].LogSoftmax(axis),
        "norm" => x[0].Norm(Power(recorded.GetProperty("p")), [axis]),
        "max all" => x[0].Max(),
        "min all" => x[0].Min(),
        "median all" => x[0].Median(),
        "matmul" => x[0].MatMul(x[1]),
        "einsum" => Tensor.Einsum(recorded.GetProperty("equation").GetString()!, x),
        _ => throw new InvalidOperationException($"no operation {name}"),
    };

    static double Power(JsonElement p) => p.ValueKind == JsonValueKind.Number ? p.GetDouble() : Special(p.GetString()!);
}
