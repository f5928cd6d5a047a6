using System.Text.Json;

namespace Ballast.Tests.Data;

/// <summary>Samplers and random divisions against PyTorch's draws (samplers.json), and what they refuse.</summary>
public sealed class SamplerTests : IDisposable
{
    static readonly JsonElement Recorded = Golden.Load("samplers.json");
    static readonly JsonElement[] Cases = [.. Recorded.GetProperty("cases").EnumerateArray()];
    static readonly double[] Weights = [.. Recorded.GetProperty("weights").EnumerateArray().Select(static value => value.GetDouble())];

    readonly byte[] before = Generator.Default.GetState();

    public void Dispose() => Generator.Default.SetState(before);

    public static TheoryData<string, int> Names
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var recorded in Cases)
            {
                data.Add(recorded.GetProperty("name").GetString()!, 0);
                data.Add(recorded.GetProperty("name").GetString()!, 2);
            }

            return data;
        }
    }

    // Sample i is the number i; its class is 1 from 20 on.
    static ArrayDataset Numbers(int count) =>
        new([.. Enumerable.Range(0, count).Select(static i => (float)i)], [.. Enumerable.Range(0, count).Select(static i => i < 20 ? 0 : 1)], [1]);

    static int[] Samples(Batch batch) => Array.ConvertAll(batch.Inputs.ToArray(), static value => (int)value);

    static float[] Rand(Generator generator, int count) => Tensor.Rand([count], generator).ToArray();

    [Theory]
    [MemberData(nameof(Names))]
    public void Orders_are_PyTorchs(string name, int prefetch)
    {
        var recorded = Cases.Single(one => one.GetProperty("name").GetString() == name);
        bool replacement = recorded.GetProperty("replacement").GetBoolean();
        int? count = recorded.Find("count") is { } number ? number.GetInt32() : null;
        Generator.Default.ManualSeed(42);
        var own = recorded.Find("generator") is { } seed ? new Generator(seed.GetInt64()) : null;
        Sampler sampler = recorded.GetProperty("kind").GetString() == "random" ? new RandomSampler(23, replacement, count)
            : new WeightedRandomSampler(Weights, count!.Value, replacement);
        var loader = new DataLoader(Numbers(23), batchSize: 10, generator: own, prefetch: prefetch, sampler: sampler);
        foreach (var epoch in recorded.GetProperty("epochs").EnumerateArray())
        {
            int[][] expected = [.. epoch.EnumerateArray().Select(static batch => batch.Ints())], batches = [.. loader.Select(Samples)];
            Assert.Equal(expected, batches);
            Assert.Equal((loader.Count, loader.LastBatchSize), (batches.Length, batches[^1].Length));
        }

        Assert.Equal(recorded.GetProperty("default_rand").Floats(), Rand(Generator.Default, 2));
        if (own is not null)
            Assert.Equal(recorded.GetProperty("own_rand").Floats(), Rand(own, 2));
    }

    [Fact]
    public void Random_divisions_are_PyTorchs()
    {
        foreach (var split in Recorded.GetProperty("splits").EnumerateArray())
        {
            double[] lengths = [.. split.GetProperty("lengths").EnumerateArray().Select(static value => value.GetDouble())];
            Generator.Default.ManualSeed(3);
            var parts = split.GetProperty("lengths").GetRawText().Contains('.') ? Numbers(23).RandomSplit(lengths)
                : Numbers(23).RandomSplit(Array.ConvertAll(lengths, static length => (int)length));
            Assert.Equal(
                split.GetProperty("parts").EnumerateArray().Select(static part => part.Ints()),
                parts.Select(static part => Enumerable.Range(0, part.Count).Select(i => (int)part.Get(i).Inputs[0].ToArray()[0]).ToArray()));
            Assert.Equal(split.GetProperty("default_rand").Floats(), Rand(Generator.Default, 1));
        }
    }

    [Fact]
    public void A_balanced_sampler_draws_the_rare_class_as_often_as_the_other()
    {
        var numbers = Numbers(23);
        int[] drawn = new int[10_000];
        WeightedRandomSampler.Balanced(numbers, drawn.Length).Draw(drawn, new Generator(1));
        // Half of 10,000 in five standard deviations.
        Assert.InRange(drawn.Count(static i => i >= 20), 4750, 5250);
        Assert.Equal(23, WeightedRandomSampler.Balanced(numbers).Count);
    }

    // A training that is interrupted within an epoch of a sampler goes on with the samples that are left of it.
    [Fact]
    public void A_resumed_epoch_takes_what_is_left_of_its_order()
    {
        var loader = new DataLoader(Numbers(23), batchSize: 5, generator: new Generator(5), sampler: new WeightedRandomSampler(Weights, 40));
        byte[] state = loader.Generator!.GetState();
        int[][] whole = [.. loader.Select(Samples)];
        loader.Generator.SetState(state);
        using var rest = loader.Start(3);
        List<int[]> left = [];
        while (rest.MoveNext())
            left.Add(Samples(rest.Current));
        Assert.Equal(whole[3..], left);
    }

    // Which samples were read.
    sealed class Watched(int count) : Dataset
    {
        public HashSet<int> Seen { get; } = [];

        public override int Count => count;

        public override Shape SampleShape => [1];

        public override int Label(int index) => index % 2;

        public override void Read(int index, Span<float> destination)
        {
            Seen.Add(index);
            destination[0] = index;
        }
    }

    // Averaged weights have statistics measured for them, of what is trained on and not of the rest of the dataset.
    [Fact]
    public void A_trainer_reads_the_samplers_samples_alone()
    {
        var data = new Watched(23);
        var model = new Sequential(new Linear(1, 4), new BatchNorm1d(4), new Linear(4, 2));
        var average = new StochasticWeightAveraging(model);
        Assert.False(average.HasStatistics);
        new Trainer(model, new SGD(model.Parameters(), 1e-3), DataLoader.OfSubset(data, [.. Enumerable.Range(0, 20)], 5), new TrainerOptions
        {
            Epochs = 1,
            Average = average,
            Validation = new ValidationOptions(new Watched(10)),
        }).Fit();
        Assert.Equal(Enumerable.Range(0, 20), data.Seen.Order());
    }

    sealed class Wrong : Sampler
    {
        public override int Count => 2;

        public override void Draw(Span<int> order, Generator? generator) => order.Fill(23);
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused()
    {
        var numbers = Numbers(23);
        Refused("a sampler gives the order, which cannot be shuffled too", () => new DataLoader(numbers, shuffle: true, sampler: new RandomSampler(23)));
        Refused("Wrong drew the sample 23; the dataset has 23", () => new DataLoader(numbers, sampler: new Wrong()).First());
        Refused("the sampler takes no samples", () => new DataLoader(numbers, sampler: new SubsetRandomSampler()));
        Refused("2 samples make no batch of 3", () => new DataLoader(numbers, 3, dropLast: true, sampler: new Wrong()));
        Refused("the subset has no samples", () => DataLoader.OfSubset(numbers, []));
        Refused("there is no sample 23; there are 23", () => DataLoader.OfSubset(numbers, [23]));
        Refused("got 0", () => new RandomSampler(0));
        Refused("1 or more samples an epoch, got 0", () => new RandomSampler(3, count: 0));
        Refused("the weight of sample 1 is -1", () => new WeightedRandomSampler([1, -1], 2));
        Refused("the weight of sample 0 is NaN", () => new WeightedRandomSampler([double.NaN], 2));
        Refused("none of 2 weights is above 0", () => new WeightedRandomSampler([0, 0], 2));
        Refused("sum overflows", () => new WeightedRandomSampler([double.MaxValue, double.MaxValue], 2));
        Refused("1 or more samples an epoch, got 0", () => new WeightedRandomSampler([1], 0));
        Refused("1 samples have a weight above 0, 2 cannot be drawn", () => new WeightedRandomSampler([1, 0], 2, replacement: false));
        Refused("sizes that sum to the 23 samples, got 22", () => numbers.RandomSplit([20, 2]));
        Refused("sizes of 0 or more, got -1", () => numbers.RandomSplit([24, -1]));
        Refused("shares that sum to 1, got 2 that sum to 0.9", () => numbers.RandomSplit([0.8, 0.1]));
        Refused("shares from 0 to 1, got 1.5", () => numbers.RandomSplit([1.5, -0.5]));
    }

    static void Refused(string why, Func<object> act) => Assert.Contains(why, Assert.ThrowsAny<ArgumentException>(act).Message);
}
