namespace Ballast.Tests.Tensors;

/// <summary>A function of single values that is written once joins a normalization, a convolution and a residual sum, forward and backward:
/// the result is one deferred value, and its numbers are those of the parts computed apart.</summary>
public class JoiningTests
{
    static readonly Dictionary<string, Func<Tensor, Tensor>> Functions = new()
    {
        ["ReLU"] = static x => x.Relu(),
        ["SiLU"] = static x => x.Silu(),
        ["GELU"] = static x => x.Gelu(),
        ["LeakyReLU"] = static x => x.LeakyRelu(0.1),
        ["Hardswish"] = static x => x.Hardswish(),
        ["Mish"] = static x => x.Mish(),
        ["ELU 0.7"] = static x => x.Elu(0.7),
        ["Softplus 2"] = static x => x.Softplus(2, 6),
    };

    static readonly string[] Sizes = ["4 8 6 6", "2 8 48 48", "1 5 50 49", "2 300 5 5", "3 16 9 9"];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string name in Functions.Keys)
            {
                foreach (string sizes in Sizes)
                    cases.Add(name, sizes);
            }

            return cases;
        }
    }

    static Shape Sized(string sizes) => new([.. sizes.Split(' ').Select(int.Parse)]);

    static BatchNorm2d Normalization(int channels, int seed)
    {
        var layer = new BatchNorm2d(channels);
        layer.Weight!.CopyFrom(Draw.Floats(channels, seed, 0.5f, 1.5f));
        layer.Bias!.CopyFrom(Draw.Floats(channels, seed + 1));
        return layer;
    }

    // Nothing has been computed: the values lie nowhere yet.
    static void AssertDeferred(Tensor tensor)
    {
        Assert.NotNull(tensor.Recipe);
        Assert.False(tensor.Recipe.TryOperand(tensor.Shape, out _));
        Assert.False(tensor.Recipe is DeferredChannels { IsComputed: true });
    }

    // The result and the gradients of what was learned, with the parts joined and with each part read at once.
    static void Compare(Func<bool, (Tensor Result, Parameter[] Learned)> build)
    {
        (float[] Result, float[][] Gradients) Run(bool apart)
        {
            var (result, learned) = build(apart);
            result.Backward(Draw.Data(result.Shape, 9));
            return (result.ToArray(), [.. learned.Select(static parameter => parameter.Grad!.ToArray())]);
        }

        var (joined, parts) = (Run(false), Run(true));
        Near.Equal(parts.Result, joined.Result, 1e-5, "result");
        for (int i = 0; i < parts.Gradients.Length; i++)
            Near.Equal(parts.Gradients[i], joined.Gradients[i], 1e-4, $"gradient {i}");
    }

    static Tensor Look(Tensor tensor, bool apart)
    {
        if (apart)
            tensor.AsSpan();
        return tensor;
    }

    // The same values with channels last, as a convolution leaves them: a pointwise one that changes nothing.
    static Tensor Image(Tensor x)
    {
        int channels = x.Shape[1];
        var layer = new Conv2d(channels, channels, 1, bias: false);
        float[] one = new float[channels * channels];
        for (int c = 0; c < channels; c++)
            one[c * channels + c] = 1;
        layer.Weight.CopyFrom(one);
        return layer.Forward(x);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_joins_a_normalization(string name, string sizes) => Compare(apart =>
    {
        var x = Draw.Weights(Sized(sizes), 1);
        var layer = Normalization(x.Shape[1], 2);
        var normal = Look(layer.Forward(Image(x)), apart);
        var result = Functions[name](normal);
        if (!apart)
        {
            AssertDeferred(normal);
            AssertDeferred(result);
        }

        return (Look(result, apart), [x, layer.Weight!, layer.Bias!]);
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_joins_a_residual_sum_of_normalizations(string name, string sizes) => Compare(apart =>
    {
        var (x, y) = (Draw.Weights(Sized(sizes), 1), Draw.Weights(Sized(sizes), 2));
        BatchNorm2d left = Normalization(x.Shape[1], 3), right = Normalization(x.Shape[1], 5);
        var sum = Look(Look(left.Forward(Image(x)), apart) + Look(right.Forward(Image(y)), apart), apart);
        var result = Functions[name](sum);
        if (!apart)
        {
            AssertDeferred(sum);
            AssertDeferred(result);
        }

        return (Look(result, apart), [x, y, left.Weight!, left.Bias!, right.Weight!, right.Bias!]);
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_joins_a_residual_sum_with_what_lies_in_memory(string name, string sizes) => Compare(apart =>
    {
        var (x, y) = (Draw.Weights(Sized(sizes), 1), Draw.Weights(Sized(sizes), 2));
        var layer = Normalization(x.Shape[1], 3);
        var sum = Look(Image(y) + Look(layer.Forward(Image(x)), apart), apart);
        var result = Functions[name](sum);
        if (!apart)
            AssertDeferred(result);
        return (Look(result, apart), [x, y, layer.Weight!, layer.Bias!]);
    });

    static readonly (string Name, Func<int, Conv2d> Of)[] Convolutions =
    [
        ("Winograd", static channels => new Conv2d(channels, 16, 3, padding: 1, generator: new Generator(1))),
        ("direct", static channels => new Conv2d(channels, 7, 3, stride: 2, padding: 1, generator: new Generator(2))),
        ("pointwise", static channels => new Conv2d(channels, 9, 1, generator: new Generator(3))),
        ("depthwise", static channels => new Conv2d(channels, channels, 3, padding: 1, groups: channels, generator: new Generator(4))),
        ("groups", static channels => new Conv2d(channels, channels, 3, padding: 1, groups: 2, generator: new Generator(5))),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_joins_a_convolution_without_gradients_and_what_is_added_to_it(string name, string sizes)
    {
        using var off = Tensor.NoGrad();
        var x = Draw.Data(Sized(sizes), 1);
        int channels = x.Shape[1];
        foreach (var (kind, of) in Convolutions)
        {
            if (kind == "groups" && channels % 2 != 0)
                continue;
            var layer = of(channels);
            var alone = layer.Forward(x);
            float[] plain = alone.ToArray();
            var added = Draw.Data(alone.Shape, 2);
            var joined = Functions[name](layer.Forward(x));
            var both = Functions[name](layer.Forward(x) + added);
            AssertDeferred(joined);
            AssertDeferred(both);
            Near.Equal(Functions[name](Tensor.From(plain, alone.Shape)).ToArray(), joined.ToArray(), 1e-6, $"{kind} alone");
            float[] sum = [.. plain.Zip(added.ToArray(), static (a, b) => a + b)];
            Near.Equal(Functions[name](Tensor.From(sum, alone.Shape)).ToArray(), both.ToArray(), 1e-6, $"{kind} with a sum");
        }
    }

    [Fact]
    public void One_that_keeps_its_result_joins_a_convolution_and_no_normalization()
    {
        var image = Image(Draw.Weights([2, 8, 6, 6], 1));
        Assert.False(Normalization(8, 2).Forward(image).Tanh().Recipe is DeferredChannels { IsComputed: false });
        using var off = Tensor.NoGrad();
        AssertDeferred(new Conv2d(8, 8, 3, generator: new Generator(1)).Forward(Draw.Data([2, 8, 6, 6], 3)).Tanh());
    }

    [Fact]
    public void What_is_not_a_number_stays_so_through_a_relu()
    {
        float[] x = [.. Enumerable.Repeat(float.NaN, 21), -1, 0, 1];
        Assert.Equal([.. Enumerable.Repeat(float.NaN, 21), 0, 0, 1], Tensor.From(x, [24]).Relu().ToArray());
    }

    [Fact]
    public void Holders_of_one_deferred_value_share_what_was_computed()
    {
        var image = Image(Draw.Weights([2, 8, 6, 6], 1));
        var joined = Normalization(8, 2).Forward(image).Gelu();
        var other = joined.Detach();
        Assert.Same(joined.Operand.Memory, other.Operand.Memory);
    }
}
