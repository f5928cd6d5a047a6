using System.Collections.Concurrent;
using Ballast.Kernels;

namespace Ballast.Tests;

/// <summary>Several threads that compute at once: each gets the bits it would get alone.</summary>
public sealed class SideBySideTests : IDisposable
{
    readonly int threads = Compute.Threads;

    public void Dispose() => Compute.Threads = threads;

    static Sequential Net() => new(
        new Conv2d(3, 16, 3, padding: 1), new BatchNorm2d(16), new ReLU(), new MaxPool2d(2),
        new Conv2d(16, 16, 3, padding: 1, stride: 2), new BatchNorm2d(16), new ReLU(), new Dropout(0.2), new Flatten(),
        new Linear(16 * 8 * 8, 10));

    static long[] Train(int seed, Dataset images)
    {
        using var generator = Generator.UseDefault(new Generator(seed));
        var net = Net();
        var optimizer = new SGD(net.Parameters(), learningRate: 0.05f, momentum: 0.9f);
        var lossFunction = new CrossEntropyLoss();
        List<long> bits = [];
        foreach (var (inputs, targets) in new DataLoader(images, 12 + seed, shuffle: true, prefetch: seed % 2))
        {
            optimizer.ZeroGrad();
            var loss = lossFunction.Forward(net.Forward(inputs), targets);
            loss.Backward();
            optimizer.Step();
            bits.Add(BitConverter.SingleToInt32Bits(loss.Item()));
        }

        return [.. bits, .. Draw.Bits(net.StateDict())];
    }

    static T[] AtOnce<T>(int count, Func<int, T> run)
    {
        var results = new T[count];
        var errors = new Exception?[count];
        using var start = new Barrier(count);
        var started = Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                results[i] = run(i);
            }
#pragma warning disable CA1031 // The test shows it on its own thread.
            catch (Exception error)
#pragma warning restore CA1031
            {
                errors[i] = error;
            }
        })).ToList();
        started.ForEach(static thread => thread.Start());
        started.ForEach(static thread => thread.Join());
        Assert.All(errors, Assert.Null);
        return results;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Trainings_on_several_threads_give_the_bits_of_each_alone(int share)
    {
        Compute.Threads = share;
        var images = new RandomImages(160, 3);
        long[][] expected = [.. Enumerable.Range(0, 4).Select(seed => Train(seed, images))];
        var found = AtOnce(4, seed => Train(seed, images));
        for (int seed = 0; seed < expected.Length; seed++)
            Assert.Equal(expected[seed], found[seed]);
        Assert.NotEqual(expected[0][^1], expected[1][^1]);
    }

    [Fact]
    public void One_network_serves_several_threads()
    {
        Compute.Threads = 2;
        var net = Net();
        net.Eval();
        var inputs = Enumerable.Range(1, 4).Select(n => Draw.Data([n, 3, 32, 32], n)).ToArray();
        int[][] expected = [.. inputs.Select(Infer)];
        foreach (var found in AtOnce(8, i => Enumerable.Range(0, 40).Select(round => (i + round) % 4).Select(n => (n, Infer(inputs[n]))).ToArray()))
            Assert.All(found, result => Assert.Equal(expected[result.n], result.Item2));

        int[] Infer(Tensor input)
        {
            using var off = Tensor.NoGrad();
            return Draw.Bits(net.Forward(input).AsSpan());
        }
    }

    // The layout of a weight that inference keeps changes with the kernel that the image's size chooses.
    [Fact]
    public void One_weight_serves_several_shapes_at_once()
    {
        var layer = new Conv2d(16, 16, 3, padding: 1);
        var inputs = new[] { 32, 7, 16, 5 }.Select(size => Draw.Data([2, 16, size, size], size)).ToArray();
        int[][] expected = [.. inputs.Select(Infer)];
        foreach (var found in AtOnce(8, i => Enumerable.Range(0, 60).Select(round => (i + round) % 4).Select(n => (n, Infer(inputs[n]))).ToArray()))
            Assert.All(found, result => Assert.Equal(expected[result.n], result.Item2));

        int[] Infer(Tensor input)
        {
            using var off = Tensor.NoGrad();
            return Draw.Bits(layer.Forward(input).AsSpan());
        }
    }

    [Fact]
    public void The_default_generator_is_the_threads_own_until_the_scope_ends()
    {
        var process = Generator.Default;
        using (Generator.UseDefault(new Generator(5)))
        {
            float drawn = Tensor.Randn([1]).Item();
            Assert.Equal(Tensor.Randn([1], new Generator(5)).Item(), drawn);
            var other = AtOnce(1, static _ => Generator.Default);
            Assert.Same(process, other[0]);
            using (Generator.UseDefault(new Generator(6)))
                Assert.Equal(6, Generator.Default.InitialSeed);
            Assert.Equal(5, Generator.Default.InitialSeed);
        }

        Assert.Same(process, Generator.Default);
        Assert.Throws<ArgumentNullException>(static () => Generator.UseDefault(null!));
    }

    [Fact]
    public void Alone_a_thread_does_all_its_work_itself()
    {
        Compute.Threads = 2;
        var images = new RandomImages(60, 3);
        long[] expected = Train(1, images);
        using (Compute.Alone())
        {
            var names = new ConcurrentBag<int>();
            Workers.Run(new Naming(names), 64);
            Assert.Equal([Environment.CurrentManagedThreadId], names.Distinct());
            Assert.Equal(expected, Train(1, images));
        }
    }

    readonly struct Naming(ConcurrentBag<int> names) : IWork
    {
        public void Run(int first, int last) => names.Add(Environment.CurrentManagedThreadId);
    }
}
