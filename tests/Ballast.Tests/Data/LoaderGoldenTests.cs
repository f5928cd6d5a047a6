using System.Text.Json;

namespace Ballast.Tests.Data;

/// <summary>Which samples come in which batch, and what is drawn, against PyTorch: loader.json.</summary>
public sealed class LoaderGoldenTests : IDisposable
{
    static readonly JsonElement Recorded = Golden.Load("loader.json");
    static readonly JsonElement[] Cases = [.. Recorded.GetProperty("cases").EnumerateArray()];

    readonly byte[] before = Generator.Default.GetState();

    public void Dispose() => Generator.Default.SetState(before);

    public static TheoryData<string, int> Names
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var recorded in Cases)
            {
                data.Add(Name(recorded), 0);
                data.Add(Name(recorded), 3);
            }

            return data;
        }
    }

    static string Name(JsonElement recorded) => recorded.GetProperty("name").GetString()!;

    // Sample i is the number i, and so is its label.
    static ArrayDataset Numbers(int count) =>
        new([.. Enumerable.Range(0, count).Select(static i => (float)i)], [.. Enumerable.Range(0, count)], [1]);

    static int[] Samples(Batch batch)
    {
        int[] samples = Array.ConvertAll(batch.Inputs.ToArray(), static value => (int)value);
        Assert.Equal(Array.ConvertAll(samples, static n => (long)n), batch.Targets.ToArray<long>());
        return samples;
    }

    static float[] Rand(Generator generator, int count) => Tensor.Rand([count], generator).ToArray();

    [Theory]
    [MemberData(nameof(Names))]
    public void Batches_and_draws_are_PyTorchs(string name, int prefetch)
    {
        var recorded = Cases.Single(one => Name(one) == name);
        Generator.Default.ManualSeed(42);
        var own = recorded.Find("generator") is { } seed ? new Generator(seed.GetInt64()) : null;
        var loader = new DataLoader(
            Numbers(recorded.GetProperty("n").GetInt32()), recorded.GetProperty("batch_size").GetInt32(),
            recorded.GetProperty("shuffle").GetBoolean(), recorded.GetProperty("drop_last").GetBoolean(), own, prefetch);
        foreach (var epoch in recorded.GetProperty("epochs").EnumerateArray())
        {
            int[][] batches = [.. loader.Select(Samples)];
            Assert.Equal(epoch.GetProperty("count").GetInt32(), batches.Length);
            Assert.Equal(loader.Count, batches.Length);
            Assert.Equal(loader.LastBatchSize, batches[^1].Length);
            Assert.Equal(epoch.GetProperty("first").Ints(), batches[0]);
            Assert.Equal(epoch.GetProperty("second").Ints(), batches[1]);
            Assert.Equal(epoch.GetProperty("last").Ints(), batches[^1]);
            Assert.Equal(epoch.GetProperty("default_rand").Floats(), Rand(Generator.Default, 3));
            if (own is not null)
                Assert.Equal(epoch.GetProperty("own_rand").Floats(), Rand(own, 3));
        }

        loader.GetEnumerator().Dispose();
        Assert.Equal(
            recorded.GetProperty("default_rand_after_an_iterator_without_a_batch").Floats(), Rand(Generator.Default, 1));
    }

    [Fact]
    public void The_tutorials_first_batches_are_PyTorchs()
    {
        foreach (bool bn in new[] { true, false })
        {
            Generator.Default.ManualSeed(42);
            _ = new TutorialNet(bn);
            int[][] expected = [.. Golden.Load("rng.json").GetProperty(bn ? "bn_first_batches" : "nobn_first_batches")
                .EnumerateArray().Select(static batch => batch.Ints())];
            Assert.Equal(expected, new DataLoader(Numbers(50_000), batchSize: 10, shuffle: true).Take(3).Select(Samples));
        }
    }

    // What random_split and SubsetRandomSampler draw, for those who write them out.
    [Fact]
    public void A_random_split_and_a_subset_in_random_order_are_PyTorchs()
    {
        var split = Recorded.GetProperty("random_split");
        int[] order = Generator.Default.ManualSeed(42).Permutation(103);
        Assert.Equal(split.GetProperty("first").Ints(), order[..80]);
        Assert.Equal(split.GetProperty("second").Ints(), order[80..]);
        Assert.Equal(split.GetProperty("default_rand").Floats(), Rand(Generator.Default, 1));
        Assert.Equal(order[..80], new DataLoader(Numbers(103).Subset(order.AsSpan(0, 80)), batchSize: 80).Select(Samples).First());

        var sampler = Recorded.GetProperty("subset_sampler");
        int[] subset = sampler.GetProperty("subset").Ints();
        Generator.Default.ManualSeed(42);
        foreach (var epoch in sampler.GetProperty("epochs").EnumerateArray())
        {
            Generator.Default.RandomInt64();
            int[] permuted = Array.ConvertAll(Generator.Default.Permutation(subset.Length), i => subset[i]);
            Assert.Equal(epoch.EnumerateArray().SelectMany(static batch => batch.Ints()), permuted);
        }

        Assert.Equal(sampler.GetProperty("default_rand").Floats(), Rand(Generator.Default, 1));
    }
}
