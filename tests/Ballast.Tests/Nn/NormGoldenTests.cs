using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Normalization inside each sample against PyTorch: norms.json.</summary>
public class NormGoldenTests
{
    // The values are float64 ones, rounded; a few roundings of 6e-8 on values of a few units are ours. Those of inputs around
    // 1000 are exact differences, because x - mean is taken first.
    const double Tolerance = 2e-6;

    static readonly JsonElement[] Recorded = [.. Golden.Load("norms.json").GetProperty("cases").EnumerateArray()];

    public static TheoryData<string> Names => [.. Recorded.Select(Name)];

    static string Name(JsonElement recorded) => recorded.GetProperty("name").GetString()!;

    [Fact]
    public void Every_layer_is_recorded() => Assert.Equal(29, Recorded.Length);

    static Module Make(JsonElement recorded)
    {
        var arguments = recorded.GetProperty("arguments");
        var options = recorded.GetProperty("options");
        double Number(string name, double otherwise) => options.Find(name)?.GetDouble() ?? otherwise;
        bool Flag(string name, bool otherwise) => options.Find(name)?.GetBoolean() ?? otherwise;
        int first = arguments[0].ValueKind == JsonValueKind.Number ? arguments[0].GetInt32() : 0;
        double eps = Number("eps", 1e-5), momentum = Number("momentum", 0.1);
        bool affine = Flag("affine", false), track = Flag("track_running_stats", false);
        return recorded.GetProperty("layer").GetString() switch
        {
            "LayerNorm" => new LayerNorm(new Shape(arguments[0].Ints()), eps, Flag("elementwise_affine", true)),
            "GroupNorm" => new GroupNorm(first, arguments[1].GetInt32(), eps, Flag("affine", true)),
            "InstanceNorm1d" => new InstanceNorm1d(first, eps, momentum, affine, track),
            "InstanceNorm2d" => new InstanceNorm2d(first, eps, momentum, affine, track),
            "InstanceNorm3d" => new InstanceNorm3d(first, eps, momentum, affine, track),
            "LocalResponseNorm" => new LocalResponseNorm(first, Number("alpha", 1e-4), Number("beta", 0.75), Number("k", 1)),
            var other => throw new InvalidOperationException($"no layer {other}"),
        };
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_step_is_PyTorchs(string name)
    {
        var recorded = Recorded.Single(one => Name(one) == name);
        var layer = Make(recorded);
        Assert.Equal(recorded.GetProperty("keys").Strings(), layer.StateDict().Keys);
        var parameters = layer.NamedParameters().ToDictionary(static entry => entry.Name, static entry => entry.Parameter);
        Assert.Equal(recorded.GetProperty("parameters").EnumerateObject().Count(), parameters.Count);
        foreach (var (key, parameter) in parameters)
            parameter.CopyFrom(recorded.GetProperty("parameters").GetProperty(key).Floats());

        Shape shape = new(recorded.GetProperty("shape").Ints());
        foreach (var step in recorded.GetProperty("steps").EnumerateArray())
        {
            var x = new Parameter(Tensor.From(step.GetProperty("input").Floats(), shape));
            layer.Train(step.GetProperty("training").GetBoolean());
            layer.ZeroGrad();
            var y = layer.Forward(x);
            Assert.Equal(shape, y.Shape);
            Near.Equal(step.GetProperty("output").Floats(), y.AsSpan(), Tolerance, "output");
            y.Backward(Tensor.From(step.GetProperty("cotangent").Floats(), shape));
            Near.Equal(step.GetProperty("grad_input").Floats(), x.Grad!.AsSpan(), Tolerance, "grad_input");
            foreach (var (key, parameter) in parameters)
                Near.Equal(step.GetProperty("grads").GetProperty(key).Floats(), parameter.Grad!.AsSpan(), Tolerance, key);
            var state = layer.StateDict();
            foreach (var running in step.GetProperty("running").EnumerateObject())
                Near.Equal(running.Value.Floats(), state[running.Name].Tensor.AsSpan(), Tolerance, running.Name);
        }
    }
}
