namespace Ballast.Tests;

/// <summary>A batch whose statistics are not finite leaves the running ones alone: PyTorch's are NaN from then on.</summary>
public class NonFiniteStatisticsTests
{
    static Module Layer(string shape, double? momentum) => shape.Count(static letter => letter == ' ') switch
    {
        1 => new BatchNorm1d(3, momentum: momentum),
        3 => new BatchNorm2d(3, momentum: momentum),
        _ => new BatchNorm3d(3, momentum: momentum),
    };

    static Shape Parse(string shape) => new([.. shape.Split(' ').Select(int.Parse)]);

    public static TheoryData<string, float, bool> Batches()
    {
        var data = new TheoryData<string, float, bool>();
        foreach (string shape in (string[])["70 3", "4 3 5 5", "2 3 2 3 4"])
        {
            foreach (float value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e25f])
            {
                data.Add(shape, value, false);
                data.Add(shape, value, true);
            }
        }

        return data;
    }

    // The square of 1e25 is finite in double and not in float.
    [Theory]
    [MemberData(nameof(Batches))]
    public void They_do_not_reach_the_running_values(string text, float value, bool average)
    {
        Shape shape = Parse(text);
        double? momentum = average ? null : 0.1;
        var (layer, clean) = ((BatchNorm)Layer(text, momentum), (BatchNorm)Layer(text, momentum));
        foreach (int seed in (int[])[1, 2])
        {
            layer.Forward(Draw.Data(shape, seed));
            clean.Forward(Draw.Data(shape, seed));
        }

        float[] broken = Draw.Data(shape, 3).ToArray();
        broken[^1] = value;
        layer.Forward(Tensor.From(broken, shape));
        Assert.Equal(Draw.Bits(clean.StateDict()), Draw.Bits(layer.StateDict()));
        Assert.Equal((1, 0), (layer.UntrackedBatches, clean.UntrackedBatches));

        layer.Forward(Draw.Data(shape, 4));
        clean.Forward(Draw.Data(shape, 4));
        Assert.Equal(Draw.Bits(clean.StateDict()), Draw.Bits(layer.StateDict()));
        Assert.Equal(3, layer.NumBatchesTracked);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e25f)]
    public void They_do_not_reach_what_other_layers_keep(float value)
    {
        Module[] layers = [new EvoNormB0(3), new InstanceNorm1d(3, trackRunningStats: true)];
        foreach (var layer in layers)
        {
            layer.Forward(Draw.Data([4, 3, 5], 1));
            var before = Draw.Bits(layer.StateDict());
            float[] broken = Draw.Data([4, 3, 5], 2).ToArray();
            broken[^1] = value;
            layer.Forward(Tensor.From(broken, [4, 3, 5]));
            Assert.Equal(before, Draw.Bits(layer.StateDict()));
            Assert.Equal(1, layer is EvoNormB0 evo ? evo.UntrackedBatches : ((InstanceNorm)layer).UntrackedBatches);
        }
    }

    [Fact]
    public void They_are_in_the_output_for_whoever_looks()
    {
        var layer = new BatchNorm1d(2);
        float[] output = layer.Forward(Tensor.From([1, 2, float.NaN, 4, 5, 6], [3, 2])).ToArray();
        Assert.Equal([true, false, true, false, true, false], output.Select(float.IsNaN));
    }

    [Fact]
    public void Behind_a_convolution_that_sums_up_what_it_writes()
    {
        var norm = new BatchNorm2d(8);
        var chain = new Sequential(new Conv2d(3, 8, 3, padding: 1, generator: new Generator(5)), norm);
        float[] image = Draw.Data([4, 3, 8, 8], 6).ToArray();
        image[100] = float.PositiveInfinity;
        long[] before = Draw.Bits(norm.StateDict());
        chain.Forward(Tensor.From(image, [4, 3, 8, 8]));
        Assert.Equal(before, Draw.Bits(norm.StateDict()));
        Assert.Equal(1, norm.UntrackedBatches);
    }

    [Fact]
    public void Nor_those_of_an_instance_normalization()
    {
        var layer = new InstanceNorm2d(3, trackRunningStats: true);
        layer.Forward(Draw.Data([4, 3, 5, 5], 7));
        long[] before = Draw.Bits(layer.StateDict());
        float[] broken = Draw.Data([4, 3, 5, 5], 8).ToArray();
        broken[77] = float.NaN;
        layer.Forward(Tensor.From(broken, [4, 3, 5, 5]));
        Assert.Equal(before, Draw.Bits(layer.StateDict()));
    }

    // A state that came with values that are no numbers keeps them: what was loaded is what is there.
    [Fact]
    public void A_loaded_state_stays_as_it_came()
    {
        var layer = new BatchNorm1d(2);
        var state = layer.StateDict();
        layer.LoadStateDict(new StateDict
        {
            { "weight", state["weight"] },
            { "bias", state["bias"] },
            { "running_mean", new StateEntry(Tensor.From([float.NaN, 0], [2])) },
            { "running_var", state["running_var"] },
        });
        layer.Forward(Draw.Data([5, 2], 9));
        Assert.True(float.IsNaN(layer.RunningMean![0]));
        Assert.True(float.IsFinite(layer.RunningMean[1]));
    }
}
