namespace Ballast.Tests.Tensors;

/// <summary>Random networks with their results deferred and fused, against the same ones with every result computed at once: results
/// used several times, values read early or late, frozen parts, retained graphs, images of 48 x 48 and 300 channels among them.</summary>
public class RandomNetworkTests
{
    // Sums are added in another order where a pass is fused: about a hundred roundings of the largest value.
    const double Tolerance = 2e-4;

    sealed class Sketch
    {
        readonly List<Func<List<Tensor>, Tensor>> steps = [];
        readonly List<string> names = [];
        readonly List<Shape> shapes = [];

        public List<Module> Modules { get; } = [];

        public Shape Input { get; }

        public bool Retains { get; }

        public Sketch(int seed)
        {
            Random random = new(seed);
            bool large = seed % 50 == 0;
            int c = large && random.Next(2) == 0 ? 300 : random.Next(1, 20), size = large ? 48 : random.Next(2, 13);
            Input = [random.Next(2, large ? 3 : 6), c, size, large ? 48 : random.Next(2, 13)];
            Retains = random.Next(4) == 0;
            shapes.Add(Input);
            int count = random.Next(3, large ? 6 : 11);
            for (int i = 0; i < count; i++)
                Grow(random, random.Next(2) == 0 ? shapes.Count - 1 : random.Next(shapes.Count));
        }

        void Grow(Random random, int from)
        {
            var shape = shapes[from];
            switch (random.Next(16))
            {
                case 0 or 1 or 2:
                    int kernel = random.Next(2) == 0 ? 1 : 3, channels = random.Next(1, 20), stride = random.Next(4) == 0 ? 2 : 1;
                    Add($"conv {kernel}", from, new Conv2d(shape[1], channels, kernel, stride: stride, padding: kernel / 2, bias: random.Next(2) == 0), random);
                    break;
                case 3 or 4 or 5:
                    var norm = new BatchNorm2d(shape[1], affine: random.Next(4) > 0);
                    if (random.Next(4) == 0)
                        norm.Eval();
                    Add("batchnorm", from, norm, random);
                    break;
                case 6 or 7:
                    Put("relu", shape, x => x[from].Relu());
                    break;
                case 8:
                    int kind = random.Next(5);
                    Put($"activation {kind}", shape, x => kind switch
                    {
                        0 => x[from].Gelu(),
                        1 => x[from].Silu(),
                        2 => x[from].LeakyRelu(0.2f),
                        3 => x[from].Tanh(),
                        _ => x[from].Sigmoid(),
                    });
                    break;
                case 9 or 10:
                    int other = shapes.FindLastIndex(s => s == shape);
                    Put($"add {other}", shape, x => x[from] + x[other]);
                    break;
                case 11:
                    int factor = shapes.FindIndex(s => s == shape);
                    Put($"multiply {factor}", shape, x => x[from] * x[factor]);
                    break;
                case 12 when shape[2] >= 2 && shape[3] >= 2:
                    bool largest = random.Next(3) > 0;
                    Module pool = largest ? new MaxPool2d(2) : new AvgPool2d(2);
                    Add(largest ? "maxpool" : "avgpool", from, pool, random);
                    break;
                case 13:
                    // Somebody looks at a value in between.
                    Put("read", shape, x =>
                    {
                        _ = x[from].AsSpan()[0];
                        return x[from];
                    });
                    break;
                case 14:
                    Put("permuted", shape, x => x[from].Permute(0, 2, 3, 1).Permute(0, 3, 1, 2));
                    break;
                default:
                    if (shape[1] > 1)
                        Put("halves", shape, x => Tensor.Concat([x[from].Narrow(1, shape[1] / 2, shape[1] - shape[1] / 2), x[from].Narrow(1, 0, shape[1] / 2)], 1));
                    break;
            }
        }

        void Add(string name, int from, Module module, Random random)
        {
            using var _ = Tensor.NoGrad();
            bool training = module.Training;
            module.Eval();
            var shape = module.Forward(Tensor.Zeros(shapes[from])).Shape;
            module.Train(training);
            if (random.Next(6) == 0)
            {
                foreach (var parameter in module.Parameters())
                    parameter.Frozen = true;
            }

            Modules.Add(module);
            Put(name, shape, x => module.Forward(x[from]));
        }

        void Put(string name, Shape shape, Func<List<Tensor>, Tensor> step)
        {
            steps.Add(step);
            names.Add(name);
            shapes.Add(shape);
        }

        public override string ToString() => $"{Input}: {string.Join(", ", names)}";

        /// <summary>One step: the loss, the gradients of all parameters and of the input, and the running statistics.</summary>
        public List<(string Name, float[] Values)> Run()
        {
            foreach (var module in Modules)
            {
                foreach (var parameter in module.Parameters())
                    parameter.ZeroGrad();
            }

            var input = Tensor.Randn(Input, new Generator(3));
            input.RequiresGrad = true;
            List<Tensor> results = [input];
            foreach (var step in steps)
                results.Add(step(results));
            Generator generator = new(5);
            Tensor loss = 0f;
            foreach (var result in results)
                loss += (result * Tensor.Randn(result.Shape, generator)).Mean();
            loss.Backward(retainGraph: Retains);
            if (Retains)
                loss.Backward();
            List<(string, float[])> found = [("loss", [loss.Item()]), ("input", input.Grad!.ToArray())];
            for (int i = 0; i < Modules.Count; i++)
            {
                foreach (var (name, parameter) in Modules[i].NamedParameters())
                {
                    if (parameter.Grad is { } gradient)
                        found.Add(($"{i}.{name}", gradient.ToArray()));
                }

                foreach (var (name, entry) in Modules[i].StateDict())
                {
                    if (name.StartsWith("running", StringComparison.Ordinal))
                        found.Add(($"{i}.{name}", entry.Tensor.ToArray()));
                }
            }

            return found;
        }
    }

    [Fact]
    public void Fused_and_plain_passes_agree() => Compare(0, 80);

    [EnvironmentFact("BALLAST_RANDOM_NETWORKS")]
    public void They_agree_on_as_many_networks_as_were_asked_for() =>
        Compare(1000, int.Parse(Environment.GetEnvironmentVariable("BALLAST_RANDOM_NETWORKS")!, System.Globalization.CultureInfo.InvariantCulture));

    static void Compare(int first, int count)
    {
        for (int seed = first; seed < first + count; seed++)
        {
            List<(string Name, float[] Values)> fused, plain;
            using (Generator.UseDefault(new Generator(seed)))
                fused = new Sketch(seed).Run();
            using (Generator.UseDefault(new Generator(seed)))
            using (Compute.Eager())
                plain = new Sketch(seed).Run();
            Assert.Equal(plain.Select(static entry => entry.Name), fused.Select(static entry => entry.Name));
            foreach (var ((name, expected), (_, actual)) in plain.Zip(fused))
            {
                double scale = expected.Max(static value => Math.Abs((double)value)) + 1e-3;
                for (int i = 0; i < expected.Length; i++)
                {
                    Assert.True(Math.Abs((double)expected[i] - actual[i]) <= Tolerance * scale,
                        $"network {seed} ({new Sketch(seed)}), {name}: expected {expected[i]:R} at {i}, got {actual[i]:R}.");
                }
            }
        }
    }
}
