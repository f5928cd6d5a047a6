using Ballast.Kernels;

namespace Ballast.Tests;

/// <summary>Gradient clipping against PyTorch's (averages.json), and on gradients that are the factors of a product.</summary>
public sealed class GradientClippingTests
{
    static Parameter[] WithGradients(params float[][] gradients) => [.. gradients.Select(static gradient =>
    {
        var parameter = new Parameter(Tensor.Zeros([gradient.Length]));
        (parameter + 0f).Backward(Tensor.From(gradient, [gradient.Length]));
        return parameter;
    })];

    [Fact]
    public void Norms_and_clipped_gradients_are_PyTorchs()
    {
        var recorded = Golden.Load("averages.json");
        foreach (var one in recorded.GetProperty("clips").EnumerateArray())
        {
            var parameters = WithGradients([.. one.GetProperty("gradients").EnumerateArray().Select(static gradient => gradient.Floats())]);
            double norm = one.GetProperty("norm").GetDouble();
            Assert.Equal(1, GradientClipping.ClipNorm(parameters, 1.5) / norm, 1e-6);
            for (int i = 0; i < parameters.Length; i++)
                Near.Equal(one.GetProperty("clipped")[i].Floats(), parameters[i].Grad!.AsSpan(), 1e-6);
        }

        var value = recorded.GetProperty("value")[0];
        var clamped = WithGradients(value.GetProperty("before").Floats());
        GradientClipping.ClipValue(clamped, 0.5f);
        Assert.Equal(value.GetProperty("after").Floats(), clamped[0].Grad!.ToArray());
    }

    // Beside a norm of 5e-6 PyTorch's 1e-6 shows.
    [Fact]
    public void Small_norms_are_clipped_as_by_PyTorch()
    {
        var parameters = WithGradients([3e-6f], [4e-6f]);
        Assert.Equal(5e-6, GradientClipping.ClipNorm(parameters, 3e-6), 1e-12);
        Assert.Equal(1.5e-6, parameters[0].Grad!.Item(), 1e-12);
        Assert.Equal(2e-6, parameters[1].Grad!.Item(), 1e-12);
    }

    // 300 x 90 weights: the gradient is kept as its factors; few and many samples take different ways.
    [Theory]
    [InlineData(7)]
    [InlineData(300)]
    public void A_gradient_of_two_factors_is_clipped_as_the_stored_one(int samples)
    {
        Parameter Gradient(bool stored)
        {
            var layer = new Linear(1100, 60, generator: new Generator(1));
            var y = layer.Forward(Draw.Data([samples, 1100], 2));
            y.Backward(Draw.Data([samples, 60], 3));
            if (stored)
                layer.Weight.ReadGradient();
            Assert.Equal(stored, layer.Weight.Gradient.Recipe is null);
            return layer.Weight;
        }

        Parameter deferred = Gradient(false), kept = Gradient(true);
        double expected = Math.Sqrt(SquareSums.Reference(kept.Grad!.AsSpan()));
        Assert.Equal(1, GradientClipping.ClipNorm([deferred], 2) / expected, 1e-9);
        GradientClipping.ClipNorm([kept], 2);
        Assert.NotNull(deferred.Gradient.Recipe);
        Assert.Equal(2, Math.Sqrt(SquareSums.Reference(deferred.Grad!.AsSpan())), 1e-5);
        Near.Equal(kept.Grad!.AsSpan(), deferred.Grad!.AsSpan(), 1e-6);
    }

    [Fact]
    public void The_norm_has_the_same_bits_for_any_number_of_threads()
    {
        int before = Compute.Threads;
        try
        {
            float[] large = Draw.Floats(300_001, 1);
            List<double> norms = [];
            foreach (int threads in new[] { 1, 2, 3 })
            {
                Compute.Threads = threads;
                var layer = new Linear(1100, 60, generator: new Generator(1));
                layer.Forward(Draw.Data([300, 1100], 2)).Backward(Draw.Data([300, 60], 3));
                norms.Add(GradientClipping.ClipNorm([.. WithGradients(large), layer.Weight], 1e9));
                Assert.Equal(SquareSums.Reference(large), SquareSums.Compute(large), 1e-9 * large.Length);
            }

            Assert.Single(norms.Distinct());
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    // Norms of clip_grad_norm_ of PyTorch 1.13.1, and the gradients it left, for a largest norm of 1.
    public static TheoryData<double, float[][], double, float[][]> OtherNorms => new()
    {
        { 0, [[3, 0, -4], [0.5f, 2]], 2, [[1.4999993f, 0, -1.9999990f], [0.24999988f, 0.9999995f]] },
        { 0, [[3, 2, -4]], 1, [[2.9999971f, 1.9999981f, -3.9999962f]] },
        { 0, [[0, 0], [0, 0]], 0, [[0, 0], [0, 0]] },
        { double.NegativeInfinity, [[3, 1, -4], [0.5f, 2]], 0.5, [[3, 1, -4], [0.5f, 2]] },
        { double.NegativeInfinity, [[3, 2, -4]], 2, [[1.4999993f, 0.9999995f, -1.9999990f]] },
        { double.NegativeInfinity, [[3, 0, -4]], 0, [[3, 0, -4]] },
        { 0.5, [[3, 0, -4], [0.5f, 2]], 34.26195526123047, [[0.08756068f, 0, -0.11674757f], [0.014593447f, 0.058373787f]] },
        { 0.25, [[3, 2, -4]], 236.00450134277344, [[0.012711622f, 0.008474414f, -0.016948828f]] },
        { -1, [[3, 1, -4], [0.5f, 2]], 0.24489794671535492, [[3, 1, -4], [0.5f, 2]] },
        { -2, [[3, 2, -4]], 1.536442518234253, [[1.9525613f, 1.3017075f, -2.6034150f]] },
        { -1, [[3, 0, -4], [0.5f, 2]], 0, [[3, 0, -4], [0.5f, 2]] },
    };

    [Theory]
    [MemberData(nameof(OtherNorms))]
    public void Norms_of_any_p_are_PyTorchs(double p, float[][] gradients, double norm, float[][] left)
    {
        var parameters = WithGradients(gradients);
        Assert.Equal(norm, GradientClipping.ClipNorm(parameters, 1, p), norm * 1e-6);
        for (int i = 0; i < left.Length; i++)
            Near.Equal(left[i], parameters[i].Grad!.AsSpan(), 1e-6, $"gradient {i}");
        Assert.Equal(0, GradientClipping.ClipNorm([], 1, p));
    }

    [Fact]
    public void A_norm_that_is_not_finite_changes_nothing()
    {
        var parameters = WithGradients([1, float.NaN], [2]);
        Assert.False(double.IsFinite(GradientClipping.ClipNorm(parameters, 1)));
        Assert.Equal([2], parameters[1].Grad!.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(0.5)]
    [InlineData(double.PositiveInfinity)]
    public void Any_norm_scales_as_its_formula_says(double p)
    {
        float[][] gradients = [Draw.Floats(7, 1), Draw.Floats(5, 2, -9, 1)];
        double[] sizes = [.. gradients.SelectMany(static each => each).Select(static value => Math.Abs((double)value))];
        double norm = double.IsInfinity(p) ? sizes.Max() : Math.Pow(sizes.Sum(size => Math.Pow(size, p)), 1 / p);
        var parameters = WithGradients(gradients);
        Assert.Equal(1, GradientClipping.ClipNorm(parameters, 1.5, p) / norm, 1e-12);
        for (int i = 0; i < gradients.Length; i++)
        {
            Near.Equal([.. gradients[i].Select(value => value * 1.5 / (norm + 1e-6))], parameters[i].Grad!.AsSpan(), 1e-6);
        }

        Assert.Equal(1, GradientClipping.ClipNorm(WithGradients(gradients), norm * 2, p) / norm, 1e-12); // and nothing else
        Assert.True(new GradientClipping(1.5, NormType: p).Apply(WithGradients(gradients)) > 1.5);
    }

    [Fact]
    public void A_norm_that_is_not_finite_is_told_where_that_is_asked_for()
    {
        foreach (double p in new[] { 1, 2, double.PositiveInfinity })
        {
            var parameters = WithGradients([1, float.NaN, 3], [2]);
            Assert.StartsWith("GradientClipping.ClipNorm: the norm of the gradients is NaN.",
                Assert.Throws<InvalidOperationException>(() => GradientClipping.ClipNorm(parameters, 1, p, errorIfNonFinite: true)).Message,
                StringComparison.Ordinal);
            Assert.Equal([2], parameters[1].Grad!.ToArray());
        }
    }

    [Fact]
    public void What_cannot_work_is_refused()
    {
        string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
        Assert.Equal("GradientClipping: expected a largest norm above 0, got 0.", Message(() => GradientClipping.ClipNorm([], 0)));
        Assert.Equal("GradientClipping: expected a largest value above 0, got -1.", Message(() => GradientClipping.ClipValue([], -1)));
        Assert.Equal("GradientClipping: expected a number as the norm's p, got NaN.", Message(() => new GradientClipping(1, NormType: double.NaN).Check()));
        Assert.Equal("GradientClipping: expected a largest norm, a largest value, or both.", Message(() => new GradientClipping().Check()));
    }
}
