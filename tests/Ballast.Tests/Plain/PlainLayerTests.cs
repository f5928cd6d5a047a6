namespace Ballast.Tests.Plain;

/// <summary>Layers on the default backend against their plain meaning, in training and evaluation.</summary>
public class PlainLayerTests : BackendComparison
{
    static Tensor Data(int seed, params int[] sizes) => Tensor.From(Draw.Floats(new Shape(sizes).Length, seed), new Shape(sizes));

    // A module on an input, its parameters away from where they begin and its state as it was before for each backend.
    void Check(Module module, Func<Tensor, Tensor> forward, Tensor input)
    {
        int seed = 50;
        foreach (var parameter in module.Parameters())
            parameter.CopyFrom(Draw.Floats(parameter.Length, seed++, -0.7f, 0.9f));
        var before = module.StateDict();
        string mode = module.Training ? "training" : "evaluation";
        Check($"{module} of {input.Shape} in {mode}", t =>
        {
            module.LoadStateDict(before);
            return forward(t[0]);
        }, [input, .. module.Parameters()]);
    }

    void Check(Func<Module> make, params Tensor[] inputs)
    {
        foreach (var input in inputs)
        {
            foreach (bool training in new[] { true, false })
            {
                using var generator = Generator.UseDefault(new Generator(3));
                var module = make();
                if (training)
                {
                    Check(module, module.Forward, input);
                    continue;
                }

                using (Tensor.NoGrad())
                    module.Forward(input);
                module.Eval();
                Check(module, module.Forward, input);
            }
        }
    }

    [Fact]
    public void Convolutions()
    {
        foreach (bool direct in new[] { false, true })
        {
            var algorithm = Compute.Convolution;
            Compute.Convolution = direct ? ConvolutionAlgorithm.Direct : algorithm;
            try
            {
                Check(static () => new Conv2d(16, 16, 3, padding: 1), Data(1, 2, 16, 9, 10), Data(1, 1, 16, 49, 50));
                Check(static () => new Conv2d(3, 20, 3, padding: 1, bias: false), Data(1, 2, 3, 9, 10), Data(1, 1, 3, 50, 48));
                Check(static () => new Conv2d(300, 3, 3, padding: 1), Data(1, 1, 300, 5, 4));
                Check(static () => new Conv2d(3, 300, 1), Data(1, 2, 3, 5, 4));
                Check(static () => new Conv2d(300, 16, 1, bias: false), Data(1, 2, 300, 5, 4));
                Check(static () => new Conv2d(6, 8, 3, stride: 2, padding: 1), Data(1, 2, 6, 11, 8), Data(1, 1, 6, 48, 51), Data(1, 2, 6, 51, 49));
                // An image in several parts, copied with its padding and read where it lies.
                Check(static () => new Conv2d(3, 40, 3, stride: 2, padding: 1), Data(1, 1, 3, 49, 51));
                Check(static () => new Conv2d(3, 40, 3, stride: 2), Data(1, 1, 3, 50, 48));
                Check(static () => new Conv2d(6, 8, 5, padding: 2, dilation: 2), Data(1, 2, 6, 11, 9));
                Check(static () => new Conv2d(6, 8, 4, stride: 3, padding: 1, groups: 2), Data(1, 2, 6, 11, 8));
                Check(static () => new Conv2d(24, 24, 3, padding: 1, groups: 24), Data(1, 2, 24, 11, 8), Data(1, 1, 24, 48, 48));
                Check(static () => new Conv2d(24, 24, 3, stride: 2, padding: 1, groups: 24), Data(1, 2, 24, 11, 8));
                Check(static () => new WeightStandardizedConv2d(6, 8, 3, padding: 1), Data(1, 2, 6, 7, 8));
            }
            finally
            {
                Compute.Convolution = algorithm;
            }
        }

        Conclude();
    }

    [Fact]
    public void Convolutions_of_other_shapes_and_ranks()
    {
        Check(static () => new Conv2d(5, 7, (3, 5), (2, 1), (1, 2), (1, 2)), Data(1, 2, 5, 9, 13));
        Check(static () => new Conv2d(16, 16, (1, 3), padding: "same"), Data(1, 2, 16, 5, 6));
        Check(static () => new Conv2d(4, 4, 4, padding: "same", dilation: (1, 3)), Data(1, 1, 4, 7, 9));
        Check(static () => new Conv2d(4, 6, 3, padding: (2, 1), paddingMode: PadMode.Reflect), Data(1, 2, 4, 5, 6));
        Check(static () => new Conv1d(5, 20, 3, padding: 1), Data(1, 2, 5, 17), Data(1, 9, 5, 60));
        Check(static () => new Conv1d(16, 16, 4, 3, 2, 2, 4), Data(1, 2, 16, 33));
        Check(static () => new Conv1d(6, 6, 5, padding: 4, groups: 6, paddingMode: PadMode.Circular), Data(1, 2, 6, 11));
        Check(static () => new Conv3d(3, 5, 3, padding: 1), Data(1, 2, 3, 4, 5, 6));
        Check(static () => new Conv3d(16, 16, (1, 3, 3), padding: (0, 1, 1)), Data(1, 2, 16, 3, 6, 5));
        Check(static () => new Conv3d(4, 6, (2, 3, 1), (2, 1, 3), (1, 0, 0), (3, 2, 1), 2), Data(1, 2, 4, 7, 8, 7));
        Check(static () => new Conv3d(3, 3, (3, 1, 2), (1, 2, 2), (2, 0, 1), groups: 3), Data(1, 2, 3, 4, 5, 6));
        Check(static () => new ConvTranspose1d(5, 4, 3, 2, 1), Data(1, 2, 5, 7));
        Check(static () => new ConvTranspose1d(4, 6, 3, 2, 0, 3, 2, dilation: 4), Data(1, 2, 4, 6));
        Check(static () => new ConvTranspose2d(16, 16, 3, padding: 1), Data(1, 2, 16, 6, 5));
        Check(static () => new ConvTranspose2d(5, 3, 4, 2, 1), Data(1, 2, 5, 6, 7));
        Check(static () => new ConvTranspose2d(6, 6, (2, 3), (3, 2), (1, 0), (2, 1), 6, bias: false), Data(1, 2, 6, 4, 5));
        Check(static () => new ConvTranspose3d(3, 4, (3, 2, 2), (2, 1, 2), (1, 0, 1), (1, 0, 0)), Data(1, 2, 3, 3, 4, 3));
        Conclude();
    }

    [Fact]
    public void Linear_layers_pools_and_dropout()
    {
        Check(static () => new Linear(300, 17), Data(1, 9, 300));
        Check(static () => new Linear(30, 200, bias: false), Data(1, 33, 30), Data(1, 3, 4, 30));
        Check(static () => new MaxPool2d(2), Data(1, 2, 5, 9, 10), Data(1, 1, 3, 48, 50));
        Check(static () => new MaxPool2d(3, 2, 1), Data(1, 2, 5, 9, 10), Data(1, 1, 3, 48, 50));
        Check(static () => new MaxPool2d(3, 1), Data(1, 2, 300, 4, 5));
        Check(static () => new AvgPool2d(2), Data(1, 2, 5, 9, 10), Data(1, 1, 3, 48, 50));
        Check(static () => new AvgPool2d(3, 2, 1), Data(1, 2, 5, 9, 10));
        Check(static () => new AvgPool2d(3, 2, 1, countIncludePad: false), Data(1, 2, 5, 9, 10));
        Check(static () => new GlobalAvgPool2d(), Data(1, 2, 300, 4, 5), Data(1, 2, 3, 48, 48));
        Check(static () => new MaxPool1d(3, 2, 1), Data(1, 2, 5, 30));
        Check(static () => new MaxPool2d((1, 3), (2, 1), (0, 1), (1, 2), true), Data(1, 2, 5, 9, 10));
        Check(static () => new MaxPool3d(2), Data(1, 2, 5, 4, 6, 8));
        Check(static () => new MaxPool3d((3, 1, 2), 2, (1, 0, 1), (1, 1, 3)), Data(1, 2, 5, 4, 5, 8));
        Check(static () => new AvgPool1d(3, 1, 1), Data(1, 2, 20, 30));
        Check(static () => new AvgPool3d((2, 3, 1), (1, 2, 2), (1, 1, 0), true, false), Data(1, 2, 5, 4, 5, 8));
        Check(static () => new AvgPool2d(2, divisorOverride: 3), Data(1, 2, 5, 4, 5));
        Check(static () => new AdaptiveAvgPool2d((3, 4)), Data(1, 2, 5, 7, 6));
        Check(static () => new AdaptiveAvgPool1d(5), Data(1, 2, 5, 7));
        Check(static () => new AdaptiveMaxPool3d((2, 3, null)), Data(1, 2, 5, 3, 4, 2));
        Check(static () => new LPPool2d(2, 3, 2), Data(1, 2, 5, 7, 6));
        Check(static () => new FractionalMaxPool2d(2, (3, 4)), Data(1, 2, 5, 7, 8));
        Check(static () => new Dropout(0.3), Data(1, 20, 48));
        Check(static () => new Flatten(), Data(1, 3, 4, 5));
        Check(static () => new Dropout2d(0.3), Data(1, 4, 8, 3, 5));
        Check(static () => new AlphaDropout(0.3), Data(1, 4, 8));
        Check(static () => new StochasticDepth(0.5), Data(1, 8, 3, 4));
        Check(static () => new ReflectionPad2d([1, 2, 0, 3]), Data(1, 2, 3, 5, 4));
        Check(static () => new Upsample(scaleFactor: 1.7, mode: InterpolateMode.Bilinear), Data(1, 2, 3, 5, 4));
        Check(static () => new Upsample((7, 9), mode: InterpolateMode.Bicubic), Data(1, 2, 3, 5, 4));
        Check(static () => new Upsample(scaleFactor: 2), Data(1, 2, 3, 5, 4));
        Check(static () => new PixelShuffle(2), Data(1, 2, 8, 3, 4));
        Check(static () => new ChannelShuffle(3), Data(1, 2, 6, 3, 4));
        Check(static () => new Unfold((2, 3), 2, 1, (1, 2)), Data(1, 2, 3, 5, 6));
        Check(static () => new Fold2d((5, 6), (2, 3)), Data(1, 2, 18, 16));
        Check(static () => new BasicBlock(4, 6, 2), Data(1, 3, 4, 6, 6));
        Conclude();
    }

    [Fact]
    public void Batch_normalizations()
    {
        Tensor[] any = [Data(1, 8, 20), Data(1, 4, 20, 6), Data(1, 4, 20, 5, 7), Data(1, 2, 20, 48, 48)];
        Check(static () => new BatchNorm1d(300), Data(1, 8, 300));
        Check(static () => new BatchNorm1d(20), any[..2]);
        Check(static () => new BatchNorm2d(20), any[2..]);
        Check(static () => new BatchNorm2d(20, affine: false), any[2..3]);
        Check(static () => new BatchNorm2d(20, trackRunningStats: false), any[2..3]);
        Check(static () => new BatchNorm2d(20, momentum: null), any[2..3]);
        Check(static () => new BatchNorm3d(4), Data(1, 2, 4, 3, 4, 5));
        Check(static () => new GhostBatchNorm(20, 2), any);
        Check(static () => new BatchRenorm(20), any);
        Check(static () => new BatchRenorm(20, schedule: RenormSchedule.Constant(3, 5)), any);
        Check(static () => new SplitBatchNorm(20), any);
        Check(static () => new FrozenBatchNorm(20), any);
        Check(static () => new SyncBatchNorm(20, ThreadCommunicator.Create(1)[0]), any);
        Check(static () =>
        {
            var norm = new BatchNorm2d(20);
            Freezing.Freeze(norm, affine: false);
            return norm;
        }, any[2..]);
        var mask = Tensor.From([.. Enumerable.Range(0, 24).Select(static i => i % 5 == 4 ? 0f : 1f)], [4, 6]);
        foreach (bool training in new[] { true, false })
        {
            var norm = new MaskedBatchNorm1d(20);
            norm.Train(training);
            Check(norm, x => norm.Forward(x, mask), Data(1, 4, 20, 6));
        }

        Conclude();
    }

    [Fact]
    public void Other_normalizations()
    {
        Tensor[] images = [Data(1, 3, 8, 5, 7), Data(1, 1, 8, 48, 49)];
        Check(static () => new GroupNorm(4, 8), [Data(1, 3, 8), .. images]);
        Check(static () => new GroupNorm(3, 300), Data(1, 2, 300, 2, 3));
        Check(static () => new LayerNorm([8, 5, 7]), images[..1]);
        Check(static () => new LayerNorm(300), Data(1, 5, 300));
        Check(static () => new LayerNorm(17, elementwiseAffine: false), Data(1, 5, 3, 17));
        Check(static () => new RMSNorm(300), Data(1, 5, 300));
        Check(static () => new RMSNorm(17), Data(1, 5, 3, 17));
        Check(static () => new InstanceNorm1d(8), Data(1, 3, 8, 9));
        Check(static () => new InstanceNorm2d(8), images);
        Check(static () => new InstanceNorm2d(8, affine: true, trackRunningStats: true), images);
        Check(static () => new InstanceNorm3d(3, affine: true), Data(1, 2, 3, 2, 3, 4));
        Check(static () => new FilterResponseNorm(8), images);
        Check(static () => new FilterResponseNorm(8, threshold: false, learnEps: true), images);
        Check(static () => new EvoNormB0(8), images[0], Data(4, 1, 8, 48, 49));
        Check(static () => new EvoNormS0(8, 4), images);
        Check(static () => new LocalResponseNorm(5, 0.5, 0.75, 1.5), images);
        Check(static () => new LocalResponseNorm(2), images);
        Conclude();
    }
}
