namespace Ballast.Tests;

/// <summary>The modules of activations, and weight and spectral normalization, against PyTorch's.</summary>
public class ActivationModuleTests : ModuleGoldens
{
    static readonly Dictionary<string, Made> Modules = new()
    {
        ["new ELU()"] = Of(static () => new ELU()),
        ["new ELU(0.7)"] = Of(static () => new ELU(0.7)),
        ["new SELU()"] = Of(static () => new SELU()),
        ["new CELU()"] = Of(static () => new CELU()),
        ["new CELU(0.7)"] = Of(static () => new CELU(0.7)),
        ["new ReLU6()"] = Of(static () => new ReLU6()),
        ["new Hardtanh()"] = Of(static () => new Hardtanh()),
        ["new Hardtanh(-0.5, 2)"] = Of(static () => new Hardtanh(-0.5, 2)),
        ["new Hardtanh(1, -1)"] = Of(static () => new Hardtanh(1, -1)),
        ["new Hardshrink()"] = Of(static () => new Hardshrink()),
        ["new Hardshrink(0.75)"] = Of(static () => new Hardshrink(0.75)),
        ["new Hardsigmoid()"] = Of(static () => new Hardsigmoid()),
        ["new Hardswish()"] = Of(static () => new Hardswish()),
        ["new LogSigmoid()"] = Of(static () => new LogSigmoid()),
        ["new Mish()"] = Of(static () => new Mish()),
        ["new Softplus()"] = Of(static () => new Softplus()),
        ["new Softplus(2, 1)"] = Of(static () => new Softplus(2, 1)),
        ["new Softshrink()"] = Of(static () => new Softshrink()),
        ["new Softshrink(0.75)"] = Of(static () => new Softshrink(0.75)),
        ["new Softshrink(-1)"] = Of(static () => new Softshrink(-1)),
        ["new Softsign()"] = Of(static () => new Softsign()),
        ["new Tanhshrink()"] = Of(static () => new Tanhshrink()),
        ["new Threshold(0.375, -2)"] = Of(static () => new Threshold(0.375, -2)),
        ["new GELU(GeluApproximation.Tanh)"] = Of(static () => new GELU(GeluApproximation.Tanh)),
        ["new PReLU()"] = Of(static () => new PReLU()),
        ["new PReLU(4, 0.1)"] = Of(static () => new PReLU(4, 0.1)),
        ["new PReLU(5)"] = Of(static () => new PReLU(5)),
        ["new PReLU(3)"] = Of(static () => new PReLU(3)),
        ["new GLU(1)"] = Of(static () => new GLU(1)),
        ["new GLU(-2)"] = Of(static () => new GLU(-2)),
        ["new GLU(3)"] = Of(static () => new GLU(3)),
        ["new Softmin(2)"] = Of(static () => new Softmin(2)),
        ["new Softmin()"] = Of(static () => new Softmin()),
        ["new Softmax(1)"] = Of(static () => new Softmax(1)),
        ["new Softmax(3)"] = Of(static () => new Softmax(3)),
        ["new Softmax()"] = Of(static () => new Softmax()),
        ["new LogSoftmax(-1)"] = Of(static () => new LogSoftmax(-1)),
        ["new LogSoftmax()"] = Of(static () => new LogSoftmax()),
        ["new Softmax2d()"] = Of(static () => new Softmax2d()),
        ["new RReLU()"] = Of(static () => new RReLU()),
        ["new RReLU(0.1, 0.9)"] = Of(static () => new RReLU(0.1, 0.9)),
        ["GumbelSoftmax(x)"] = Called(static x => Functional.GumbelSoftmax(x[0])),
        ["GumbelSoftmax(x, 0.5, true)"] = Called(static x => Functional.GumbelSoftmax(x[0], 0.5, true)),
        ["GumbelSoftmax(x, 2, false, 0)"] = Called(static x => Functional.GumbelSoftmax(x[0], 2, false, 0)),
        ["new WeightNorm(new Linear(4, 3))"] = Of(static () => new WeightNorm(new Linear(4, 3))),
        ["new WeightNorm(new Linear(4, 3), 1)"] = Of(static () => new WeightNorm(new Linear(4, 3), 1)),
        ["new WeightNorm(new Linear(4, 3), null)"] = Of(static () => new WeightNorm(new Linear(4, 3), null)),
        ["new WeightNorm(new Linear(4, 3, bias: false))"] = Of(static () => new WeightNorm(new Linear(4, 3, bias: false))),
        ["new WeightNorm(new Linear(4, 3, bias: false), 1)"] = Of(static () => new WeightNorm(new Linear(4, 3, bias: false), 1)),
        ["new WeightNorm(new Linear(4, 3, bias: false), null)"] = Of(static () => new WeightNorm(new Linear(4, 3, bias: false), null)),
        ["new WeightNorm(new Conv2d(2, 3, 2))"] = Of(static () => new WeightNorm(new Conv2d(2, 3, 2))),
        ["new WeightNorm(new Conv2d(2, 3, 2), 1)"] = Of(static () => new WeightNorm(new Conv2d(2, 3, 2), 1)),
        ["new WeightNorm(new Conv2d(2, 3, 2), null)"] = Of(static () => new WeightNorm(new Conv2d(2, 3, 2), null)),
        ["new WeightNorm(new ReLU())"] = Of(static () => new WeightNorm(new ReLU())),
        // Its vectors are kept as floats, and each step begins with those of the one before.
        ["new SpectralNorm(new Linear(4, 3))"] = Of(static () => new SpectralNorm(new Linear(4, 3)), 3e-6),
        ["new SpectralNorm(new Linear(4, 3), 3, axis: 1)"] = Of(static () => new SpectralNorm(new Linear(4, 3), 3, axis: 1), 3e-6),
        ["new SpectralNorm(new Linear(4, 3), 0)"] = Of(static () => new SpectralNorm(new Linear(4, 3), 0)),
        ["new SpectralNorm(new Linear(4, 3, bias: false))"] = Of(static () => new SpectralNorm(new Linear(4, 3, bias: false)), 3e-6),
        ["new SpectralNorm(new Linear(4, 3, bias: false), 3, axis: 1)"] =
            Of(static () => new SpectralNorm(new Linear(4, 3, bias: false), 3, axis: 1), 3e-6),
        ["new SpectralNorm(new Conv2d(2, 3, 2))"] = Of(static () => new SpectralNorm(new Conv2d(2, 3, 2)), 3e-6),
        ["new SpectralNorm(new Conv2d(2, 3, 2), 3, axis: 1)"] = Of(static () => new SpectralNorm(new Conv2d(2, 3, 2), 3, axis: 1), 3e-6),
        ["new WeightNorm(new Bilinear(3, 4, 2))"] =
            new(static () => new WeightNorm(new Bilinear(3, 4, 2)), static (m, x) => ((WeightNorm)m).Forward(x[0], x[1])),
        ["new SpectralNorm(new Bilinear(3, 4, 2))"] =
            new(static () => new SpectralNorm(new Bilinear(3, 4, 2)), static (m, x) => ((SpectralNorm)m).Forward(x[0], x[1]), 3e-6),
        ["new WeightNorm(new Embedding(5, 3))"] =
            new(static () => new WeightNorm(new Embedding(5, 3)), static (m, x) => m.Forward(Tensor.FromInt64([0, 3, 2, 0], [2, 2])) * x[0]),
        ["new SpectralNorm(new Embedding(5, 3))"] =
            new(static () => new SpectralNorm(new Embedding(5, 3)), static (m, x) => m.Forward(Tensor.FromInt64([0, 3, 2, 0], [2, 2])) * x[0], 3e-6),
        ["new SpectralNorm(new ReLU())"] = Of(static () => new SpectralNorm(new ReLU())),
    };

    [Fact]
    public void Layers_that_no_other_weight_fits_are_refused()
    {
        Assert.Equal("SpectralNorm: Embedding(5, 3) changes its weight in place, which would be computed anew in each pass. Leave its maxNorm out.",
            Assert.Throws<ArgumentException>(static () => new SpectralNorm(new Embedding(5, 3, maxNorm: 1))).Message);
        Assert.Contains("has one input, got two", Assert.Throws<InvalidOperationException>(
            static () => new WeightNorm(new Linear(2, 3)).Forward(Tensor.Ones([1, 2]), Tensor.Ones([1, 2]))).Message, StringComparison.Ordinal);
        Assert.Contains("has two inputs", Assert.Throws<InvalidOperationException>(
            static () => new WeightNorm(new Bilinear(2, 3, 1)).Forward(Tensor.Ones([1, 2]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Activations_and_weight_normalizations_are_PyTorchs() => Check("activation-modules.json", Modules);

    [Fact]
    public void A_weight_normalization_begins_with_the_layers_output()
    {
        var layer = new Conv2d(3, 4, 3);
        var x = Draw.Data([2, 3, 5, 5], 1);
        float[] own = layer.Forward(x).ToArray();
        Near.Equal(own, new WeightNorm(layer).Forward(x).AsSpan(), 1e-6);
        Assert.Contains("expected a layer with a weight", Assert.Throws<ArgumentException>(() => new WeightNorm(new ReLU())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dynamic_tanh_and_error_function_are_their_formulas()
    {
        var x = Draw.Weights([3, 4], 1);
        var (dyt, derf) = (new DyT([4]), new Derf([4], shiftInitValue: 0.2));
        Assert.Equal(["alpha", "weight", "bias"], dyt.StateDict().Keys);
        Assert.Equal(["alpha", "shift", "weight", "bias"], derf.StateDict().Keys);
        Assert.Equal((0.5f, 0f), (dyt.Alpha.Item(), new Derf([4]).Shift.Item()));
        GradientCheck.Run([x, dyt.Alpha, dyt.Weight, dyt.Bias], () => dyt.Forward(x),
            static v => [.. v[0].Select((value, i) => v[2][i % 4] * Math.Tanh(v[1][0] * value) + v[3][i % 4])]);
        var inputs = new[] { x, derf.Alpha, derf.Shift, derf.Weight, derf.Bias };
        GradientCheck.Run(inputs, () => derf.Forward(x),
            static v => [.. v[0].Select((value, i) => v[3][i % 4] * Plain.PlainOperations.Erf(v[1][0] * value + v[2][0]) + v[4][i % 4])]);

        var images = Draw.Data([2, 3, 4, 4], 2);
        Assert.Equal("DyT: expected an alpha that is finite, got NaN. 0.5 is usual.",
            Assert.Throws<ArgumentException>(static () => new DyT([3], alphaInitValue: double.NaN)).Message);
        Assert.Equal("Derf: expected a shift that is finite, got Infinity. 0 is usual.",
            Assert.Throws<ArgumentException>(static () => new Derf([3], shiftInitValue: double.PositiveInfinity)).Message);
        var channels = new DyT([3], channelsLast: false);
        channels.Weight.CopyFrom([1, 2, 3]);
        var last = new DyT([3]);
        last.Weight.CopyFrom([1, 2, 3]);
        Assert.Equal(channels.Forward(images).ToArray(), last.Forward(images.Permute(0, 2, 3, 1)).Permute(0, 3, 1, 2).ToArray());
        Assert.Throws<ArgumentException>(() => last.Forward(images));
        Assert.Throws<ArgumentException>(() => new DyT([3, 4], channelsLast: false));
    }
}
