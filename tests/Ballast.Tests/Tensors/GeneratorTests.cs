using System.Text.Json;

namespace Ballast.Tests;

public class GeneratorTests
{
    static readonly JsonElement Recorded = Golden.Load("rng.json");
    static readonly JsonElement Seeds = Golden.Load("rng-seeds.json").GetProperty("cases");

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Seeds.GetArrayLength())];

    static (JsonElement Case, Generator Fresh) Start(int index)
    {
        JsonElement recorded = Seeds[index];
        JsonElement seed = recorded.GetProperty("seed");
        return (recorded, new Generator(seed.GetInt64()));
    }

    static float[] Rand(Generator generator, int n)
    {
        float[] values = new float[n];
        generator.Uniform(values);
        return values;
    }

    static float[] Randn(Generator generator, int n, float mean = 0, float std = 1)
    {
        float[] values = new float[n];
        generator.Normal(values, mean, std);
        return values;
    }

    static float[] Bernoulli(Generator generator, int n, double p)
    {
        float[] values = new float[n];
        generator.Bernoulli(values, p);
        return values;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(42)]
    public void The_shared_record_is_met_exactly(int seed)
    {
        Assert.Equal(Recorded.GetProperty($"rand5_seed{seed}").Floats(), Rand(new(seed), 5));
        Assert.Equal(Recorded.GetProperty($"randn5_seed{seed}").Floats(), Randn(new(seed), 5));
        Assert.Equal(Recorded.GetProperty($"randn20_seed{seed}").Floats(), Randn(new(seed), 20));
        Assert.Equal(Recorded.GetProperty($"randperm10_seed{seed}").Ints(), new Generator(seed).Permutation(10));
        Assert.Equal(Recorded.GetProperty($"bernoulli.5x16_seed{seed}").Floats(), Bernoulli(new(seed), 16, 0.5));
        var generator = new Generator(seed);
        int[] words = [.. Enumerable.Range(0, 3).Select(_ => (int)(generator.Next() & int.MaxValue))];
        Assert.Equal(Recorded.GetProperty($"first_u32_seed{seed}").Ints(), words);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Uniform_values_are_PyTorchs(int index)
    {
        var (recorded, generator) = Start(index);
        Assert.Equal(recorded.GetProperty("rand5").Floats(), Rand(generator, 5));
        Assert.Equal(recorded.GetProperty("rand10007").GetString(), Golden.Digest(Rand(generator, 10007)));
        float[] values = new float[1000];
        generator.Uniform(values, -0.3f, 0.7f);
        Assert.Equal(recorded.GetProperty("uniform1000").GetString(), Golden.Digest(values));
        Assert.Equal(recorded.GetProperty("after_uniform").GetSingle(), Rand(generator, 1)[0]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Uniform_doubles_are_PyTorchs(int index)
    {
        var (recorded, generator) = Start(index);
        double[] five = new double[5];
        generator.Uniform(five);
        Assert.Equal(recorded.GetProperty("rand64_5").Doubles(), five);
        Rand(generator, 1);
        double[] thousand = new double[1000];
        generator.Uniform(thousand);
        Assert.Equal(recorded.GetProperty("rand64_1000").GetString(), Golden.Digest(thousand));
        double[] scaled = new double[100];
        generator.Uniform(scaled, -2.5, 7.25);
        Assert.Equal(recorded.GetProperty("uniform64_100").GetString(), Golden.Digest(scaled));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_short_normal_keeps_its_second_value_across_other_draws(int index)
    {
        var (recorded, generator) = Start(index);
        Assert.Equal(recorded.GetProperty("randn3").Floats(), Randn(generator, 3));
        Assert.Equal(recorded.GetProperty("rand2_between").Floats(), Rand(generator, 2));
        Assert.Equal(recorded.GetProperty("randn20_between").Floats(), Randn(generator, 20));
        Assert.Equal(recorded.GetProperty("randn2_after").Floats(), Randn(generator, 2));
        Assert.Equal(recorded.GetProperty("normal15").Floats(), Randn(generator, 15, 1.5f, 0.25f));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Long_normals_are_PyTorchs_at_every_length(int index)
    {
        var (recorded, generator) = Start(index);
        foreach (JsonProperty length in recorded.GetProperty("normal").EnumerateObject())
        {
            int n = int.Parse(length.Name, System.Globalization.CultureInfo.InvariantCulture);
            float[] values = Randn(generator, n);
            Assert.Equal((length.Name, length.Value.GetString()), (length.Name, Golden.Digest(values)));
        }

        Assert.Equal(recorded.GetProperty("normal_scaled").GetString(),
            Golden.Digest(Randn(generator, 1001, -0.7f, 0.02f)));
        Assert.Equal(recorded.GetProperty("after_normal").GetSingle(), Rand(generator, 1)[0]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whole_numbers_orders_and_coins_are_PyTorchs(int index)
    {
        var (recorded, generator) = Start(index);
        foreach (long expected in recorded.GetProperty("random").Longs())
            Assert.Equal(expected, generator.RandomInt64());
        foreach (var (name, low, high) in ((string, long, long)[])[
            ("die", 1, 7), ("signed", -1000, 1000), ("word", 0, uint.MaxValue), ("edge", -5, (1L << 32) - 5),
            ("wide", -(1L << 40), 1L << 41), ("whole", long.MinValue, long.MaxValue)])
        {
            long[] values = new long[4];
            generator.RandomIntegers(values, low, high);
            Assert.Equal(recorded.GetProperty("randint_" + name).Longs(), values);
        }

        foreach (JsonProperty length in recorded.GetProperty("randperm").EnumerateObject())
        {
            int n = int.Parse(length.Name, System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(length.Value.Ints(), generator.Permutation(n));
        }

        Assert.Equal(recorded.GetProperty("randperm50000").GetString(), Golden.Digest(generator.Permutation(50000)));
        foreach (JsonProperty p in recorded.GetProperty("bernoulli").EnumerateObject())
        {
            double chance = double.Parse(p.Name, System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal((p.Name, p.Value.GetString()), (p.Name, Golden.Digest(Bernoulli(generator, 1000, chance))));
        }

        Assert.Equal(recorded.GetProperty("after_all").GetSingle(), Rand(generator, 1)[0]);
    }

    [Fact]
    public void The_tutorials_first_batches_come_out_of_the_loaders_draws()
    {
        // What DataLoader does: a base seed, then the seed of a generator of its own for the order.
        Generator generator = AfterTutorialInitialization(out _);
        generator.RandomInt64();
        int[] order = new Generator(generator.RandomInt64()).Permutation(50000);
        int[][] batches = [.. Recorded.GetProperty("bn_first_batches").EnumerateArray().Select(b => b.Ints())];
        Assert.Equal(batches.SelectMany(b => b), order.Take(30));
    }

    /// <summary>Draws the tutorial's initial weights, in order.</summary>
    internal static Generator AfterTutorialInitialization(out List<(float[] Weight, float[] Bias)> layers)
    {
        var generator = new Generator(42);
        layers = [];
        foreach (var (inputs, outputs) in ((int, int)[])[(3072, 64), (64, 32), (32, 10)])
        {
            var (weight, bias) = (new float[inputs * outputs], new float[outputs]);
            Initializers.LinearUniform(generator, weight, bias, inputs);
            layers.Add((weight, bias));
        }

        return generator;
    }

    [Fact]
    public void A_new_generator_has_PyTorchs_default_seed()
    {
        Assert.Equal(67280421310721, new Generator().InitialSeed);
        Assert.Equal(Rand(new(67280421310721), 3), Rand(new(), 3));
    }

    [Fact]
    public void Seeding_again_forgets_position_and_kept_normal()
    {
        var generator = new Generator(7);
        float[] first = Randn(generator, 3);
        Assert.Same(generator, generator.ManualSeed(7));
        Assert.Equal(7, generator.InitialSeed);
        Assert.Equal(first, Randn(generator, 3));
    }

    [Fact]
    public void Empty_requests_draw_nothing()
    {
        var generator = new Generator(3);
        Rand(generator, 0);
        Randn(generator, 0);
        Bernoulli(generator, 0, 0.5);
        generator.Uniform(Span<double>.Empty);
        Assert.Empty(generator.Permutation(0));
        Assert.Equal(Rand(new(3), 1), Rand(generator, 1));
    }

    [Fact]
    public void Impossible_requests_are_refused_with_the_values_that_came()
    {
        var generator = new Generator(1);
        Assert.Contains("low 2 and high 1", Assert.Throws<ArgumentException>(
            () => generator.Uniform(new float[1], 2, 1)).Message);
        Assert.Throws<ArgumentException>(() => generator.Uniform(new float[1], float.NaN, 1));
        Assert.Throws<ArgumentException>(() => generator.Uniform(new float[1], float.MinValue, float.MaxValue));
        Assert.Throws<ArgumentException>(() => generator.Uniform(new double[1], 0, double.PositiveInfinity));
        Assert.Contains("-0.5", Assert.Throws<ArgumentException>(
            () => generator.Normal(new float[1], 0, -0.5f)).Message);
        Assert.Throws<ArgumentException>(() => generator.Normal(new float[1], 0, float.NaN));
        Assert.Throws<ArgumentException>(() => generator.RandomInteger(5, 5));
        Assert.Throws<ArgumentException>(() => generator.Permutation(-1));
        Assert.Contains("1.5", Assert.Throws<ArgumentException>(
            () => generator.Bernoulli(new float[1], 1.5)).Message);
        Assert.Throws<ArgumentException>(() => generator.Bernoulli(new float[1], double.NaN));
        Assert.Equal(Rand(new(1), 4), Rand(generator, 4));
    }
}
