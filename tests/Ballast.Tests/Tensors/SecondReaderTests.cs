namespace Ballast.Tests.Tensors;

/// <summary>A value or gradient that one reader takes as a recipe is computed by the recipe itself where there is a second reader:
/// networks of any shape give the gradients that they give with every value read on the way, which leaves no recipe behind.
/// </summary>
public class SecondReaderTests
{
    const int Channels = 8;

    // Runs a network on x, with every value of it read at once or none; results within rounding of where a slope jumps are told.
    sealed class Network(bool read, int channels = Channels, int size = 6, int batch = 4)
    {
        readonly List<Parameter> parameters = [];
        int seed;

        public double Nearest { get; private set; } = double.PositiveInfinity;

        public IEnumerable<float[]> Gradients => parameters.Select(static parameter => parameter.Grad!.ToArray());

        public Parameter Input()
        {
            var x = Draw.Weights([batch, channels, size, size], 1);
            parameters.Add(x);
            return x;
        }

        public Tensor Apply(Module module, Tensor x)
        {
            parameters.AddRange(module.Parameters());
            return Look(module.Forward(x));
        }

        public Tensor Convolve(Tensor x, int kernel = 3) =>
            Apply(new Conv2d(channels, channels, kernel, padding: kernel / 2, generator: new Generator(100 + seed++)), x);

        public Tensor Normalize(Tensor x)
        {
            var layer = new BatchNorm2d(channels);
            layer.Weight!.CopyFrom(Draw.Floats(channels, 200 + seed++, 0.5f, 1.5f));
            layer.Bias!.CopyFrom(Draw.Floats(channels, 200 + seed++));
            return Apply(layer, x);
        }

        public Tensor Relu(Tensor x) => Apply("ReLU", x);

        public Tensor Apply(string function, Tensor x)
        {
            var (of, kinks) = Functions[function];
            if (read)
            {
                foreach (float value in x.AsSpan())
                {
                    foreach (float kink in kinks)
                        Nearest = Math.Min(Nearest, Math.Abs(value - kink));
                }
            }

            return Look(of(x));
        }

        public Tensor Look(Tensor tensor)
        {
            if (read)
                tensor.AsSpan();
            return tensor;
        }
    }

    static bool Compare(Func<Network, Tensor> build, string what, int channels = Channels, int size = 6, int batch = 4)
    {
        List<float[]> Run(Network network)
        {
            var y = build(network);
            y.Backward(Draw.Data(y.Shape, 2));
            return [.. network.Gradients];
        }

        Network plain = new(read: true, channels, size, batch);
        var (apart, joined) = (Run(plain), Run(new Network(read: false, channels, size, batch)));
        if (plain.Nearest < 1e-5)
            return false; // rounding may open or close a ReLU, which changes a gradient by a pixel's share
        Assert.Equal(apart.Count, joined.Count);
        for (int i = 0; i < apart.Count; i++)
            Near.Equal(apart[i], joined[i], 1e-4, $"{what}: gradient {i}");
        return true;
    }

    // Each function, and where its slope jumps.
    static readonly Dictionary<string, (Func<Tensor, Tensor> Of, float[] Kinks)> Functions = new()
    {
        ["ReLU"] = (static x => x.Relu(), [0]),
        ["SiLU"] = (static x => x.Silu(), []),
        ["GELU"] = (static x => x.Gelu(), []),
        ["LeakyReLU"] = (static x => x.LeakyRelu(0.1), [0]),
        ["Hardswish"] = (static x => x.Hardswish(), [-3, 3]),
        ["Mish"] = (static x => x.Mish(), []),
        ["sigmoid"] = (static x => x.Sigmoid(), []),
        ["tanh"] = (static x => x.Tanh(), []),
    };

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
        ("max pool of nine", static (net, n) => net.Apply(new MaxPool2d(3), n)),
        ("average pool", static (net, n) => net.Apply(new AvgPool2d(2), n)),
        ("normalization", static (net, n) => net.Normalize(n)),
        ("ReLU and normalization", static (net, n) => net.Normalize(net.Relu(n))),
        ("square", static (net, n) => net.Look(n * n)),
        ("sigmoid", static (net, n) => net.Look(n.Sigmoid())),
        ("overlapping max pool", static (net, n) => net.Apply(new MaxPool2d(3, 2), n)),
        ("ReLU and overlapping max pool", static (net, n) => net.Apply(new MaxPool2d(3, 2), net.Relu(n))),
        ("ReLU and max pool of nine", static (net, n) => net.Apply(new MaxPool2d(3), net.Relu(n))),
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

    public static TheoryData<string> FunctionNames => [.. Functions.Keys];

    // What a network is read by: nothing else, then one more reader of each kind, then two more.
    static void CompareReaders(Func<Network, Tensor> value, string what, int channels, int size, int batch)
    {
        int told = 0;
        var random = new Random(channels + size);
        for (int readers = 1; readers <= 3; readers++)
        {
            for (int first = 0; first < Readers.Length; first++)
            {
                int[] chosen = [first, random.Next(Readers.Length), random.Next(Readers.Length)];
                int count = readers;
                told += Compare(
                    net =>
                    {
                        var n = value(net);
                        var sum = Readers[chosen[0]].Of(net, n);
                        for (int i = 1; i < count; i++)
                            sum = Join(net, sum, Readers[chosen[i]].Of(net, n));
                        return sum;
                    },
                    $"{what}: {string.Join(", ", chosen.Take(count).Select(static i => Readers[i].Name))}", channels, size, batch) ? 1 : 0;
            }
        }

        Assert.True(told > Readers.Length, $"{told} of {3 * Readers.Length} networks said something");
    }

    [Theory]
    [MemberData(nameof(FunctionNames))]
    public void A_function_after_a_normalization_has_up_to_three_readers(string name) => CompareReaders(
        net => net.Apply(name, net.Normalize(net.Convolve(net.Input()))), name, Channels, 6, 4);

    [Theory]
    [MemberData(nameof(FunctionNames))]
    public void A_function_after_a_residual_sum_has_up_to_three_readers(string name) => CompareReaders(
        net =>
        {
            var x = net.Convolve(net.Input());
            return net.Apply(name, net.Look(net.Normalize(net.Convolve(x)) + net.Relu(net.Normalize(x))));
        },
        name, Channels, 6, 4);

    // Kernels cut their work otherwise here: tiles and blocks that are no whole images, channels that are no whole registers.
    [Theory]
    [InlineData(8, 48, 2)]
    [InlineData(16, 50, 1)]
    [InlineData(300, 7, 2)]
    public void Large_images_and_many_channels_have_two_readers(int channels, int size, int batch)
    {
        int told = 0;
        foreach (string name in Functions.Keys)
        {
            foreach (bool residual in (bool[])[false, true])
            {
                told += Compare(
                    net =>
                    {
                        var x = net.Convolve(net.Input(), 1);
                        var n = net.Normalize(x);
                        var y = net.Apply(name, residual ? net.Look(n + x) : n);
                        return net.Look(net.Convolve(y) + net.Look(y * y));
                    },
                    $"{name}, {(residual ? "residual" : "alone")}", channels, size, batch) ? 1 : 0;
            }
        }

        Assert.True(told >= Functions.Count, $"{told} of {2 * Functions.Count} networks said something");
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
