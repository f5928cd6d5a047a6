namespace Ballast.Tests.Tensors;

/// <summary>A channel that is looked at is one of the second axis of the shape that is seen, whatever its values wait to be computed as.</summary>
public class ObservedValuesTests
{
    static readonly (string Name, Func<Tensor, Tensor> Of)[] Waiting =
    [
        ("a convolution", static x => new Conv2d(6, 6, 3, padding: 1).Forward(x)),
        ("a depthwise convolution", static x => new Conv2d(6, 6, 3, padding: 1, groups: 6).Forward(x)),
        ("a normalization", static x => new BatchNorm2d(6).Forward(x)),
        ("a normalization and a ReLU", static x => new BatchNorm2d(6).Forward(x).Relu()),
        ("a normalization and a smooth function", static x => new BatchNorm2d(6).Forward(x).Silu()),
        ("a sum", static x => new BatchNorm2d(6).Forward(x) + x),
        ("a sum and a function", static x => (new BatchNorm2d(6).Forward(x) + new Conv2d(6, 6, 1).Forward(x)).Gelu()),
        ("a function", static x => x.Sigmoid()),
        ("values", static x => x),
    ];

    static readonly (string Name, Func<Tensor, Tensor> Of)[] Views =
    [
        ("as it is", static x => x),
        ("flattened", static x => x.Flatten(1)),
        ("with channels as samples", static x => x.Reshape(18, 4, 5)),
        ("with two axes of channels", static x => x.Reshape(3, 2, 3, 20)),
        ("with samples together", static x => x.Reshape(1, 18, 20)),
        ("with as many channels of other values", static x => x.Permute(2, 1, 0, 3)),
        ("turned over", static x => x.Transpose(1, 2)),
    ];

    [Fact]
    public void A_channel_is_one_of_the_shape_that_is_seen()
    {
        foreach (var (what, make) in Waiting)
        {
            foreach (var (how, view) in Views)
            {
                Check($"{what}, {how}, recorded", () => view(make(Input(recorded: true))));
                using (Tensor.NoGrad())
                    Check($"{what}, {how}, not recorded", () => view(make(Input(recorded: false))));
            }
        }
    }

    static Tensor Input(bool recorded)
    {
        var x = Draw.Data([3, 6, 4, 5], 1);
        x.RequiresGrad = recorded;
        return x;
    }

    static void Check(string name, Func<Tensor> make)
    {
        using var generator = Generator.UseDefault(new Generator(3));
        var y = make();
        int channel = y.Shape[1] - 1;
        float[] seen = new float[y.Length / y.Shape[1]];
        new ObservedValues(y).CopyChannel(channel, seen);
        Assert.True(y.Select(1, channel).ToArray().AsSpan().SequenceEqual(seen), name);
    }
}
