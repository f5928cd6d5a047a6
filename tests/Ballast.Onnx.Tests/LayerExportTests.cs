namespace Ballast.Onnx.Tests;

/// <summary>Layers as ONNX Runtime computes them.</summary>
public class LayerExportTests
{
    // Parameters and statistics away from where they begin.
    static T Shaken<T>(T module)
        where T : Module
    {
        Random random = new(5);
        foreach (var parameter in module.Parameters())
            parameter.CopyFrom(parameter.ToArray().Select(value => value + (random.NextSingle() - 0.5f) * 0.6f).ToArray());
        foreach (var (name, entry) in module.StateDict())
        {
            if (name.Contains("running", StringComparison.Ordinal))
            {
                foreach (var (own, slot) in module.NamedStatistics())
                {
                    if (own == name)
                        slot.Assign(Tensor.From(slot.ToArray().Select(value => value + random.NextSingle()).ToArray(), slot.Shape));
                }
            }
        }

        return module;
    }

    static void Check(Module module, params Shape[] shapes)
    {
        foreach (var shape in shapes)
            Exported.Check(Shaken(module), shape);
    }

    [Fact]
    public void Convolutions()
    {
        Check(new Conv2d(3, 20, 3, padding: 1), [2, 3, 9, 10]);
        Check(new Conv2d(6, 8, 3, stride: 2, padding: 1, bias: false), [2, 6, 11, 8]);
        Check(new Conv2d(6, 8, 4, stride: 3, padding: 1, groups: 2, dilation: 2), [2, 6, 13, 12]);
        Check(new Conv2d(5, 7, (3, 5), (2, 1), (1, 2), (1, 2)), [2, 5, 9, 13]);
        Check(new Conv2d(4, 4, 4, padding: "same", dilation: (1, 3)), [1, 4, 7, 9]);
        Check(new Conv2d(4, 6, 3, padding: (2, 1), paddingMode: PadMode.Reflect), [2, 4, 5, 6]);
        Check(new Conv1d(6, 6, 5, padding: 4, groups: 6, paddingMode: PadMode.Circular), [2, 6, 11]);
        Check(new Conv1d(16, 16, 4, 3, 2, 2, 4), [2, 16, 33]);
        Check(new Conv3d(4, 6, (2, 3, 1), (2, 1, 3), (1, 0, 0), (3, 2, 1), 2), [2, 4, 7, 8, 7]);
        Check(new ConvTranspose1d(4, 6, 3, 2, 0, 3, 2, dilation: 4), [2, 4, 6]);
        Check(new ConvTranspose2d(5, 3, 4, 2, 1), [2, 5, 6, 7]);
        Check(new ConvTranspose2d(6, 6, (2, 3), (3, 2), (1, 0), (2, 1), 6, bias: false), [2, 6, 4, 5]);
        Check(new ConvTranspose3d(3, 4, (3, 2, 2), (2, 1, 2), (1, 0, 1), (1, 0, 0)), [2, 3, 3, 4, 3]);
        Check(new WeightStandardizedConv2d(6, 8, 3, padding: 1), [2, 6, 7, 8]);
    }

    [Fact]
    public void A_transposed_convolution_has_its_bias_and_takes_a_normalization_in()
    {
        using Folder folder = new();
        Sequential net = Shaken(new Sequential(new ConvTranspose2d(6, 8, 3, 2, 1, groups: 2), new BatchNorm2d(8)));
        foreach (bool fold in new[] { false, true })
        {
            OnnxExportOptions options = new() { FoldNormalization = fold };
            Exported.Check(net, [2, 6, 4, 5], options: options);
            OnnxFile.Export(net, [2, 6, 4, 5], folder.File("net.onnx"), options);
            var nodes = OnnxFile.Load(folder.File("net.onnx")).Nodes.Select(static node => node.OpType);
            Assert.Equal(fold ? ["ConvTranspose"] : ["ConvTranspose", "BatchNormalization"], nodes);
        }
    }

    [Fact]
    public void Convolutions_by_Winograd()
    {
        Exported.Check(new Conv2d(16, 16, 3, padding: 1), [2, 16, 9, 10], 1e-4);
        Exported.Check(new Conv1d(5, 20, 3, padding: 1), [2, 5, 17]);
    }

    [Fact]
    public void Linear_layers()
    {
        Check(new Linear(30, 17), [9, 30], [3, 4, 30]);
        Check(new Linear(30, 20, bias: false), [3, 30], [3, 4, 30]);
        Check(new Sequential(new Flatten(), new Linear(60, 5)), [3, 3, 4, 5]);
        Check(new Identity(), [3, 4]);
    }

    [Fact]
    public void Pools()
    {
        Check(new MaxPool2d(2), [2, 5, 9, 10]);
        Check(new MaxPool2d(3, 2, 1), [2, 5, 9, 10]);
        Check(new MaxPool1d(3, 2, 1), [2, 5, 30]);
        Check(new MaxPool2d((1, 3), (2, 1), (0, 1), (1, 2), true), [2, 5, 9, 10]);
        Check(new MaxPool2d(2, 2, 0, ceilMode: true), [2, 5, 9, 11]);
        Check(new MaxPool3d((3, 1, 2), 2, (1, 0, 1), (1, 1, 3)), [2, 5, 4, 5, 8]);
        Check(new AvgPool2d(2), [2, 5, 9, 10]);
        Check(new AvgPool2d(3, 2, 1), [2, 5, 9, 10]);
        Check(new AvgPool2d(3, 2, 1, countIncludePad: false), [2, 5, 9, 10]);
        Check(new AvgPool2d(3, 2, 1, ceilMode: true), [2, 5, 8, 10]);
        Check(new AvgPool2d(3, 2, 1, true, countIncludePad: false), [2, 5, 8, 10]);
        Check(new AvgPool1d(3, 1, 1), [2, 20, 30]);
        Check(new AvgPool3d((2, 3, 1), (1, 2, 2), (1, 1, 0), true, false), [2, 5, 4, 5, 8]);
        Check(new AvgPool2d(2, divisorOverride: 3), [2, 5, 4, 5]);
        Check(new GlobalAvgPool2d(), [2, 30, 4, 5]);
        Check(new AdaptiveAvgPool2d((3, 4)), [2, 5, 7, 6]);
        Check(new AdaptiveAvgPool1d(5), [2, 5, 7]);
        Check(new AdaptiveMaxPool3d((2, 3, null)), [2, 5, 3, 4, 2]);
        Check(new LPPool2d(2, 3, 2), [2, 5, 7, 6]);
    }

    [Fact]
    public void Batch_normalizations()
    {
        Check(new BatchNorm1d(20), [8, 20], [4, 20, 6]);
        Check(new BatchNorm2d(20), [4, 20, 5, 7]);
        Check(new BatchNorm2d(20, affine: false), [4, 20, 5, 7]);
        Check(new BatchNorm3d(4), [2, 4, 3, 4, 5]);
        Check(new GhostBatchNorm(20, 2), [4, 20, 5, 7]);
        Check(new BatchRenorm(20), [4, 20, 5, 7]);
        Check(new SplitBatchNorm(20), [4, 20, 5, 7]);
        Check(new FrozenBatchNorm(20), [4, 20, 5, 7]);
        Check(new BatchNorm2d(20, trackRunningStats: false), [4, 20, 5, 7]);
    }

    [Fact]
    public void Other_normalizations()
    {
        Shape[] images = [[3, 8, 5, 7]];
        Check(new GroupNorm(4, 8), [3, 8], images[0]);
        Check(new GroupNorm(1, 4), [3, 4, 2, 2], [3, 4, 4, 1]);
        Check(new LayerNorm([8, 5, 7]), images);
        Check(new LayerNorm(300), [5, 300]);
        Check(new LayerNorm(17, elementwiseAffine: false), [5, 3, 17]);
        Check(new RMSNorm(17), [5, 17], [5, 3, 17]);
        Check(new InstanceNorm1d(8), [3, 8, 9]);
        Check(new InstanceNorm2d(8, affine: true, trackRunningStats: true), images);
        Check(new InstanceNorm3d(3, affine: true), [2, 3, 2, 3, 4]);
        Check(new FilterResponseNorm(8), images);
        Check(new FilterResponseNorm(8, threshold: false, learnEps: true), images);
        Check(new EvoNormB0(8), images);
        Check(new EvoNormS0(8, 4), images);
        Check(new LocalResponseNorm(5, 0.5, 0.75, 1.5), images);
        Check(new LocalResponseNorm(2), images);
        foreach (int opset in new[] { 21, 23 })
        {
            Exported.Check(Shaken(new GroupNorm(4, 8)), images[0], options: new OnnxExportOptions { Opset = opset });
            Exported.Check(Shaken(new RMSNorm(17)), [5, 3, 17], options: new OnnxExportOptions { Opset = opset });
            Exported.Check(new GELU(), images[0], options: new OnnxExportOptions { Opset = opset });
            Exported.Check(new GELU(GeluApproximation.Tanh), images[0], options: new OnnxExportOptions { Opset = opset });
            Exported.Check(new Sequential(new Mish(), new GlobalAvgPool2d()), images[0], options: new OnnxExportOptions { Opset = opset });
        }
    }

    [Fact]
    public void Activations()
    {
        Module[] all =
        [
            new CELU(0.7), new ELU(), new GELU(), new GELU(GeluApproximation.Tanh), new GLU(), new Hardshrink(), new Hardsigmoid(), new Hardswish(),
            new Hardtanh(-0.5, 0.25), new LeakyReLU(0.2), new LogSigmoid(), new Mish(), new PReLU(), new PReLU(6), new RReLU(), new ReLU(),
            new ReLU6(), new SELU(), new SiLU(), new Sigmoid(), new Softmax(1), new LogSoftmax(1), new Softmin(1), new Softplus(),
            new Softplus(2, 1), new Softshrink(),
            new Softsign(), new Tanh(), new Tanhshrink(), new Threshold(0.1, 3), new Dropout(0.3), new AlphaDropout(), new StochasticDepth(0.5),
            new DyT([8]), new Derf([8]),
        ];
        foreach (var module in all)
            Check(module, [2, 6, 5, 8]);
        Check(new Softmax2d(), [2, 3, 4, 5]);
    }

    [Fact]
    public void Rearrangements()
    {
        Check(new ReflectionPad2d([1, 2, 0, 3]), [2, 3, 5, 4]);
        Check(new ReplicationPad2d([1, 0, 2, 1]), [2, 3, 5, 4]);
        Check(new ZeroPad2d([1, 0, 2, 1]), [2, 3, 5, 4]);
        Check(new CircularPad2d([1, 0, 2, 1]), [2, 3, 5, 4]);
        Check(new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Bilinear), [2, 3, 5, 4]);
        Check(new Upsample((7, 9), mode: InterpolateMode.Bicubic), [2, 3, 5, 4]);
        Check(new Upsample(scaleFactor: 2), [2, 3, 5, 4]);
        Check(new PixelShuffle(2), [2, 8, 3, 4]);
        Check(new PixelUnshuffle(2), [2, 2, 6, 4]);
        Check(new ChannelShuffle(3), [2, 6, 3, 4]);
        Check(new Unfold((2, 3), 2, 1, (1, 2)), [2, 3, 5, 6]);
        Check(new Fold2d((5, 6), (2, 3)), [2, 18, 16]);
        Check(new Unflatten(1, 2, 3), [2, 6, 4]);
    }
}
