using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Linear, ReLU and the cross entropy against PyTorch: linear.json, relu.json, crossentropy.json.</summary>
public class LayerGoldenTests
{
    // Sums of up to 64 products of values of about 1, each rounded at 6e-8.
    const double Tolerance = 1e-6;

    static JsonElement.ArrayEnumerator Cases(string file) => Golden.Load(file).GetProperty("cases").EnumerateArray();

    [Fact]
    public void Linear_is_PyTorchs()
    {
        foreach (var recorded in Cases("linear.json"))
        {
            string name = recorded.GetProperty("name").GetString()!;
            int n = recorded.GetProperty("n").GetInt32();
            int inputs = recorded.GetProperty("inputs").GetInt32(), outputs = recorded.GetProperty("outputs").GetInt32();
            var layer = new Linear(inputs, outputs, bias: recorded.Find("bias") is not null);
            layer.Weight.CopyFrom(recorded.GetProperty("weight").Floats());
            layer.Bias?.CopyFrom(recorded.GetProperty("bias").Floats());
            var x = new Parameter(Tensor.From(recorded.GetProperty("input").Floats(), [n, inputs]));
            var y = layer.Forward(x);
            Near.Equal(recorded.GetProperty("output").Floats(), y.AsSpan(), Tolerance, name);
            y.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), [n, outputs]));
            Near.Equal(recorded.GetProperty("grad_input").Floats(), x.Grad!.AsSpan(), Tolerance, name);
            Near.Equal(recorded.GetProperty("grad_weight").Floats(), layer.Weight.Grad!.AsSpan(), Tolerance, name);
            if (layer.Bias is not null)
                Near.Equal(recorded.GetProperty("grad_bias").Floats(), layer.Bias.Grad!.AsSpan(), Tolerance, name);
        }
    }

    [Fact]
    public void Relu_is_PyTorchs_to_the_last_bit()
    {
        foreach (var recorded in Cases("relu.json"))
        {
            Shape shape = new(recorded.GetProperty("shape").Ints());
            var x = new Parameter(Tensor.From(recorded.GetProperty("input").Floats(), shape));
            var y = new ReLU().Forward(x);
            Assert.Equal(recorded.GetProperty("output").Floats(), y.ToArray());
            y.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), shape));
            Assert.Equal(recorded.GetProperty("grad_input").Floats(), x.Grad!.ToArray());
        }
    }

    [Theory]
    [InlineData("crossentropy.json", "cases", 30)]
    [InlineData("losses.json", "smoothed", 18)]
    public void The_cross_entropy_is_PyTorchs(string file, string list, int count)
    {
        int met = 0;
        foreach (var recorded in Golden.Load(file).GetProperty(list).EnumerateArray())
        {
            string name = recorded.GetProperty("name").GetString()!;
            var reduction = Enum.Parse<Reduction>(recorded.GetProperty("reduction").GetString()!, ignoreCase: true);
            var x = new Parameter(Tensor.From(
                recorded.GetProperty("logits").Floats(), new Shape(recorded.GetProperty("shape").Ints())));
            var lossFunction = new CrossEntropyLoss(
                reduction, recorded.GetProperty("label_smoothing").GetSingle(), recorded.Find("weight")?.Floats());
            var loss = lossFunction.Forward(x, Tensor.FromInt64(recorded.GetProperty("targets").Ints()));
            Near.Equal(recorded.GetProperty("loss").Floats(), loss.AsSpan(), Tolerance, name);
            loss.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), loss.Shape));
            Near.Equal(recorded.GetProperty("grad").Floats(), x.Grad!.AsSpan(), Tolerance, name);
            met++;
        }

        Assert.Equal(count, met);
    }
}
