using System.Runtime.CompilerServices;

namespace Ballast.Tests.Tensors;

/// <summary>Memory of results that are merely dropped is used again, and that of results which something still refers to never is.</summary>
public class SweeperTests
{
    const int Calls = 150;
    const long SmallestBudget = 8 << 20;

    sealed class ByHand : Module
    {
        readonly Conv2d first = new(3, 32, 3, padding: 1, bias: false, generator: new Generator(1));
        readonly Conv2d second = new(32, 32, 3, padding: 1, generator: new Generator(2));
        readonly BatchNorm2d norm = new(32);
        readonly ReLU relu = new();
        readonly MaxPool2d pool = new(2);

        public Tensor? Kept { get; private set; }

        public override Tensor Forward(Tensor input)
        {
            var x = first.Forward(input);
            x = norm.Forward(x);
            x = relu.Forward(x);
            Kept = x;
            x = second.Forward(x);
            x = norm.Forward(x);
            x = relu.Forward(x);
            return pool.Forward(x);
        }
    }

    [Fact]
    public void Layers_called_one_by_one_make_no_fresh_memory_and_no_collection_of_the_oldest_generation()
    {
        var network = new ByHand();
        network.Eval();
        var x = Draw.Data([32, 3, 32, 32], 3);
        using var off = Tensor.NoGrad();
        AssertSteady(() => network.Forward(x)[0, 0, 0, 0]);
    }

    [Fact]
    public void Arithmetic_makes_no_fresh_memory_and_no_collection_of_the_oldest_generation()
    {
        Tensor a = Draw.Data([1024, 1024], 1), b = Draw.Data([1024, 1024], 2);
        using var off = Tensor.NoGrad();
        AssertSteady(() => ((a + b) * a - b)[0, 0]);
    }

    // So much is lent by small results that those of earlier tests no longer count.
    static void ForgetLargeResults()
    {
        const int floats = 1 << 16;
        var x = Draw.Data([floats], 1);
        using var off = Tensor.NoGrad();
        for (int sweeps = 0; sweeps < 40 && Sweeper.Budget > SmallestBudget; sweeps++)
            Run(() => (x + x)[0], (int)(Sweeper.Budget / (floats * sizeof(float))));
    }

    [Fact]
    public void A_large_result_is_forgotten_when_only_small_ones_come_after_it()
    {
        using var off = Tensor.NoGrad();
        Run(() => (Draw.Data([1 << 23], 1) * 2f)[0], 1);
        Assert.True(Sweeper.Budget >= 3L << 25);
        ForgetLargeResults();
        Assert.Equal(SmallestBudget, Sweeper.Budget);
    }

    // Half a GB is lent, and nothing is read before the end.
    [Fact]
    public void Results_that_nobody_reads_are_found()
    {
        ForgetLargeResults();
        var x = Draw.Data([512, 512], 1);
        using var off = Tensor.NoGrad();
        long made = Buffer.Allocated;
        Run(() => Deep(x, 500), 1);
        Assert.InRange((Buffer.Allocated - made) >> 20, 0, 100);

        static float Deep(Tensor x, int times)
        {
            for (int i = 0; i < times; i++)
                x = x.Softmax(1);
            return x[0, 0];
        }
    }

    [Fact]
    public void Where_values_are_read_a_sweep_does_not_wait_for_two_budgets()
    {
        ForgetLargeResults();
        Tensor a = Draw.Data([512, 512], 1), b = Draw.Data([512, 512], 2);
        using var off = Tensor.NoGrad();
        long least = long.MaxValue, most = 0;
        for (int i = 0; i < 200; i++)
        {
            Run(() => (a + b)[0, 0], 1);
            if (i >= 100)
                (least, most) = (Math.Min(least, Sweeper.Outstanding), Math.Max(most, Sweeper.Outstanding));
        }

        Assert.InRange(most - least, 1, Sweeper.Budget * 3 / 2);
    }

    [Fact]
    public void What_is_kept_for_long_is_not_collected_again_and_again()
    {
        ForgetLargeResults();
        Tensor a = Draw.Data([512, 512], 1), b = Draw.Data([512, 512], 2);
        using var off = Tensor.NoGrad();
        Tensor[] kept = [.. Enumerable.Range(0, 150).Select(i => a + (float)i)];
        foreach (var result in kept)
            Assert.True(float.IsFinite(result[0, 0]));
        AssertSteady(() => (a + b)[0, 0]);
        GC.KeepAlive(kept);
    }

    // 128 MB are lent for each way of reading.
    [Theory]
    [InlineData("an array")]
    [InlineData("an array of a type")]
    [InlineData("a value of a type")]
    public void Results_that_were_copied_out_are_found(string copied)
    {
        ForgetLargeResults();
        Tensor a = Draw.Data([128, 128], 1), b = Draw.Data([128, 128], 2);
        using var off = Tensor.NoGrad();
        long made = Buffer.Allocated;
        Run(() => copied switch
        {
            "an array" => (a + b).ToArray()[0],
            "an array of a type" => (a + b).ToArray<float>()[0],
            _ => (a + b)[..1, 0].Item<float>(),
        }, 2000);
        Assert.InRange((Buffer.Allocated - made) >> 20, 0, 40);
    }

    // What is alive at one sweep after the other grows old, and older generations have to be collected for it. All in all 1 GB is lent.
    [Fact]
    public void Results_that_live_through_some_sweeps_are_found_too()
    {
        ForgetLargeResults();
        Tensor a = Draw.Data([512, 512], 1), b = Draw.Data([512, 512], 2);
        using var off = Tensor.NoGrad();
        Queue<Tensor> last = [];
        long made = Buffer.Allocated;
        Run(() =>
        {
            last.Enqueue((a + b) * a);
            return (last.Count > 30 ? last.Dequeue() : last.Peek())[0, 0];
        }, 1000);
        Assert.InRange((Buffer.Allocated - made) >> 20, 0, 250);
    }

    [Fact]
    public void So_does_a_frozen_front_of_layers_called_one_by_one_while_the_rest_learns()
    {
        var front = new ByHand();
        front.Eval();
        foreach (var parameter in front.Parameters())
            parameter.Frozen = true;
        var last = new Linear(32 * 16 * 16, 2, generator: new Generator(5));
        var optimizer = new SGD(last.Parameters(), 1e-6f);
        var x = Draw.Data([32, 3, 32, 32], 3);
        AssertSteady(() =>
        {
            optimizer.ZeroGrad();
            var loss = last.Forward(front.Forward(x).Reshape([32, -1])).Square().Mean();
            loss.Backward();
            optimizer.Step();
            return loss.Item();
        });
    }

    // Tensors alive at a sweep are found by a later one; until then others take fresh memory.
    static void AssertSteady(Func<float> work)
    {
        Run(work, Calls);
        long made = Buffer.Allocated;
        int old = GC.CollectionCount(2), sweeps = Sweeper.Sweeps;
        Run(work, Calls);
        Assert.InRange(Buffer.Allocated - made, 0, 2 * Sweeper.Budget);
        Assert.Equal(old, GC.CollectionCount(2));
        Assert.InRange(Sweeper.Sweeps - sweeps, 0, Calls);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Run(Func<float> work, int times)
    {
        for (int i = 0; i < times; i++)
            Assert.True(float.IsFinite(work()));
    }

    [Fact]
    public void A_result_in_a_field_keeps_its_values()
    {
        var network = new ByHand();
        network.Eval();
        var other = Draw.Data([32, 3, 32, 32], 4);
        using var off = Tensor.NoGrad();
        network.Forward(Draw.Data([32, 3, 32, 32], 3));
        var kept = network.Kept!;
        float[] values = kept.ToArray();
        for (int i = 0; i < 30; i++)
            network.Forward(other).ToArray();
        Assert.Equal(values, kept.ToArray());
        Assert.NotEqual(values, network.Kept!.ToArray());
    }

    sealed class Keeps : Module
    {
        public List<Tensor> Seen { get; } = [];

        public override Tensor Forward(Tensor input)
        {
            Seen.Add(input);
            var result = input * 2f;
            Seen.Add(result);
            return result;
        }
    }

    [Fact]
    public void What_a_module_of_ones_own_keeps_within_a_chain_stays_readable()
    {
        var keeps = new Keeps();
        var chain = new Sequential(
            new Conv2d(3, 16, 3, padding: 1, generator: new Generator(1)), keeps, new ReLU(), new Conv2d(16, 16, 3, generator: new Generator(2)));
        using var off = Tensor.NoGrad();
        var x = Draw.Data([32, 3, 32, 32], 3);
        float[] before = chain[0].Forward(x).ToArray();
        for (int i = 0; i < 20; i++)
            chain.Forward(i == 0 ? x : x * (float)i).ToArray();
        Assert.Equal(before, keeps.Seen[0].ToArray());
        Assert.Equal(Array.ConvertAll(before, static value => 2 * value), keeps.Seen[1].ToArray());
    }

    [Fact]
    public void A_span_stays_good_while_memory_is_swept()
    {
        using var off = Tensor.NoGrad();
        var a = Draw.Data([512, 512], 1);
        float[] values = (a + a).ToArray();
        ReadOnlySpan<float> span = (a + a).AsSpan(), typed = (a + a).AsSpan<float>();
        for (int i = 0; i < 300; i++)
            _ = (a * (float)i)[0, 0];
        Assert.True(span.SequenceEqual(values));
        Assert.True(typed.SequenceEqual(values));
    }

    [Fact]
    public void Random_programs_keep_what_they_refer_to()
    {
        for (int seed = 0; seed < 12; seed++)
            RunProgram(seed, 160);
    }

    // Random results of random earlier ones; some are kept in a list, with their values as they were at once; now and then one is dropped.
    static void RunProgram(int seed, int steps)
    {
        using var off = Tensor.NoGrad();
        var random = new Random(seed);
        var convolution = new Conv2d(8, 8, 3, padding: 1, generator: new Generator(seed));
        Shape shape = [16, 8, 64, 64];
        List<(Tensor Value, float[] Expected)> kept = [Keep(Draw.Data(shape, seed))];
        var last = kept[0].Value;
        for (int step = 0; step < steps; step++)
        {
            var (other, expected) = kept[random.Next(kept.Count)];
            last = random.Next(8) switch
            {
                0 => last + other,
                1 => last * 0.5f - other,
                2 => other.Relu(),
                3 => convolution.Forward(last).Tanh(),
                4 => (last - other).Sigmoid(),
                5 => last.Permute(0, 1, 3, 2).Tanh(),
                6 => last.Clamp(-1, 1) / 2f + other.Tanh() * last,
                _ => Tensor.Concat([last[..8], other[8..]]),
            };
            if (random.Next(4) == 0)
                kept.Add(Keep(last));
            if (kept.Count > 4)
                kept.RemoveAt(random.Next(kept.Count));
            Assert.Equal(expected, other.ToArray());
        }

        foreach (var (value, expected) in kept)
            Assert.Equal(expected, value.ToArray());

        static (Tensor, float[]) Keep(Tensor value) => (value, value.ToArray());
    }

    [Fact]
    public async Task Threads_that_allocate_await_and_throw_read_what_they_would_alone()
    {
        var network = new ByHand();
        network.Eval();
        Tensor[] inputs = [.. Enumerable.Range(0, 4).Select(static i => Draw.Data([16, 3, 32, 32], i))];
        float[][] expected = [.. inputs.Select(input => Serve(network, input))];
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            int wrong = 0;
            for (int i = 0; i < 25; i++)
            {
                int which = (worker + i) % inputs.Length;
                var pending = Infer(network, inputs[which]);
                if (i % 3 == 0)
                    await Task.Yield(); // the rest may run on another thread
                try
                {
                    if (i % 5 == 0)
                        Fail(inputs[which]);
                }
                catch (ArgumentException)
                {
                    wrong += 0;
                }

                float[] values = pending.ToArray();
                wrong += values.AsSpan().SequenceEqual(expected[which]) ? 0 : 1;
            }

            return wrong;
        })));
        Assert.All(results, static wrong => Assert.Equal(0, wrong));

        static float[] Serve(ByHand network, Tensor input) => Infer(network, input).ToArray();

        static Tensor Infer(ByHand network, Tensor input)
        {
            using var off = Tensor.NoGrad();
            var x = network.Forward(input);
            return (x + 1f) * x - 0.25f * x.Tanh();
        }

        static void Fail(Tensor input)
        {
            using var off = Tensor.NoGrad();
            var made = input * 3f + input.Tanh();
            _ = made + Tensor.Zeros([7, 5]); // shapes that do not broadcast
        }
    }

    // Otherwise the thread would keep what was read last until its next operation has made its result, and a sweep within that one would miss it.
    [Theory]
    [InlineData("one value")]
    [InlineData("its only value")]
    [InlineData("an array")]
    [InlineData("an array of a type")]
    public void What_was_copied_out_keeps_nothing_reachable(string copied)
    {
        var memory = Read(copied);
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        Assert.False(memory.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Read(string copied)
        {
            using var off = Tensor.NoGrad();
            var result = Draw.Data([64, 1024], 1).Tanh();
            _ = copied switch
            {
                "one value" => result[1, 2],
                "its only value" => result[..1, 0].Item(),
                "an array" => result.ToArray().Length,
                _ => result.ToArray<float>().Length,
            };
            return new WeakReference(result.Memory);
        }
    }

    [Fact]
    public void Reading_in_the_midst_of_an_operation_keeps_what_the_operation_uses()
    {
        ThreadMemory.EndOperation();
        var (used, read) = Use();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        Assert.True(used.IsAlive);
        Assert.False(read.IsAlive);
        ThreadMemory.EndOperation();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        Assert.False(used.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (WeakReference Used, WeakReference Read) Use()
        {
            using var off = Tensor.NoGrad();
            Buffer used = Buffer.Rent(Sweeper.Smallest), read = Buffer.Rent(Sweeper.Smallest);
            used.Span(1)[0] = 1;
            using (ThreadMemory.BeginReading())
                read.Span(1)[0] = 1;
            return (new(used), new(read));
        }
    }

    [Fact]
    public void A_second_release_is_noticed()
    {
        var buffer = Buffer.Rent(100_000);
        buffer.Release();
        Assert.Equal(
            "A buffer was used or released after its last holder had released it. This is a mistake of the library: please report it.",
            Assert.Throws<InvalidOperationException>(buffer.Release).Message);
    }
}
