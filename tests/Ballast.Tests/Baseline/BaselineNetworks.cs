namespace Ballast.Tests.Baseline;

/// <summary>The small networks of the baseline: every activation and every pool stands behind a normalization once. Sizes leave a
/// rest at every register width.</summary>
static class BaselineNetworks
{
    /// <summary>Images [3, 12, 12]: convolutions of all kinds, each pool, a residual sum.</summary>
    /// <param name="norm">Makes the normalization of a sample's shape.</param>
    public static Module Images(Func<Shape, Module> norm) => new Sequential(
        new Conv2d(3, 9, 3, padding: 1, bias: false), norm([9, 12, 12]), new ReLU(), new MaxPool2d(2),
        new Residual(new Conv2d(9, 9, 3, padding: 1, bias: false), norm([9, 6, 6])),
        new Conv2d(9, 16 * 3, 3, padding: 1), new AvgPool2d(2), norm([48, 3, 3]), new LeakyReLU(),
        new Conv2d(48, 15, 1), norm([15, 3, 3]), new GELU(GeluApproximation.Tanh),
        new Conv2d(15, 24, 3, padding: 1, groups: 3), norm([24, 3, 3]), new SiLU(), new Dropout(0.1),
        new WeightStandardizedConv2d(24, 12, 3, padding: 2, dilation: 2), norm([12, 3, 3]), new GELU(),
        new MaxPool2d(3, stride: 2, padding: 1),
        new Conv2d(12, 12, 3, stride: 2, padding: 1), norm([12, 1, 1]), new Tanh(), new GlobalAvgPool2d(), new Flatten(),
        new Linear(12, 10));

    /// <summary>Rows [33].</summary>
    public static Module Rows(Func<Shape, Module> norm) => new Sequential(
        new Linear(33, 33), norm([33]), new ReLU(), new Linear(33, 33, bias: false), norm([33]), new LeakyReLU(0.1f),
        new Linear(33, 33), norm([33]), new GELU(), new Linear(33, 33), norm([33]), new SiLU(), new Dropout(0.1),
        new Linear(33, 33), norm([33]), new GELU(GeluApproximation.Tanh), new Linear(33, 33), norm([33]), new Tanh(),
        new Linear(33, 33), norm([33]), new Sigmoid(), new Linear(33, 10));

    /// <summary>Rows [33] that are normalized as samples of another shape, of as many axes as it has.</summary>
    public static Module Shaped(Func<Shape, Module> norm, Shape sample) => new Sequential(
        new Linear(33, sample.Length), new Reshaped(sample), norm(sample), new ReLU(), new Flatten(),
        new Linear(sample.Length, sample.Length), new Reshaped(sample), norm(sample), new SiLU(), new Flatten(),
        new Linear(sample.Length, 10));

    /// <summary>A channel count and images as large as the goldens do not have: [3, 48, 48].</summary>
    public static Module Large() => new Sequential(
        new Conv2d(3, 20, 5, padding: 2), new BatchNorm2d(20), new ReLU(), new MaxPool2d(2),
        new Conv2d(20, 20, 3, padding: 1), new BatchNorm2d(20), new ReLU(), new AvgPool2d(3),
        new Conv2d(20, 300, 3, padding: 1, bias: false), new BatchNorm2d(300), new ReLU(), new MaxPool2d(2),
        new Residual(new Conv2d(300, 300, 3, padding: 1, bias: false), new BatchNorm2d(300)),
        new Conv2d(300, 300, 3, padding: 1, groups: 300), new BatchNorm2d(300), new SiLU(), new GlobalAvgPool2d(), new Flatten(),
        new Linear(300, 10));

    /// <summary>relu(x + layers(x)).</summary>
    sealed class Residual : Module
    {
        readonly Sequential layers;

        public Residual(params ReadOnlySpan<Module> layers) => this.layers = Register("layers", new Sequential(layers));

        public override Tensor Forward(Tensor input) => (input + layers.Forward(input)).Relu();
    }

    /// <summary>Samples of another shape.</summary>
    sealed class Reshaped(Shape sample) : Module
    {
        public override Tensor Forward(Tensor input) => input.Reshape(sample.Batched(input.Shape[0]));
    }
}

/// <summary>A masked normalization with a mask that is the same for all batches: sample n has a position more than n modulo L.
/// </summary>
sealed class Padded : Module
{
    readonly MaskedBatchNorm1d norm;

    public Padded(int channels) => norm = Register("norm", new MaskedBatchNorm1d(channels));

    public override Tensor Forward(Tensor input)
    {
        int samples = input.Shape[0], length = input.Shape[2];
        float[] mask = new float[samples * length];
        for (int n = 0; n < samples; n++)
            mask.AsSpan(n * length, 1 + n % length).Fill(1);
        return norm.Forward(input, Tensor.From(mask, [samples, length]));
    }
}

/// <summary>An MLP written with the operators of tensors: sums, products and quotients with broadcasting, exp, log, sqrt, erf,
/// transposes, softmax, means.</summary>
sealed class Arithmetic : Module
{
    readonly Parameter first, bias, second, scale;

    public Arithmetic()
    {
        first = Register("first", new Parameter(Tensor.Randn([33, 19]) * 0.2f));
        bias = Register("bias", new Parameter(Tensor.Zeros([19])));
        second = Register("second", new Parameter(Tensor.Randn([10, 19]) * 0.2f));
        scale = Register("scale", new Parameter(Tensor.Ones([1, 19])));
    }

    public override Tensor Forward(Tensor input)
    {
        var x = input.MatMul(first) + bias;
        var gate = 1f / (1f + (-x).Exp());
        var y = (x * gate - x.Mean()) / (x * x + 1f).Sqrt() * scale + x.Erf();
        var z = y.MatMul(second.Transpose());
        return z + z.Softmax() - (z.Exp() + 1f).Log() * 0.5f;
    }
}
