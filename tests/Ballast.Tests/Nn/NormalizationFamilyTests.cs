using Ballast.Lab;

namespace Ballast.Tests.Nn;

/// <summary>What all that grew around batch normalization share: it folds away, resumes to the same bits, and is written as a text.
/// </summary>
public sealed class NormalizationFamilyTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly byte[] before = Generator.Default.GetState();

    public void Dispose()
    {
        folder.Dispose();
        Generator.Default.SetState(before);
    }

    /// <summary>One of each.</summary>
    public static TheoryData<string> Kinds => ["ghost", "ghost, average", "renorm", "frozen", "held", "split", "sync", "masked"];

    static Module Make(string kind, int channels)
    {
        Module norm = kind switch
        {
            "ghost" => new GhostBatchNorm(channels, 2),
            "ghost, average" => new GhostBatchNorm(channels, 2, momentum: null),
            "renorm" => new BatchRenorm(channels, schedule: new RenormSchedule { Start = 2, RMaxReached = 20, DMaxReached = 12 }),
            "frozen" => new FrozenBatchNorm(channels),
            "split" => new SplitBatchNorm(channels),
            "sync" => new SyncBatchNorm(channels, ThreadCommunicator.Create(1)[0]),
            "masked" => new Masking(channels),
            _ => new BatchNorm1d(channels),
        };
        if (kind == "held")
            Freezing.Freeze(norm, affine: false);
        return norm;
    }

    // A sequence of one position, of which every other sample's is valid.
    sealed class Masking : Module
    {
        readonly MaskedBatchNorm1d norm;

        public Masking(int channels) => norm = Register("norm", new MaskedBatchNorm1d(channels));

        public override Tensor Forward(Tensor input)
        {
            int n = input.Shape[0], c = input.Shape[1];
            float[] mask = [.. Enumerable.Range(0, n).Select(static i => i % 3 == 2 ? 0f : 1f)];
            return norm.Forward(input.Reshape([n, c, 1]), Tensor.From(mask, [n, 1])).Reshape([n, c]);
        }
    }

    static Trainer Train(string kind, int seed, out Func<long[]> everything, string? path = null, CancellationTokenSource? stop = null, int at = 0)
    {
        Generator.Default.ManualSeed(seed);
        var model = new Sequential(new Flatten(), new Linear(12, 8), Make(kind, 8), new ReLU(), new Linear(8, 3));
        var optimizer = new Adam(model.Parameters(), 1e-2f);
        int step = 0;
        everything = () => [.. Draw.Bits(model.StateDict()), .. Draw.Bits(optimizer.StateDict())];
        return new Trainer(model, optimizer, new DataLoader(SmallTask.Dataset(42), 6, shuffle: true), new TrainerOptions
        {
            Epochs = 3,
            LogEvery = 1,
            CheckpointPath = path,
            OnLine = _ =>
            {
                if (++step == at)
                    stop!.Cancel();
            },
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stopped_and_resumed_it_ends_with_the_same_bits(string kind)
    {
        Assert.True(Train(kind, 42, out var whole).Fit().Completed);
        long[] expected = whole();
        foreach (int step in new[] { 3, 7, 16 })
        {
            string path = folder.File($"checkpoint-{step}");
            using var stop = new CancellationTokenSource();
            Assert.Equal(step, Train(kind, 42, out _, path, stop, step).Fit(stop.Token).Step);
            var second = Train(kind, 7, out var resumed, path);
            second.Resume(Checkpoint.Load(path));
            Assert.True(second.Fit().Completed);
            Assert.Equal(expected, resumed());
        }
    }

    static Module Trained(Module norm, int channels)
    {
        int seed = 20;
        var state = norm.StateDict();
        foreach (var (key, entry) in state)
        {
            if (entry.Tensor is { ElementType: ElementType.Float32 } tensor)
                Draw.Floats(channels, seed++, key.EndsWith("var", StringComparison.Ordinal) || key.EndsWith("std", StringComparison.Ordinal) ? 0.5f : -1, 2).CopyTo(tensor.Mutate());
        }

        norm.LoadStateDict(state);
        return norm;
    }

    [Theory]
    [InlineData("ghost")]
    [InlineData("renorm")]
    [InlineData("frozen")]
    [InlineData("split")]
    [InlineData("sync")]
    public void Each_folds_away_in_evaluation_mode(string kind)
    {
        var images = new Sequential(new Conv2d(3, 16, 3), Trained(Make(kind, 16), 16), new ReLU(), new Conv2d(16, 4, 3), Trained(Make(kind, 4), 4));
        var rows = new Sequential(new Linear(6, 5, bias: false), Trained(Make(kind, 5), 5));
        foreach (var (net, x) in new[] { (images, Draw.Data([2, 3, 9, 9], 1)), (rows, Draw.Data([3, 6], 2)) })
        {
            net.Eval();
            float[] expected = net.Forward(x).ToArray();
            var report = Folding.Fold(net);
            Assert.Empty(report.Kept);
            Assert.NotEmpty(report.Folded);
            Near.Equal(expected, net.Forward(x).ToArray(), 1e-5);
            Assert.DoesNotContain(net, module => module is BatchNorm or BatchRenorm or FrozenBatchNorm);
        }
    }

    [Fact]
    public void Held_fixed_they_fold_in_training_mode_and_others_say_why_not()
    {
        foreach (string kind in new[] { "frozen", "held" })
        {
            var net = new Sequential(new Linear(6, 5), Trained(Make(kind, 5), 5));
            Assert.Single(Folding.Fold(net).Folded);
        }

        foreach (string kind in new[] { "ghost", "renorm", "split", "sync" })
        {
            var net = new Sequential(new Linear(6, 5), Make(kind, 5));
            Assert.StartsWith("It is in training mode", Assert.Single(Folding.Fold(net).Kept).Reason, StringComparison.Ordinal);
        }

        var alone = new Sequential(new ReLU(), new FrozenBatchNorm(3), new Linear(3, 4), new FrozenBatchNorm(3));
        Assert.Equal(
            ["Before it comes ReLU(). It can be folded into a Linear or a Conv2d.", "The Linear(3, 4) before it has 4 channels, not 3."],
            Folding.Fold(alone).Kept.Select(static kept => kept.Reason));
        var renorm = new BatchRenorm(3);
        var state = renorm.StateDict();
        state["running_std"].Tensor.Mutate()[1] = 0;
        renorm.LoadStateDict(state);
        var bad = new Sequential(new Linear(3, 3), renorm);
        bad.Eval();
        Assert.Equal("Its channel 1 has a running deviation of 0, by which nothing can be divided.", Assert.Single(Folding.Fold(bad).Kept).Reason);
        var masked = new Sequential(new Linear(3, 3), new MaskedBatchNorm1d(3));
        masked.Eval();
        Assert.StartsWith("Before it comes Linear(3, 3).", Assert.Single(Folding.Fold(masked).Kept).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_makes_them_with_their_settings()
    {
        var layers = LayerText.Parse(
            "conv:8,3 ghostbatchnorm:16,momentum=null,eps=1e-3 relu splitbatchnorm:3,affine=false flatten linear:12 frozenbatchnorm:eps=1e-4 "
            + "batchrenorm:rmax=2,dmax=1,start=0,rsteps=10,dsteps=20,momentum=0.05 linear:10").Build([3, 8, 8], 10).Layers;
        var ghost = (GhostBatchNorm)layers[1];
        Assert.Equal((8, 16, null, 1e-3), (ghost.NumFeatures, ghost.VirtualBatchSize, ghost.Momentum, ghost.Eps));
        var split = (SplitBatchNorm)layers[3];
        Assert.Equal((8, 3), (split.NumFeatures, split.Splits));
        Assert.Null(split.Weight);
        Assert.Equal(1e-4, ((FrozenBatchNorm)layers[6]).Eps);
        var renorm = (BatchRenorm)layers[7];
        Assert.Equal((12, 0.05), (renorm.NumFeatures, renorm.Momentum));
        Assert.Equal(new RenormSchedule { RMax = 2, DMax = 1, Start = 0, RMaxReached = 10, DMaxReached = 20 }, renorm.Schedule);
    }

    [Theory]
    [InlineData("flatten ghostbatchnorm linear:10", "ghostbatchnorm", "ghostbatchnorm needs a number for virtual")]
    [InlineData("flatten splitbatchnorm:1 linear:10", "splitbatchnorm:1", "expected at least 2 splits, got 1")]
    [InlineData("flatten batchrenorm:rmax=0.5 linear:10", "batchrenorm:rmax=0.5", "expected an RMax of 1 or more")]
    [InlineData("flatten frozenbatchnorm:momentum=1 linear:10", "momentum", "frozenbatchnorm has no setting")]
    public void A_text_that_cannot_work_is_pointed_at(string text, string place, string message)
    {
        var error = Assert.Throws<LayerTextException>(() => LayerText.Parse(text).Build([3, 8, 8], 10));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }
}
