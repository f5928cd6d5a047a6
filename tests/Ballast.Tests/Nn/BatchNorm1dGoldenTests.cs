using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Batch normalization against PyTorch in every mode: batchnorm.json.</summary>
public class BatchNorm1dGoldenTests
{
    // A float32 kernel's roundings, a few of 6e-8 each, on values of a few units. The smallest fault that matters, a biased
    // variance for an unbiased one, changes running_var by one part in 63 at least.
    const double Tolerance = 3e-6;

    static readonly JsonElement[] Recorded = [.. Golden.Load("batchnorm.json").GetProperty("cases").EnumerateArray()];

    public static TheoryData<string> Names => [.. Recorded.Select(Name)];

    static string Name(JsonElement recorded) => recorded.GetProperty("name").GetString()!;

    [Fact]
    public void Every_mode_is_recorded() => Assert.Equal(53, Recorded.Length);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_step_is_PyTorchs(string name)
    {
        var recorded = Recorded.Single(one => Name(one) == name);
        var layer = new BatchNorm1d(
            recorded.GetProperty("channels").GetInt32(), recorded.GetProperty("eps").GetDouble(),
            recorded.Find("momentum")?.GetDouble(), recorded.GetProperty("affine").GetBoolean(),
            recorded.GetProperty("track").GetBoolean());
        if (recorded.Find("gamma") is { } gamma)
            layer.Weight!.CopyFrom(gamma.Floats());
        if (recorded.Find("beta") is { } beta)
            layer.Bias!.CopyFrom(beta.Floats());
        Assert.Equal(recorded.GetProperty("affine").GetBoolean(), layer.Weight is not null);

        foreach (var step in recorded.GetProperty("steps").EnumerateArray())
            Check(layer, step);
    }

    static void Check(BatchNorm1d layer, JsonElement step)
    {
        Shape shape = new(step.GetProperty("shape").Ints());
        var x = new Parameter(Tensor.From(step.GetProperty("input").Floats(), shape));
        layer.Train(step.GetProperty("training").GetBoolean());
        layer.ZeroGrad();
        var y = layer.Forward(x);
        Near.Equal(step.GetProperty("output").Floats(), y.AsSpan(), Tolerance, "output");
        y.Backward(Tensor.From(step.GetProperty("cotangent").Floats(), shape));
        Same(step, "grad_input", x.Grad);
        Same(step, "grad_gamma", layer.Weight?.Grad);
        Same(step, "grad_beta", layer.Bias?.Grad);
        Same(step, "running_mean", layer.RunningMean);
        Same(step, "running_var", layer.RunningVar);
        if (step.Find("num_batches_tracked") is { } tracked)
            Assert.Equal(tracked.GetInt64(), layer.NumBatchesTracked);
    }

    static void Same(JsonElement step, string name, Tensor? actual)
    {
        Assert.Equal(step.Find(name) is null, actual is null);
        if (actual is not null)
            Near.Equal(step.GetProperty(name).Floats(), actual.AsSpan(), Tolerance, name);
    }
}
