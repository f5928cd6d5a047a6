using System.Text.Json;

namespace Ballast.Tests.Tensors;

/// <summary>Single operations against PyTorch: operations.json.</summary>
public class OperationGoldenTests
{
    // One rounding a value, or a sum of up to 17 products.
    const double Tolerance = 5e-7;

    static readonly JsonElement[] Recorded =
        [.. Golden.Load("operations.json").GetProperty("cases").EnumerateArray().Where(IsOurs)];

    static string Name(JsonElement recorded) => recorded.GetProperty("op").GetString()!;

    // Sums over one axis, and operations that Ballast has not.
    static bool IsOurs(JsonElement recorded) =>
        Name(recorded) is not ("tanh" or "sigmoid" or "square" or "abs" or "reciprocal" or "log_softmax")
        && (Name(recorded) == "softmax" || recorded.Find("axis") is null);

    [Fact]
    public void Every_operation_gives_PyTorchs_values_and_gradients()
    {
        foreach (var recorded in Recorded)
        {
            string name = recorded.GetProperty("name").GetString()!;
            Parameter[] inputs = [.. recorded.GetProperty("inputs").EnumerateArray().Select(static input =>
                new Parameter(Tensor.From(input.GetProperty("values").Floats(), new Shape(input.GetProperty("shape").Ints()))))];
            Shape shape = new(recorded.GetProperty("shape").Ints());
            var output = Run(Name(recorded), inputs, shape);
            Assert.Equal(shape, output.Shape);
            Near.Equal(recorded.GetProperty("output").Floats(), output.AsSpan(), Tolerance, name);
            if (!output.RequiresGrad)
                continue;
            output.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), shape));
            var grads = recorded.GetProperty("grads");
            for (int i = 0; i < inputs.Length; i++)
                Near.Equal(grads[i].Floats(), inputs[i].Grad!.AsSpan(), 4 * Tolerance, $"{name}, gradient {i}");
        }

        Assert.Equal(41, Recorded.Length);
    }

    static Tensor Run(string name, Parameter[] x, Shape shape) => name switch
    {
        "add" => x[0] + x[1],
        "sub" => x[0] - x[1],
        "mul" => x[0] * x[1],
        "div" => x[0] / x[1],
        "neg" => -x[0],
        "exp" => x[0].Exp(),
        "log" => x[0].Log(),
        "sqrt" => x[0].Sqrt(),
        "relu" => x[0].Relu(),
        "matmul" => x[0].MatMul(x[1]),
        "transpose" => x[0].Transpose(),
        "reshape" => x[0].Reshape(shape),
        "sum" => x[0].Sum(),
        "mean" => x[0].Mean(),
        "softmax" => x[0].Softmax(),
        _ => throw new InvalidOperationException($"no operation {name}"),
    };
}
