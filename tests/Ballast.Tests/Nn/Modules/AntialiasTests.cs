using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Interpolation of all values that a result covers against PyTorch, antialias.json.</summary>
public class AntialiasTests
{
    [Fact]
    public void It_is_PyTorchs()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("antialias.json").GetProperty("cases").EnumerateArray())
        {
            var x = new Parameter(Tensor.From(recorded.GetProperty("x").Floats(), new Shape(recorded.GetProperty("shape").Ints())));
            PerAxis? size = recorded.Find("size") is { } sizes ? (sizes[0].GetInt32(), sizes[1].GetInt32()) : null;
            ScaleFactors? factors = recorded.Find("factors") is { } given ? (given[0].GetDouble(), given[1].GetDouble()) : null;
            var mode = recorded.GetProperty("mode").GetString() == "bilinear" ? InterpolateMode.Bilinear : InterpolateMode.Bicubic;
            bool? align = recorded.Find("align") is { ValueKind: JsonValueKind.True } ? true : null;
            var y = Functional.Interpolate(x, size, factors, mode, align, recorded.GetProperty("recompute").GetBoolean(), antialias: true);
            Assert.Equal(recorded.GetProperty("result_shape").Ints(), y.Shape.ToArray());
            Near.Equal(recorded.GetProperty("y").Floats(), y.AsSpan(), 2e-6, $"{met}, result");
            y.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), y.Shape));
            Near.Equal(recorded.GetProperty("grad").Floats(), x.Grad!.AsSpan(), 2e-6, $"{met}, gradient");
            met++;
        }

        Assert.Equal(18, met);
    }

    [Fact]
    public void Stripes_narrower_than_a_result_become_grey_and_other_modes_refuse()
    {
        // Columns 0, 1, 0, 1 ...: the two values around a place may both be 1, all that a result covers are 1/2 in the mean.
        var stripes = Tensor.From([.. Enumerable.Range(0, 64).Select(static i => (float)(i % 2))], [1, 1, 1, 64]).Expand([1, 1, 4, 64]);
        var fine = Functional.Interpolate(stripes, (4, 13), mode: InterpolateMode.Bilinear, antialias: true);
        Assert.All(fine.AsSpan().ToArray(), static value => Assert.InRange(value, 0.4f, 0.6f));
        Assert.Contains(Functional.Interpolate(stripes, (4, 13), mode: InterpolateMode.Bilinear).AsSpan().ToArray(), static value => value < 0.2f);
        Assert.Contains("antialias is of Bilinear and Bicubic, got Nearest", Assert.Throws<ArgumentException>(
            () => Functional.Interpolate(stripes, (4, 13), antialias: true)).Message, StringComparison.Ordinal);
    }
}
