namespace Ballast.Tests;

/// <summary>Tensors of drawn whole numbers against PyTorch, sampling.json, and what they refuse.</summary>
public class SamplingTests
{
    [Fact]
    public void Categories_are_PyTorchs()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("sampling.json").GetProperty("cases").EnumerateArray())
        {
            var generator = new Generator(recorded.GetProperty("seed").GetInt32());
            float[] weights = (Tensor.Rand(new Shape(recorded.GetProperty("shape").Ints()), generator) * 3).ToArray();
            Shape shape = new(recorded.GetProperty("shape").Ints());
            for (int i = 1; i < weights.Length; i += shape[^1])
                weights[i] = 0;
            var drawn = Tensor.From(weights, shape)
                .Multinomial(recorded.GetProperty("count").GetInt32(), recorded.GetProperty("replacement").GetBoolean(), generator);
            Assert.Equal(recorded.GetProperty("drawn_shape").Ints(), drawn.Shape.ToArray());
            Assert.Equal(recorded.GetProperty("drawn").Longs(), drawn.ToArray<long>());
            Assert.Equal(recorded.GetProperty("next").GetSingle(), Tensor.Rand([1], generator).Item());
            met++;
        }

        Assert.Equal(7, met);
    }

    [Fact]
    public void Whole_numbers_and_permutations_are_PyTorchs()
    {
        var recorded = Golden.Load("sampling.json");
        var integers = recorded.GetProperty("integers");
        using var scope = Generator.UseDefault(new Generator(11));
        var first = Tensor.RandInt(7, [3, 4]);
        Assert.Equal([3, 4], first.Shape.ToArray());
        Assert.Equal(integers[0].Longs(), first.ToArray<long>());
        Assert.Equal(integers[1].Longs(), Tensor.RandInt(-3, 5, [10]).ToArray<long>());
        Assert.Equal(integers[2].Longs(), Tensor.RandInt(0, 1L << 40, [4]).ToArray<long>());
        Assert.Equal(recorded.GetProperty("permutation").Longs(), Tensor.RandPerm(12).ToArray<long>());
    }

    // 100,000 draws: five deviations of the binomial distribution at most.
    [Fact]
    public void Categories_come_as_often_as_their_weights_say()
    {
        float[] weights = [1, 0, 3, 6];
        var generator = new Generator(3);
        var rows = Tensor.From(weights, [1, 4]).Expand(100_000, 4);
        foreach (var drawn in new[] { rows.Multinomial(1, generator: generator), Tensor.From(weights, [4]).Multinomial(100_000, true, generator) })
        {
            float[] counts = drawn.Reshape([100_000]).OneHot(4).To(ElementType.Float32).Sum([0]).ToArray();
            for (int i = 0; i < 4; i++)
                Assert.Equal(weights[i] * 10_000, counts[i], 5 * Math.Sqrt(1000 * weights[i] * (100 - 10 * weights[i])));
        }
    }

    static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;

    [Fact]
    public void What_cannot_be_drawn_is_refused()
    {
        Assert.Contains("[categories] or [N, categories], got float32 [2, 3, 4]", Message(static () => Tensor.Zeros([2, 3, 4]).Multinomial(1)),
            StringComparison.Ordinal);
        Assert.Contains("got int64 [3]", Message(static () => Tensor.FromInt64(1, 2, 3).Multinomial(1)), StringComparison.Ordinal);
        Assert.Contains("draw 1 or more, got 0", Message(static () => Tensor.Ones([3]).Multinomial(0)), StringComparison.Ordinal);
        Assert.Contains("got -1 at 1 of row 0. Logits become weights by Softmax(-1).",
            Message(static () => Tensor.From([1, -1], [2]).Multinomial(1)), StringComparison.Ordinal);
        Assert.Contains("at 0 of row 1", Message(static () => Tensor.From([1, 1, float.NaN, 1], [2, 2]).Multinomial(1)), StringComparison.Ordinal);
        Assert.Contains("no weight above 0", Message(static () => Tensor.Zeros([3]).Multinomial(1)), StringComparison.Ordinal);
        Assert.Contains("has 2 weights above 0, and 3 different categories", Message(static () => Tensor.From([1, 0, 1], [3]).Multinomial(3)),
            StringComparison.Ordinal);
        Assert.Contains("low 4 and high 4", Message(static () => Tensor.RandInt(4, 4, [1])), StringComparison.Ordinal);
        Assert.Contains("got -1", Message(static () => Tensor.RandPerm(-1)), StringComparison.Ordinal);
    }
}
