using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Convolutions against PyTorch 1.13.1, computed there in double from the same floats.</summary>
public class Conv2dGoldenTests
{
    static readonly JsonElement Cases = Golden.Load("convolutions.json").GetProperty("cases");

    public static TheoryData<string> Names => [.. Cases.EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Output_and_gradients_are_PyTorchs(string name)
    {
        var golden = Cases.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        int[] shape = golden.GetProperty("shape").Ints();
        var layer = new Conv2d(
            shape[1], Int("channels"), Int("kernel"), Int("stride"), Int("padding"), Int("dilation"), Int("groups"),
            bias: golden.Find("bias") is not null);
        layer.Weight.CopyFrom(golden.GetProperty("weight").Floats());
        layer.Bias?.CopyFrom(golden.GetProperty("bias").Floats());
        var x = new Parameter(Tensor.From(golden.GetProperty("input").Floats(), new Shape(shape)));

        var y = layer.Forward(x);
        // One value is the sum of up to 306 products of order 1: a few roundings of 6e-8 each, and more of them through
        // Winograd's transforms.
        Near.Equal(golden.GetProperty("output").Floats(), y.AsSpan(), 2e-5);
        y.Backward(Tensor.From(golden.GetProperty("cotangent").Floats(), y.Shape));
        Near.Equal(golden.GetProperty("grad_input").Floats(), x.Grad!.AsSpan(), 2e-5);
        Near.Equal(golden.GetProperty("grad_weight").Floats(), layer.Weight.Grad!.AsSpan(), 2e-5);
        if (layer.Bias is { } bias)
            Near.Equal(golden.GetProperty("grad_bias").Floats(), bias.Grad!.AsSpan(), 2e-5);

        int Int(string property) => golden.GetProperty(property).GetInt32();
    }
}
