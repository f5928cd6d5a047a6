using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Layers one behind another, where recipes pass between them, against PyTorch in double: chains.json. Reading every
/// activation on the way, which computes each recipe, must change nothing but rounding.</summary>
public class ChainGoldenTests
{
    static readonly JsonElement Cases = Golden.Load("chains.json").GetProperty("cases");

    public static TheoryData<string, bool> Names
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var chain in Cases.EnumerateArray())
            {
                data.Add(chain.GetProperty("name").GetString()!, false);
                data.Add(chain.GetProperty("name").GetString()!, true);
            }

            return data;
        }
    }

    static Conv2d Conv(int inputs, int outputs, int stride = 1) => new(inputs, outputs, 3, stride, 1, bias: false);

    static Module[] Layers(string name) => name switch
    {
        "conv bn relu conv bn relu" =>
            [Conv(3, 16), new BatchNorm2d(16), new ReLU(), Conv(16, 16), new BatchNorm2d(16), new ReLU()],
        "conv bn conv bn" => [Conv(16, 16), new BatchNorm2d(16), Conv(16, 16), new BatchNorm2d(16)],
        "conv bn relu maxpool conv" => [Conv(3, 16), new BatchNorm2d(16), new ReLU(), new MaxPool2d(2), Conv(16, 16)],
        "conv bn relu overlapping maxpool conv" =>
            [Conv(3, 5), new BatchNorm2d(5), new ReLU(), new MaxPool2d(3, 2, 1), Conv(5, 4)],
        "conv bn maxpool" => [Conv(3, 5), new BatchNorm2d(5), new MaxPool2d(2)],
        "conv bn relu avgpool conv stride 2" =>
            [Conv(3, 5), new BatchNorm2d(5), new ReLU(), new AvgPool2d(2), Conv(5, 4, 2)],
        "residual with a shortcut" =>
            [Conv(16, 16), new BatchNorm2d(16), new ReLU(), new Residual(
                new Sequential(Conv(16, 16), new BatchNorm2d(16), new ReLU(), Conv(16, 16), new BatchNorm2d(16)), null),
                Conv(16, 16)],
        "residual with a strided shortcut" =>
            [Conv(16, 16), new BatchNorm2d(16), new ReLU(), new Residual(
                new Sequential(Conv(16, 8, 2), new BatchNorm2d(8), new ReLU(), Conv(8, 8), new BatchNorm2d(8)),
                new Sequential(new Conv2d(16, 8, 1, 2, bias: false), new BatchNorm2d(8)))],
        _ => throw new ArgumentException(name),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_gradients_and_statistics_are_PyTorchs(string name, bool readAll)
    {
        var golden = Cases.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var net = new Sequential(Layers(name));
        foreach (var (key, parameter) in net.NamedParameters())
            parameter.CopyFrom(golden.GetProperty("parameters").GetProperty(key).GetProperty("values").Floats());
        var x = new Parameter(Tensor.From(golden.GetProperty("input").Floats(), new Shape(golden.GetProperty("shape").Ints())));

        Tensor y = x;
        foreach (var layer in net)
        {
            y = layer.Forward(y);
            if (readAll)
                y.AsSpan();
        }

        // Winograd's transforms round at up to 1e-5 of the largest value, and a normalization behind them divides by a small
        // deviation; gradients go through several of both.
        Near.Equal(golden.GetProperty("output").Floats(), y.AsSpan(), 2e-5, "output");
        y.Backward(Tensor.From(golden.GetProperty("cotangent").Floats(), y.Shape));
        Near.Equal(golden.GetProperty("grad_input").Floats(), x.Grad!.AsSpan(), 1e-4, "gradient of the input");
        foreach (var (key, parameter) in net.NamedParameters())
        {
            Near.Equal(golden.GetProperty("parameters").GetProperty(key).GetProperty("grad").Floats(), parameter.Grad!.AsSpan(),
                1e-4, key);
        }

        foreach (var (key, values) in net.StateDict().Where(entry => entry.Key.Contains("running", StringComparison.Ordinal)))
            Near.Equal(golden.GetProperty("buffers").GetProperty(key).Floats(), values.Tensor.AsSpan(), 2e-5, key);
    }

    sealed class Residual : Module
    {
        readonly Sequential inside;
        readonly Sequential? shortcut;
        readonly ReLU relu = new();

        public Residual(Sequential inside, Sequential? shortcut)
        {
            this.inside = Register("inside", inside);
            this.shortcut = shortcut is null ? null : Register("shortcut", shortcut);
        }

        public override Tensor Forward(Tensor input) =>
            relu.Forward(inside.Forward(input) + (shortcut is null ? input : shortcut.Forward(input)));
    }
}
