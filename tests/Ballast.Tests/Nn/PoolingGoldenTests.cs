using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Pools against PyTorch 1.13.1, computed there in double from the same floats.</summary>
public class PoolingGoldenTests
{
    static readonly JsonElement Cases = Golden.Load("pooling.json").GetProperty("cases");

    public static TheoryData<string> Names => [.. Cases.EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Output_and_gradient_are_PyTorchs(string name)
    {
        var golden = Cases.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var layer = Layer(golden);
        var x = new Parameter(Tensor.From(golden.GetProperty("input").Floats(), new Shape(golden.GetProperty("shape").Ints())));

        var y = layer.Forward(x);
        Assert.Equal(golden.GetProperty("output_shape").Ints(), y.Shape.ToArray());
        // A largest value is exact. A mean adds up to 64 values of order 1 in rows, and a gradient up to 25.
        Near.Equal(golden.GetProperty("output").Floats(), y.AsSpan(), layer is MaxPool2d ? 0 : 5e-7);
        y.Backward(Tensor.From(golden.GetProperty("cotangent").Floats(), y.Shape));
        Near.Equal(golden.GetProperty("grad_input").Floats(), x.Grad!.AsSpan(), 5e-7);
    }

    static Module Layer(JsonElement golden)
    {
        string kind = golden.GetProperty("kind").GetString()!;
        if (kind == "global")
            return new GlobalAvgPool2d();
        int kernel = golden.GetProperty("kernel").GetInt32(), padding = golden.GetProperty("padding").GetInt32();
        int? stride = golden.Find("stride")?.GetInt32();
        bool ceil = golden.GetProperty("ceil").GetBoolean();
        return kind == "max"
            ? new MaxPool2d(kernel, stride, padding, golden.GetProperty("dilation").GetInt32(), ceil)
            : new AvgPool2d(kernel, stride, padding, ceil, golden.GetProperty("count").GetBoolean());
    }
}
