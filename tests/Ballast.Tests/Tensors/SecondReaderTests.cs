namespace Ballast.Tests.Tensors;

/// <summary>A value or gradient that one reader takes as a recipe is computed by the recipe itself where there is a second reader:
/// networks of any shape give the gradients that they give with every value read on the way, which leaves no recipe behind.
/// </summary>
public class SecondReaderTests
{
    const int Channels = 8;

    // Runs a network on x, with every value of it read at once or none; results within rounding of where a slope jumps are told.
    sealed class Network(bool read)
    {
        readonly List<Parameter> parameters = [];
        int seed;

        public double Nearest { get; private set; } = double.PositiveInfinity;

        public IEnumerable<float[]> Gradients => parameters.Select(static parameter => parameter.Grad!.ToArray());

        public Parameter Input()
        {
            var x = Draw.Weights([4, Channels, 6, 6], 1);
            parameters.Add(x);
            return x;
        }

        public Tensor Apply(Module module, Tensor x)
        {
            parameters.AddRange(module.Parameters());
            return Look(module.Forward(x));
        }

        public Tensor Convolve(Tensor x, int kernel = 3) =>
            Apply(new Conv2d(Channels, Channels, kernel, padding: kernel / 2, generator: new Generator(100 + seed++)), x);

        public Tensor Normalize(Tensor x)
        {
            var layer = new BatchNorm2d(Channels);
            layer.Weight!.CopyFrom(Draw.Floats(Channels, 200 + seed++, 0.5f, 1.5f));
            layer.Bias!.CopyFrom(Draw.Floats(Channels, 200 + seed++));
            return Apply(layer, x);
        }

        public Tensor Relu(Tensor x)
        {
            if (read)
            {
                foreach (float value in x.AsSpan())
                    Nearest = Math.Min(Nearest, Math.Abs(value));
            }

            return Look(x.Relu());
        }

        public Tensor Look(Tensor tensor)
        {
            if (read)
                tensor.AsSpan();
            return tensor;
        }
    }

    static bool Compare(Func<Network, Tensor> build, string what)
    {
        List<float[]> Run(Network network)
        {
            var y = build(network);
            y.Backward(Draw.Data(y.Shape, 2));
            return [.. network.Gradients];
        }

        Network plain = new(read: true);
        var (apart, joined) = (Run(plain), Run(new Network(read: false)));
        if (plain.Nearest < 1e-5)
            return false; // rounding may open or close a ReLU, which changes a gradient by a pixel's share
        Assert.Equal(apart.Count, joined.Count);
        for (int i = 0; i < apart.Count; i++)
            Near.Equal(apart[i], joined[i], 1e-4, $"{what}: gradient {i}");
        return true;
    }

    static readonly (string Name, Func<Network, Tensor, Tensor> Of)[] Readers =
    [
        ("itself", static (_, n) => n),
        ("ReLU", static (net, n) => net.Relu(n)),
        ("GELU", static (net, n) => net.Look(n.Gelu())),
        ("convolution", static (net, n) => net.Convolve(n)),
        ("pointwise convolution", static (net, n) => net.Convolve(n, 1)),
        ("ReLU and convolution", static (net, n) => net.Convolve(net.Relu(n))),
        ("GELU and convolution", static (net, n) => net.Convolve(net.Look(n.Gelu()))),
        ("ReLU and max pool", static (net, n) => net.Apply(new MaxPool2d(2), net.Relu(n))),
        ("max pool", static (net, n) => net.Apply(new MaxPool2d(2), n)),
        ("average pool", static (net, n) => net.Apply(new AvgPool2d(2), n)),
        ("normalization", static (net, n) => net.Normalize(n)),
        ("ReLU and normalization", static (net, n) => net.Normalize(net.Relu(n))),
        ("square", static (net, n) => net.Look(n * n)),
        ("sigmoid", static (net, n) => net.Look(n.Sigmoid())),
        ("overlapping max pool", static (net, n) => net.Apply(new MaxPool2d(3, 2), n)),
        ("ReLU and overlapping max pool", static (net, n) => net.Apply(new MaxPool2d(3, 2), net.Relu(n))),
        ("other shape", static (net, n) => net.Look(net.Look(n.Reshape([n.Length / 16, 16])).Sigmoid().Reshape(n.Shape))),
    ];

    public static TheoryData<int, int> Pairs
    {
        get
        {
            var pairs = new TheoryData<int, int>();
            for (int first = 0; first < Readers.Length; first++)
            {
                for (int second = 0; second < Readers.Length; second++)
                    pairs.Add(first, second);
            }

            return pairs;
        }
    }

    static Tensor Join(Network net, Tensor a, Tensor b) => a.Shape == b.Shape
        ? net.Look(a + b)
        : net.Look((a * Draw.Data(a.Shape, 3)).Sum()) + net.Look((b * Draw.Data(b.Shape, 4)).Sum());

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_normalization_behind_a_convolution_has_two_readers(int first, int second)
    {
        var (a, b) = (Readers[first], Readers[second]);
        Compare(
            net =>
            {
                var n = net.Normalize(net.Convolve(net.Input()));
                var one = a.Of(net, n);
                return Join(net, one, b.Of(net, n));
            },
            $"{a.Name} and {b.Name}");
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_relu_behind_a_normalization_has_two_readers(int first, int second)
    {
        var (a, b) = (Readers[first], Readers[second]);
        Compare(
            net =>
            {
                var n = net.Relu(net.Normalize(net.Input()));
                var one = a.Of(net, n);
                return Join(net, one, b.Of(net, n));
            },
            $"{a.Name} and {b.Name}");
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_residual_sum_has_two_readers(int first, int second)
    {
        var (a, b) = (Readers[first], Readers[second]);
        Compare(
            net =>
            {
                var x = net.Convolve(net.Input());
                var n = net.Relu(net.Look(net.Normalize(net.Convolve(x)) + x));
                var one = a.Of(net, n);
                return Join(net, one, b.Of(net, n));
            },
            $"{a.Name} and {b.Name}");
    }

    [Fact]
    public void Networks_drawn_at_random()
    {
        int told = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            int drawn = seed;
            told += Compare(net => Drawn(net, new Random(drawn)), $"network {seed}") ? 1 : 0;
        }

        Assert.True(told > 200, $"{told} of 300 networks said something");
    }

    // Eight results of one shape, each made of earlier ones; whatever is read by nobody enters the loss.
    static Tensor Drawn(Network net, Random random)
    {
        List<Tensor> made = [net.Input()];
        var unread = new HashSet<int>();
        for (int step = 0; step < 8; step++)
        {
            int from = random.Next(made.Count);
            var x = made[from];
            unread.Remove(from);
            int other = random.Next(made.Count);
            made.Add(random.Next(9) switch
            {
                0 or 1 => net.Convolve(x),
                2 or 3 => net.Normalize(x),
                4 or 5 => net.Relu(x),
                6 => net.Look(x.Gelu()),
                7 => net.Look(x + made[other]),
                _ => net.Look(x * made[0]),
            });
            unread.Add(made.Count - 1);
        }

        return unread.Select(i => net.Look((made[i] * Draw.Data(made[i].Shape, 10 + i)).Sum())).Aggregate((a, b) => net.Look(a + b));
    }
}
