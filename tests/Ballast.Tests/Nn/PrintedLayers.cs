namespace Ballast.Tests;

/// <summary>The layers of printed.py with settings.</summary>
static class PrintedLayers
{
    public static readonly Dictionary<string, Func<Module>> All = new()
    {
        ["convolutions"] = static () => new Sequential(
            new Conv1d(3, 4, 5), new Conv1d(4, 4, 3, 2, 1, 2, 2, false, PadMode.Circular), new Conv2d(3, 4, 3),
            new Conv2d(4, 6, (3, 5), (1, 2), (1, 2), 1, 2), new Conv2d(3, 4, 3, padding: "same", paddingMode: PadMode.Reflect),
            new Conv2d(3, 4, 1, padding: "valid"), new Conv3d(1, 2, (1, 2, 3), padding: (0, 1, 1), paddingMode: PadMode.Replicate),
            new ConvTranspose1d(3, 4, 3, 2, 1, 1), new ConvTranspose2d(4, 6, (3, 4), 2, outputPadding: (1, 0), groups: 2, dilation: 2),
            new ConvTranspose3d(1, 2, 3, bias: false)),
        ["pools"] = static () => new Sequential(
            new MaxPool1d(3), new MaxPool2d(3, 2, 1), new MaxPool2d((3, 2), dilation: (1, 2), ceilMode: true), new MaxPool3d((1, 2, 3)),
            new AvgPool1d(2), new AvgPool2d(2), new AvgPool2d((2, 3), 1, (1, 0)), new AvgPool3d(3, 2, 1, countIncludePad: false),
            new AdaptiveAvgPool1d(4), new AdaptiveAvgPool2d(1), new AdaptiveMaxPool2d((7, null)), new AdaptiveAvgPool3d((5, null, 3)),
            new LPPool1d(2, 3), new LPPool2d(1.5, (3, 2), (2, 1), true), new FractionalMaxPool2d(3, outputRatio: 0.5),
            new MaxUnpool1d(2), new MaxUnpool2d(3, 2, 1), new MaxUnpool3d((3, 2, 2), (2, 1, 2))),
        ["shapes"] = static () => new Sequential(
            new ConstantPad1d(2, 3.5), new ConstantPad2d([1, 2, 0, 3], 0), new ReflectionPad1d(1), new ReflectionPad2d([1, 2, 3, 0]),
            new ReplicationPad3d(1), new ZeroPad2d(2), new Upsample(scaleFactor: 2), new Upsample(7, mode: InterpolateMode.Linear),
            new Upsample((7, 5), mode: InterpolateMode.Bicubic, alignCorners: true),
            new Upsample(scaleFactor: (2, 1.5), mode: InterpolateMode.NearestExact), new UpsamplingNearest2d(scaleFactor: 3),
            new UpsamplingBilinear2d((4, 5)), new PixelShuffle(2), new PixelUnshuffle(3), new ChannelShuffle(4), new Unfold(3),
            new Unfold((2, 3), (1, 2), 1, 2), new Fold2d((4, 5), 2), new Unflatten(1, 3, 4), new Unflatten(-1, 4)),
        ["dropouts"] = static () => new Sequential(
            new Dropout1d(), new Dropout2d(0.25), new Dropout3d(1e-5), new AlphaDropout(0.3), new FeatureAlphaDropout(), new StochasticDepth(0.2),
            new StochasticDepth(0.4, StochasticDepthMode.Batch), new CosineSimilarity(2), new PairwiseDistance(1), new Bilinear(3, 4, 5),
            new Bilinear(1, 2, 3, bias: false)),
        ["sequences"] = static () => new Sequential(
            new Embedding(10, 4), new Embedding(10, 4, -1, 1.5, 1, true), new EmbeddingBag(5, 3),
            new EmbeddingBag(5, 3, 2, 3, true, EmbeddingBagMode.Sum, paddingIdx: 2), new RNN(3, 4, nonlinearity: RNNNonlinearity.ReLU),
            new LSTM(3, 4, 2, false, true, 0.5, true), new GRU(3, 4, batchFirst: true), new RNNCell(2, 3),
            new RNNCell(2, 3, false, RNNNonlinearity.ReLU), new LSTMCell(2, 3), new GRUCell(2, 3, false)),
        ["attention"] = static () => new Sequential(
            new MultiheadAttention(4, 2), new MultiheadAttention(4, 2, bias: false, kdim: 3), new TransformerEncoderLayer(4, 2, 8, batchFirst: true),
            new TransformerDecoderLayer(4, 2, 8, 0.25), new TransformerEncoder(new TransformerEncoderLayer(2, 1, 3, normFirst: true), 2)),
        ["cropping"] = static () => new Sequential(
            new ConstantPad1d(-1, -2.5), new ConstantPad2d([-1, 2, 0, -3], 0), new ZeroPad2d(-2), new ReplicationPad2d([0, -1, 1, 0]),
            new ReflectionPad1d([-1, 2])),
        ["lazy"] = static () => new Sequential(
            new LazyConv1d(4, 3), new LazyConv2d(4, (3, 5), 2, 1, 2, 2, false, PadMode.Circular), new LazyConv3d(4, 3, padding: "same"),
            new LazyConvTranspose1d(4, 3), new LazyConvTranspose2d(4, 3, 2, outputPadding: 1), new LazyConvTranspose3d(4, 3, bias: false, dilation: 2),
            new LazyLinear(4), new LazyLinear(5, false), new LazyBatchNorm1d(1e-3, null), new LazyBatchNorm2d(), new LazyBatchNorm3d(affine: false),
            new LazyInstanceNorm1d(), new LazyInstanceNorm2d(affine: false), new LazyInstanceNorm3d(trackRunningStats: false)),
        ["parameters"] = static () => new ModuleList(
            new ParameterList([new Parameter([2, 3]), new Parameter(Shape.Scalar)]), new ParameterList([new Parameter([3])]), new ParameterList([]),
            new ParameterDict(("a", new Parameter([2])), ("b", new Parameter([1, 2, 3]))), new ParameterDict(("a", new Parameter([2]))),
            new ParameterDict()),
        ["list"] = static () => new ParameterList([new Parameter([2, 3]), new Parameter([4])]),
        ["reparametrized"] = static () => new Sequential(new WeightNorm(new Linear(2, 3)), new SpectralNorm(new Conv2d(2, 3, 3))),
        ["transformer"] = static () => new Transformer(4, 2, 1, 1, 8, layerNormEps: 1e-6),
    };
}
