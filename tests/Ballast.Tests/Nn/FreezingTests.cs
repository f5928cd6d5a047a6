namespace Ballast.Tests.Nn;

/// <summary>Normalizations held fixed: the layer that never learns, and freezing of those that do.</summary>
public sealed class FreezingTests
{
    static FrozenBatchNorm Frozen(int channels)
    {
        var layer = new FrozenBatchNorm(channels);
        layer.LoadStateDict(new StateDict
        {
            { "weight", Tensor.From(Draw.Floats(channels, 1), [channels]) },
            { "bias", Tensor.From(Draw.Floats(channels, 2), [channels]) },
            { "running_mean", Tensor.From(Draw.Floats(channels, 3), [channels]) },
            { "running_var", Tensor.From(Draw.Floats(channels, 4, 0.5f, 2), [channels]) },
        });
        return layer;
    }

    static double[] Doubles(Tensor x) => Array.ConvertAll(x.ToArray(), static value => (double)value);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 4)]
    public void The_frozen_layer_is_a_constant_scale_and_shift_in_training_too(int n, int l)
    {
        var layer = Frozen(3);
        var x = Draw.Weights(l == 1 ? [n, 3] : [n, 3, l], 5);
        var before = Draw.Bits(layer.StateDict());
        GradientCheck.Run([x], () => layer.Forward(x), v => Reference.Normalize(
            v[0], 3, l, Doubles(layer.Weight), Doubles(layer.Bias), 1e-5, Doubles(layer.RunningMean), Doubles(layer.RunningVar)));
        Assert.Equal(before, Draw.Bits(layer.StateDict()));
        Assert.Empty(layer.Parameters());
        Assert.Equal(["weight", "bias", "running_mean", "running_var"], layer.StateDict().Keys);
    }

    [Theory]
    [MemberData(nameof(GhostBatchNormTests.Networks), MemberType = typeof(GhostBatchNormTests))]
    public void In_a_network_it_computes_what_a_normalization_in_evaluation_mode_does(string behind)
    {
        var norm = new BatchNorm2d(16);
        norm.Forward(Draw.Data([4, 16, 3, 3], 1));
        norm.Weight!.CopyFrom(Draw.Floats(16, 2));
        norm.Bias!.CopyFrom(Draw.Floats(16, 3));
        var expected = GhostBatchNormTests.Network(norm, behind);
        norm.Eval();
        var frozen = GhostBatchNormTests.Network(FrozenBatchNorm.From(norm), behind);
        var held = new BatchNorm2d(16);
        held.LoadStateDict(norm.StateDict());
        Freezing.Freeze(held);
        var freed = GhostBatchNormTests.Network(held, behind);
        freed.Train();
        var cotangent = Draw.Data(expected.Forward(Draw.Data([3, 3, 8, 8], 4)).Shape, 5);
        foreach (var net in new[] { frozen, freed })
        {
            var (x, other) = (Draw.Weights([3, 3, 8, 8], 4), Draw.Weights([3, 3, 8, 8], 4));
            var (y, z) = (expected.Forward(x), net.Forward(other));
            Assert.Equal(Draw.Bits(y.AsSpan()), Draw.Bits(z.AsSpan()));
            y.Backward(cotangent);
            z.Backward(cotangent);
            Assert.Equal(Draw.Bits(x.Grad!.AsSpan()), Draw.Bits(other.Grad!.AsSpan()));
        }
    }

    [Fact]
    public void A_plain_normalizations_state_fits_the_frozen_one()
    {
        var norm = new BatchNorm2d(3);
        norm.Forward(Draw.Data([4, 3, 2, 2], 1));
        var frozen = new FrozenBatchNorm(3);
        frozen.LoadStateDict(norm.StateDict());
        norm.Eval();
        var x = Draw.Data([2, 3, 2, 2], 2);
        Assert.Equal(norm.Forward(x).ToArray(), frozen.Forward(x).ToArray());
        Assert.Equal(norm.Forward(x).ToArray(), FrozenBatchNorm.From(norm).Forward(x).ToArray());
        var state = norm.StateDict();
        state.Add("other", Tensor.Zeros([1]));
        Assert.Throws<ArgumentException>(() => frozen.LoadStateDict(state));
    }

    public static TheoryData<string> Kinds => ["plain", "ghost", "split", "renorm"];

    static Module Make(string kind) => kind switch
    {
        "plain" => new BatchNorm1d(8),
        "ghost" => new GhostBatchNorm(8, 2),
        "split" => new SplitBatchNorm(8, 2),
        _ => new BatchRenorm(8, schedule: RenormSchedule.Constant(2, 1)),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Freezing_survives_training_mode_and_optimizers(string kind)
    {
        var net = new Sequential(new Linear(4, 8), Make(kind), new ReLU(), new Linear(8, 3));
        net.Forward(Draw.Data([4, 4], 1));
        Freezing.Freeze(net);
        var norm = net[1];
        long[] before = Draw.Bits(norm.StateDict());
        float[] weight = net.Parameters().First().ToArray();
        Train(net);
        Assert.Equal(before, Draw.Bits(norm.StateDict()));
        Assert.NotEqual(weight, net.Parameters().First().ToArray());

        Freezing.Unfreeze(net);
        Train(net);
        Assert.NotEqual(before, Draw.Bits(norm.StateDict()));
        Assert.DoesNotContain(norm.Parameters(), static parameter => parameter.Frozen);
    }

    static void Train(Sequential net)
    {
        var optimizer = new SGD(net.Parameters(), 0.1f);
        for (int step = 0; step < 3; step++)
        {
            net.Eval();
            net.Train();
            optimizer.ZeroGrad();
            net.Forward(Draw.Data([4, 4], step)).Backward(Draw.Data([4, 3], 9));
            optimizer.Step();
        }
    }

    [Fact]
    public void Gamma_and_beta_may_go_on_learning_and_those_frozen_by_hand_stay_frozen()
    {
        var norm = new BatchNorm1d(3);
        Freezing.Freeze(norm, affine: false);
        Assert.False(norm.Weight!.Frozen);
        Assert.True(norm.StatisticsFrozen);
        norm.Bias!.Frozen = true;
        Freezing.Freeze(norm);
        Assert.True(norm.Weight.Frozen);
        Freezing.Freeze(norm); // once more changes nothing
        Freezing.Unfreeze(norm);
        Assert.False(norm.Weight.Frozen);
        Assert.True(norm.Bias.Frozen);
        Assert.False(norm.StatisticsFrozen);
    }

    [Fact]
    public void A_frozen_sample_alone_is_fine_and_nothing_to_freeze_is_refused()
    {
        var norm = new BatchNorm1d(3);
        Freezing.Freeze(norm);
        norm.Forward(Draw.Data([1, 3], 1));
        var net = new Sequential(new Linear(3, 3), new BatchNorm1d(3), new BatchNorm1d(3, trackRunningStats: false));
        Assert.Contains("2 BatchNorm1d(3) has no running statistics to hold", Assert.Throws<ArgumentException>(() => Freezing.Freeze(net)).Message, StringComparison.Ordinal);
        Assert.False(((BatchNorm1d)net[1]).StatisticsFrozen);
        Assert.Throws<ArgumentException>(() => FrozenBatchNorm.From((BatchNorm1d)net[2]));
        Assert.Throws<ArgumentException>(() => new FrozenBatchNorm(3).Forward(Tensor.Zeros([2, 4])));
        Assert.Equal(new Shape(0, 3), new FrozenBatchNorm(3).Forward(Tensor.Zeros([0, 3])).Shape);
        Assert.Throws<ArgumentException>(() => new FrozenBatchNorm(0));
        Assert.Throws<ArgumentException>(() => new FrozenBatchNorm(3, double.NaN));
    }
}
