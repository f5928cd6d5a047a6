namespace Ballast.Tests;

/// <summary>Layers that take each channel for itself give it the same values whatever other channels there are: those of the channels that
/// fill no register, at every number of them.</summary>
public sealed class ChannelCountTests
{
    const int Most = 48;

    sealed class ResidualBlock : Module
    {
        readonly Sequential main, side;

        public ResidualBlock(int channels)
        {
            main = Register("main", new Sequential(Depthwise(channels), new BatchNorm2d(channels)));
            side = Register("side", new Sequential(Depthwise(channels), new BatchNorm2d(channels)));
        }

        public override Tensor Forward(Tensor input) => new ReLU().Forward(main.Forward(input) + side.Forward(input));
    }

    static Conv2d Depthwise(int channels) => new(channels, channels, 3, padding: 1, groups: channels);

    static Module Network(string name, int channels) => name switch
    {
        "normalization" => new Sequential(Depthwise(channels), new BatchNorm2d(channels), new ReLU()),
        "activation" => new Sequential(Depthwise(channels), new BatchNorm2d(channels), new SiLU()),
        "max pool" => new Sequential(Depthwise(channels), new BatchNorm2d(channels), new ReLU(), new MaxPool2d(2)),
        "wide max pool" => new Sequential(Depthwise(channels), new BatchNorm2d(channels), new ReLU(), new MaxPool2d(3)),
        "overlapping max pool" => new Sequential(Depthwise(channels), new BatchNorm2d(channels), new ReLU(), new MaxPool2d(3, 2, 1)),
        "average pool" => new Sequential(Depthwise(channels), new BatchNorm2d(channels), new AvgPool2d(2)),
        "residual block" => new ResidualBlock(channels),
        "two depthwise convolutions" => new Sequential(Depthwise(channels), new BatchNorm2d(channels), new ReLU(), Depthwise(channels)),
        "large convolution" => new Sequential(Depthwise(channels), new BatchNorm2d(channels), new ReLU(), new Conv2d(channels, 5, 5, padding: 2)),
        "convolution of a normalization" => new Sequential(
            Depthwise(channels), new BatchNorm2d(channels), new ReLU(), new Conv2d(channels, 9, 3, padding: 1),
            new Conv2d(9, channels, 3, padding: 1), new BatchNorm2d(channels), new ReLU()),
        "statistics of a convolution" => new Sequential(
            Depthwise(channels), new Conv2d(channels, 5, 1), new Conv2d(5, channels, 5, padding: 2), new BatchNorm2d(channels), new ReLU()),
        "instance normalization" => new Sequential(Depthwise(channels), new InstanceNorm2d(channels, affine: true)),
        "filter response" => new Sequential(Depthwise(channels), new FilterResponseNorm(channels)),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    [Theory]
    [InlineData("normalization")]
    [InlineData("activation")]
    [InlineData("max pool")]
    [InlineData("wide max pool")]
    [InlineData("overlapping max pool")]
    [InlineData("average pool")]
    [InlineData("residual block")]
    [InlineData("two depthwise convolutions")]
    [InlineData("large convolution")]
    [InlineData("convolution of a normalization")]
    [InlineData("statistics of a convolution")]
    [InlineData("instance normalization")]
    [InlineData("filter response")]
    public void A_channel_has_the_same_values_whatever_others_there_are(string name)
    {
        foreach (int channels in new[] { 1, 2, 3, 4, 6, 7, 8, 11, 12, 15, 17, 20, 24, 28, 31, 33, 40, 47 })
        {
            Module all = Network(name, Most), some = Network(name, channels);
            foreach (var (whole, part) in all.Parameters().Zip(some.Parameters()))
            {
                whole.CopyFrom(Draw.Data(whole.Shape, seed: whole.Length) * 0.3f + (whole.Shape.Rank == 1 ? 0.5f : 0));
                if (whole.Shape.Rank > 1 && whole.Shape[1] == Most)
                    whole.CopyFrom(WithoutOthers(whole.Detach(), channels));
                part.CopyFrom(First(whole.Detach(), channels));
            }

            Parameter x = Draw.Weights([3, Most, 7, 9], seed: 1), few = new(First(x.Detach(), channels).Clone());
            Tensor expected = all.Forward(x), actual = some.Forward(few), gradient = Draw.Data(expected.Shape, seed: 2);
            Near.Equal(First(expected.Detach(), channels).AsSpan(), actual.Detach().AsSpan(), 1e-5, $"{channels} channels, result");
            (expected * WithoutOthers(gradient, channels)).Sum().Backward();
            (actual * First(gradient, channels)).Sum().Backward();
            foreach (var (whole, part) in all.Parameters().Prepend(x).Zip(some.Parameters().Prepend(few)))
                Near.Equal(First(whole.Grad!, channels).AsSpan(), part.Grad!.AsSpan(), 2e-5, $"{channels} channels, gradient of {part.Shape}");
        }
    }

    // The first of all channels, whichever axis they lie along.
    static Tensor First(Tensor values, int channels)
    {
        for (int axis = 0; axis < values.Shape.Rank; axis++)
        {
            if (values.Shape[axis] == Most)
                return values.Narrow(axis, 0, channels);
        }

        return values;
    }

    // What adds channels up must find nothing in those that the other network does not have.
    static Tensor WithoutOthers(Tensor values, int channels) => values.Shape[1] == Most
        ? Tensor.Concat([First(values, channels), Tensor.Zeros(values.Narrow(1, channels, Most - channels).Shape)], 1)
        : values;
}
