namespace Ballast.Tests;

/// <summary>Padding, resampling, shuffling, dropout of channels, distances and lazy layers against PyTorch's.</summary>
public class ShapeModuleTests : ModuleGoldens
{
    static readonly Dictionary<string, Made> Modules = new()
    {
        ["new ReflectionPad1d(1)"] = Of(static () => new ReflectionPad1d(1)),
        ["new ReflectionPad1d([1, 2])"] = Of(static () => new ReflectionPad1d([1, 2])),
        ["new ReplicationPad1d(1)"] = Of(static () => new ReplicationPad1d(1)),
        ["new ReplicationPad1d([1, 2])"] = Of(static () => new ReplicationPad1d([1, 2])),
        ["new ConstantPad1d(1, 3.5)"] = Of(static () => new ConstantPad1d(1, 3.5)),
        ["new ConstantPad1d([1, 2], -1)"] = Of(static () => new ConstantPad1d([1, 2], -1)),
        ["new ZeroPad1d([1, 2])"] = Of(static () => new ZeroPad1d([1, 2])),
        ["new CircularPad1d([1, 2])"] = Of(static () => new CircularPad1d([1, 2])),
        ["new ReflectionPad2d(1)"] = Of(static () => new ReflectionPad2d(1)),
        ["new ReflectionPad2d([1, 2, 0, 2])"] = Of(static () => new ReflectionPad2d([1, 2, 0, 2])),
        ["new ReplicationPad2d(1)"] = Of(static () => new ReplicationPad2d(1)),
        ["new ReplicationPad2d([1, 2, 0, 2])"] = Of(static () => new ReplicationPad2d([1, 2, 0, 2])),
        ["new ConstantPad2d(1, 3.5)"] = Of(static () => new ConstantPad2d(1, 3.5)),
        ["new ConstantPad2d([1, 2, 0, 2], -1)"] = Of(static () => new ConstantPad2d([1, 2, 0, 2], -1)),
        ["new ZeroPad2d([1, 2, 0, 2])"] = Of(static () => new ZeroPad2d([1, 2, 0, 2])),
        ["new CircularPad2d([1, 2, 0, 2])"] = Of(static () => new CircularPad2d([1, 2, 0, 2])),
        ["new ReflectionPad3d(1)"] = Of(static () => new ReflectionPad3d(1)),
        ["new ReflectionPad3d([1, 2, 0, 2, 1, 1])"] = Of(static () => new ReflectionPad3d([1, 2, 0, 2, 1, 1])),
        ["new ReplicationPad3d(1)"] = Of(static () => new ReplicationPad3d(1)),
        ["new ReplicationPad3d([1, 2, 0, 2, 1, 1])"] = Of(static () => new ReplicationPad3d([1, 2, 0, 2, 1, 1])),
        ["new ConstantPad3d(1, 3.5)"] = Of(static () => new ConstantPad3d(1, 3.5)),
        ["new ConstantPad3d([1, 2, 0, 2, 1, 1], -1)"] = Of(static () => new ConstantPad3d([1, 2, 0, 2, 1, 1], -1)),
        ["new ZeroPad3d([1, 2, 0, 2, 1, 1])"] = Of(static () => new ZeroPad3d([1, 2, 0, 2, 1, 1])),
        ["new CircularPad3d([1, 2, 0, 2, 1, 1])"] = Of(static () => new CircularPad3d([1, 2, 0, 2, 1, 1])),
        ["new ZeroPad2d([-1, 1, 0, 2])"] = Of(static () => new ZeroPad2d([-1, 1, 0, 2])),
        ["new ReflectionPad2d(2)"] = Of(static () => new ReflectionPad2d(2)),
        ["new Upsample(7, mode: InterpolateMode.Nearest)"] = Of(static () => new Upsample(7, mode: InterpolateMode.Nearest)),
        ["new Upsample(scaleFactor: 2, mode: InterpolateMode.Nearest)"] =
            Of(static () => new Upsample(scaleFactor: 2, mode: InterpolateMode.Nearest)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Nearest)"] =
            Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Nearest)),
        ["new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Nearest)"] =
            Of(static () => new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Nearest)),
        ["new Upsample((5, 6), mode: InterpolateMode.Nearest)"] = Of(static () => new Upsample((5, 6), mode: InterpolateMode.Nearest)),
        ["new Upsample((3, 4, 5), mode: InterpolateMode.Nearest)"] = Of(static () => new Upsample((3, 4, 5), mode: InterpolateMode.Nearest)),
        ["new Upsample(7, mode: InterpolateMode.Linear)"] = Of(static () => new Upsample(7, mode: InterpolateMode.Linear)),
        ["new Upsample(scaleFactor: 2, mode: InterpolateMode.Linear)"] = Of(static () => new Upsample(scaleFactor: 2, mode: InterpolateMode.Linear)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Linear)"] =
            Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Linear)),
        ["new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Linear)"] =
            Of(static () => new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Linear)),
        ["new Upsample(7, mode: InterpolateMode.Linear, alignCorners: true)"] =
            Of(static () => new Upsample(7, mode: InterpolateMode.Linear, alignCorners: true)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Linear, recomputeScaleFactor: true)"] =
            Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Linear, recomputeScaleFactor: true)),
        ["new Upsample((5, 6), mode: InterpolateMode.Bilinear)"] = Of(static () => new Upsample((5, 6), mode: InterpolateMode.Bilinear)),
        ["new Upsample(scaleFactor: 2, mode: InterpolateMode.Bilinear)"] =
            Of(static () => new Upsample(scaleFactor: 2, mode: InterpolateMode.Bilinear)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Bilinear)"] =
            Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Bilinear)),
        ["new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Bilinear)"] =
            Of(static () => new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Bilinear)),
        ["new Upsample((5, 6), mode: InterpolateMode.Bilinear, alignCorners: true)"] =
            Of(static () => new Upsample((5, 6), mode: InterpolateMode.Bilinear, alignCorners: true)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Bilinear, recomputeScaleFactor: true)"] =
            Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Bilinear, recomputeScaleFactor: true)),
        ["new Upsample((5, 6), mode: InterpolateMode.Bicubic)"] = Of(static () => new Upsample((5, 6), mode: InterpolateMode.Bicubic)),
        ["new Upsample(scaleFactor: 2, mode: InterpolateMode.Bicubic)"] =
            Of(static () => new Upsample(scaleFactor: 2, mode: InterpolateMode.Bicubic)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Bicubic)"] =
            Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Bicubic)),
        ["new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Bicubic)"] =
            Of(static () => new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Bicubic)),
        ["new Upsample((5, 6), mode: InterpolateMode.Bicubic, alignCorners: true)"] =
            Of(static () => new Upsample((5, 6), mode: InterpolateMode.Bicubic, alignCorners: true)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Bicubic, recomputeScaleFactor: true)"] =
            Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Bicubic, recomputeScaleFactor: true)),
        ["new Upsample((3, 4, 5), mode: InterpolateMode.Trilinear)"] = Of(static () => new Upsample((3, 4, 5), mode: InterpolateMode.Trilinear)),
        ["new Upsample(scaleFactor: 2, mode: InterpolateMode.Trilinear)"] =
            Of(static () => new Upsample(scaleFactor: 2, mode: InterpolateMode.Trilinear)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Trilinear)"] =
            Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Trilinear)),
        ["new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Trilinear)"] =
            Of(static () => new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Trilinear)),
        ["new Upsample((3, 4, 5), mode: InterpolateMode.Trilinear, alignCorners: true)"] =
            Of(static () => new Upsample((3, 4, 5), mode: InterpolateMode.Trilinear, alignCorners: true)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Trilinear, recomputeScaleFactor: true)"] =
            Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Trilinear, recomputeScaleFactor: true)),
        ["new Upsample(7, mode: InterpolateMode.Area)"] = Of(static () => new Upsample(7, mode: InterpolateMode.Area)),
        ["new Upsample(scaleFactor: 2, mode: InterpolateMode.Area)"] = Of(static () => new Upsample(scaleFactor: 2, mode: InterpolateMode.Area)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Area)"] = Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Area)),
        ["new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Area)"] = Of(static () => new Upsample(scaleFactor: 0.6, mode: InterpolateMode.Area)),
        ["new Upsample((5, 6), mode: InterpolateMode.Area)"] = Of(static () => new Upsample((5, 6), mode: InterpolateMode.Area)),
        ["new Upsample((5, 6), mode: InterpolateMode.NearestExact)"] = Of(static () => new Upsample((5, 6), mode: InterpolateMode.NearestExact)),
        ["new Upsample(scaleFactor: 2, mode: InterpolateMode.NearestExact)"] =
            Of(static () => new Upsample(scaleFactor: 2, mode: InterpolateMode.NearestExact)),
        ["new Upsample(scaleFactor: 1.7, mode: InterpolateMode.NearestExact)"] =
            Of(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.NearestExact)),
        ["new Upsample(scaleFactor: 0.6, mode: InterpolateMode.NearestExact)"] =
            Of(static () => new Upsample(scaleFactor: 0.6, mode: InterpolateMode.NearestExact)),
        ["new Upsample(scaleFactor: (2.0, 1.5), mode: InterpolateMode.Bilinear)"] =
            Of(static () => new Upsample(scaleFactor: (2.0, 1.5), mode: InterpolateMode.Bilinear)),
        ["new Upsample((1, 1), mode: InterpolateMode.Bilinear, alignCorners: true)"] =
            Of(static () => new Upsample((1, 1), mode: InterpolateMode.Bilinear, alignCorners: true)),
        ["new UpsamplingNearest2d(scaleFactor: 3)"] = Of(static () => new UpsamplingNearest2d(scaleFactor: 3)),
        ["new UpsamplingBilinear2d(scaleFactor: 2)"] = Of(static () => new UpsamplingBilinear2d(scaleFactor: 2)),
        ["new PixelShuffle(2)"] = Of(static () => new PixelShuffle(2)),
        ["new PixelUnshuffle(2)"] = Of(static () => new PixelUnshuffle(2)),
        ["new ChannelShuffle(2)"] = Of(static () => new ChannelShuffle(2)),
        ["new Unfold((2, 3))"] = Of(static () => new Unfold((2, 3))),
        ["new Unfold(2, 2, 1, (2, 1))"] = Of(static () => new Unfold(2, 2, 1, (2, 1))),
        ["new Fold2d((4, 5), (2, 3))"] = Of(static () => new Fold2d((4, 5), (2, 3))),
        ["new Fold2d((4, 3), 2, 2, 1, (2, 1))"] = Of(static () => new Fold2d((4, 3), 2, 2, 1, (2, 1))),
        ["new Flatten(0, 1)"] = Of(static () => new Flatten(0, 1)),
        ["new Flatten(1, 2)"] = Of(static () => new Flatten(1, 2)),
        ["new Unflatten(1, 2, 3)"] = Of(static () => new Unflatten(1, 2, 3)),
        ["new Unflatten(-1, -1, 2)"] = Of(static () => new Unflatten(-1, -1, 2)),
        ["new CosineSimilarity()"] = new(static () => new CosineSimilarity(), static (m, x) => ((PairModule)m).Forward(x[0], x[1])),
        ["new CosineSimilarity(0)"] = new(static () => new CosineSimilarity(0), static (m, x) => ((PairModule)m).Forward(x[0], x[1])),
        ["new CosineSimilarity(-1)"] = new(static () => new CosineSimilarity(-1), static (m, x) => ((PairModule)m).Forward(x[0], x[1])),
        ["new PairwiseDistance()"] = new(static () => new PairwiseDistance(), static (m, x) => ((PairModule)m).Forward(x[0], x[1])),
        ["new PairwiseDistance(1, keepAxis: true)"] =
            new(static () => new PairwiseDistance(1, keepAxis: true), static (m, x) => ((PairModule)m).Forward(x[0], x[1])),
        ["new Bilinear(3, 4, 2)"] = new(static () => new Bilinear(3, 4, 2), static (m, x) => ((PairModule)m).Forward(x[0], x[1])),
        ["new Bilinear(3, 2, 4, false)"] = new(static () => new Bilinear(3, 2, 4, false), static (m, x) => ((PairModule)m).Forward(x[0], x[1])),
        ["F.Normalize(x)"] = Called(static x => Functional.Normalize(x[0])),
        ["F.Normalize(x, 1, 0)"] = Called(static x => Functional.Normalize(x[0], 1, 0)),
        ["new Dropout1d(0.4)"] = Of(static () => new Dropout1d(0.4)),
        ["new Dropout2d(0.4)"] = Of(static () => new Dropout2d(0.4)),
        ["new AlphaDropout(0.3)"] = Of(static () => new AlphaDropout(0.3)),
        ["new StochasticDepth(0.4)"] = Of(static () => new StochasticDepth(0.4)),
        ["new Dropout2d()"] = Of(static () => new Dropout2d()),
        ["new Dropout3d(0.4)"] = Of(static () => new Dropout3d(0.4)),
        ["new Dropout3d(1)"] = Of(static () => new Dropout3d(1)),
        ["new FeatureAlphaDropout(0.3)"] = Of(static () => new FeatureAlphaDropout(0.3)),
        ["new StochasticDepth(0.4, StochasticDepthMode.Batch)"] = Of(static () => new StochasticDepth(0.4, StochasticDepthMode.Batch)),
        ["new StochasticDepth(1)"] = Of(static () => new StochasticDepth(1)),
        ["new LazyLinear(3)"] = Warm(static () => new LazyLinear(3), [2, 4]),
        ["new LazyConv1d(3, 2)"] = Warm(static () => new LazyConv1d(3, 2), [2, 4, 5]),
        ["new LazyConv2d(4, (2, 3), 2, 1, 1, 2, false)"] = Warm(static () => new LazyConv2d(4, (2, 3), 2, 1, 1, 2, false), [1, 2, 4, 5]),
        ["new LazyConv3d(3, 2)"] = Warm(static () => new LazyConv3d(3, 2), [1, 2, 3, 3, 3]),
        ["new LazyConvTranspose1d(3, 2)"] = Warm(static () => new LazyConvTranspose1d(3, 2), [1, 2, 4]),
        ["new LazyConvTranspose2d(3, 2, 2, 0, 1)"] = Warm(static () => new LazyConvTranspose2d(3, 2, 2, 0, 1), [1, 2, 2, 3]),
        ["new LazyConvTranspose3d(1, 2)"] = Warm(static () => new LazyConvTranspose3d(1, 2), [1, 2, 2, 2, 2]),
        ["new LazyBatchNorm1d()"] = Warm(static () => new LazyBatchNorm1d(), [4, 3]),
        ["new LazyBatchNorm2d()"] = Warm(static () => new LazyBatchNorm2d(), [2, 3, 2, 2]),
        ["new LazyInstanceNorm1d()"] = Warm(static () => new LazyInstanceNorm1d(), [4, 3, 5]),
        ["new LazyInstanceNorm2d(1e-3, 0.3, trackRunningStats: false)"] =
            Warm(static () => new LazyInstanceNorm2d(1e-3, 0.3, trackRunningStats: false), [2, 3, 2, 2]),
        ["new LazyInstanceNorm3d(affine: false)"] = Warm(static () => new LazyInstanceNorm3d(affine: false), [2, 2, 2, 2, 1]),
        ["new LazyBatchNorm3d(momentum: null)"] = Warm(static () => new LazyBatchNorm3d(momentum: null), [2, 2, 2, 2, 1]),
        ["new ReflectionPad1d(4)"] = Of(static () => new ReflectionPad1d(4)),
        ["new ZeroPad2d([-2, -2, 0, 0])"] = Of(static () => new ZeroPad2d([-2, -2, 0, 0])),
        ["new Upsample(7, mode: InterpolateMode.Nearest, alignCorners: true)"] =
            Of(static () => new Upsample(7, mode: InterpolateMode.Nearest, alignCorners: true)),
        ["new Upsample(7, 2.0)"] = Of(static () => new Upsample(7, 2.0)),
        ["new Upsample()"] = Of(static () => new Upsample()),
        ["new ChannelShuffle(4)"] = Of(static () => new ChannelShuffle(4)),
        ["new Dropout2d(1.5)"] = Of(static () => new Dropout2d(1.5)),
        ["new StochasticDepth(1.5)"] = Of(static () => new StochasticDepth(1.5)),
    };

    [Fact]
    public void They_are_PyTorchs() => Check("shape-modules.json", Modules);

    // A lazy layer that has had its first input.
    static Made Warm(Func<Module> make, params int[] sizes) => Of(() =>
    {
        var layer = make();
        layer.Forward(Tensor.Zeros(new Shape(sizes)));
        return layer;
    });

    [Fact]
    public void A_lazy_layer_tells_nothing_of_its_parameters_before_its_first_input()
    {
        var network = new Sequential(new LazyConv2d(4, 3), new LazyBatchNorm2d(), new Flatten(), new LazyLinear(2));
        string message = Assert.Throws<InvalidOperationException>(() => network.Parameters().Count()).Message;
        Assert.Equal("LazyConv2d(0, 4, kernel_size=(3, 3), stride=(1, 1)) has no parameters yet: its sizes are those of its first input. Run one sample through the network first.", message);
        Assert.Throws<InvalidOperationException>(() => network.StateDict());
        Assert.Throws<InvalidOperationException>(network.ZeroGrad);
        using (Tensor.NoGrad())
            network.Forward(Tensor.Zeros([1, 3, 5, 6]));
        Assert.Equal(
            ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked", "3.weight", "3.bias"],
            network.StateDict().Keys);
        Assert.Equal("Conv2d(3, 4, 3)", network[0].ToString());
        Assert.Equal([6, 3, 3], new LazyConv2d(6, 2).Forward(Tensor.Ones([3, 4, 4])).Shape.ToArray()); // a single image
        Assert.Equal([2, 48], ((Linear)((LazyModule)network[3]).Layer).Weight.Shape.ToArray());
        network.Eval();
        Assert.False(((LazyModule)network[1]).Layer.Training);
        var x = Draw.Data([2, 3, 5, 6], 1);
        var copy = new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new Flatten(), new Linear(48, 2));
        copy.LoadStateDict(network.StateDict());
        copy.Eval();
        Assert.Equal(copy.Forward(x).ToArray(), network.Forward(x).ToArray());
    }

    [Fact]
    public void Sizes_of_resampling_that_cannot_work_are_refused_at_once()
    {
        string Message(Func<object> made) => Assert.Throws<ArgumentException>(made).Message;
        Assert.Equal("Upsample: expected either a size or a scale factor, got neither.", Message(() => new Upsample()));
        Assert.Equal("Upsample: expected either a size or a scale factor, got both.", Message(() => new UpsamplingNearest2d(7, 2.0)));
        Assert.Equal("Upsample: expected a size of at least 1 on each axis, got (3, 0).", Message(() => new Upsample((3, 0))));
        foreach (double factor in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Assert.StartsWith("Upsample: expected a finite scale factor above 0 on each axis, got ",
                Message(() => new Upsample(scaleFactor: factor)), StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => new UpsamplingBilinear2d(scaleFactor: (2.0, factor)));
        }

        Assert.Equal("Interpolate: [2, 0, 3] has no values to compute others of. The batch alone can be empty.",
            Message(() => new Upsample(6).Forward(Tensor.Zeros([2, 0, 3]))));
    }

    [Fact]
    public void A_module_of_two_inputs_asks_for_both() => Assert.Contains(
        "has two inputs", Assert.Throws<InvalidOperationException>(() => new Bilinear(2, 2, 1).Forward(Tensor.Zeros([1, 2]))).Message, StringComparison.Ordinal);
}
