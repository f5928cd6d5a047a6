using BenchmarkDotNet.Attributes;

namespace Ballast.Bench;

/// <summary>Normalization inside each sample, forward and backward through the ordinary API: layer and root-mean-square
/// normalization of (1024, 768), group and instance normalization of (32, 256, 28, 28).</summary>
public class NormLayers
{
    Module layer = new Identity();
    Parameter input = new(Tensor.Zeros([1]));
    Tensor gradient = Tensor.Zeros([1]);

    [Params("LayerNorm", "RMSNorm", "GroupNorm", "InstanceNorm2d", "LocalResponseNorm")]
    public string Layer { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        Compute.Threads = Threads;
        layer = Layer switch
        {
            "LayerNorm" => new LayerNorm(768),
            "RMSNorm" => new RMSNorm(768),
            "GroupNorm" => new GroupNorm(32, 256),
            "InstanceNorm2d" => new InstanceNorm2d(256, affine: true),
            _ => new LocalResponseNorm(5),
        };
        Shape shape = Layer is "LayerNorm" or "RMSNorm" ? [1024, 768] : [32, 256, 28, 28];
        input = new Parameter(Tensor.Randn(shape, new Generator(1)));
        gradient = Tensor.Randn(shape, new Generator(2));
    }

    [Benchmark(Description = "forward and backward")]
    public void Step()
    {
        layer.Forward(input).Backward(gradient);
        layer.ZeroGrad();
        input.ZeroGrad();
    }
}

/// <summary>Normalizations that are activations too, beside batch normalization with a ReLU: between two pointwise convolutions, so that
/// values lie channels last, or on row-major (32, 64, 28, 28), forward and backward through the ordinary API.</summary>
public class NormalizedActivations
{
    Module layer = new Identity();
    Parameter input = new(Tensor.Zeros([1]));
    Tensor gradient = Tensor.Zeros([1]);

    [Params("BatchNorm2d+ReLU", "FilterResponseNorm", "EvoNormB0", "EvoNormS0", "GroupNorm+SiLU")]
    public string Layer { get; set; } = "";

    [Params(false, true)]
    public bool ChannelsLast { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        Compute.Threads = Threads;
        Module normalized = LayerTimer.Make(Layer.ToUpperInvariant(), 64);
        layer = ChannelsLast
            ? new Sequential(new Conv2d(64, 64, 1, bias: false), normalized, new Conv2d(64, 64, 1, bias: false)) : normalized;
        input = new Parameter(Tensor.Randn([32, 64, 28, 28], new Generator(1)));
        gradient = Tensor.Randn([32, 64, 28, 28], new Generator(2));
    }

    [Benchmark(Description = "forward and backward")]
    public void Step()
    {
        var output = layer.Forward(input);
        _ = output.AsSpan();
        output.Backward(gradient);
        layer.ZeroGrad();
        input.ZeroGrad();
    }
}

/// <summary>Activations of a million values, forward and backward through the ordinary API.</summary>
public class ActivationLayers
{
    Module layer = new Identity();
    Parameter input = new(Tensor.Zeros([1]));
    Tensor gradient = Tensor.Zeros([1]);

    [Params("LeakyReLU", "GELU", "GELU, tanh", "SiLU", "Sigmoid", "Tanh", "Dropout")]
    public string Layer { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        Compute.Threads = Threads;
        layer = Layer switch
        {
            "LeakyReLU" => new LeakyReLU(),
            "GELU" => new GELU(),
            "GELU, tanh" => new GELU(GeluApproximation.Tanh),
            "SiLU" => new SiLU(),
            "Sigmoid" => new Sigmoid(),
            "Tanh" => new Tanh(),
            _ => new Dropout(0.5, new Generator(3)),
        };
        input = new Parameter(Tensor.Randn([1 << 20], new Generator(1)));
        gradient = Tensor.Randn([1 << 20], new Generator(2));
    }

    [Benchmark(Description = "forward and backward")]
    public void Step()
    {
        layer.Forward(input).Backward(gradient);
        input.ZeroGrad();
    }
}
