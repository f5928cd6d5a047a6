using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Embeddings and bags of them against PyTorch, embeddings.json, and what they refuse.</summary>
public class EmbeddingTests
{
    // Sums of at most eleven values of about 1, and a norm.
    const double Tolerance = 1e-6;

    static Tensor Positions(JsonElement recorded) =>
        Tensor.FromInt64(recorded.GetProperty("index").Longs(), new Shape(recorded.GetProperty("shape").Ints()));

    [Fact]
    public void Embeddings_are_PyTorchs()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("embeddings.json").GetProperty("cases").EnumerateArray())
        {
            string name = $"seed {recorded.GetProperty("seed")}";
            double p = recorded.Find("p")?.GetDouble() ?? double.PositiveInfinity;
            var layer = new Embedding(6, 5, recorded.Find("padding")?.GetInt32(), recorded.Find("norm")?.GetDouble(), p,
                recorded.GetProperty("freq").GetBoolean(), new Generator(recorded.GetProperty("seed").GetInt32()));
            Assert.Equal(recorded.GetProperty("start").Floats(), layer.Weight.ToArray());
            var y = layer.Forward(Positions(recorded));
            Near.Equal(recorded.GetProperty("output").Floats(), y.AsSpan(), Tolerance, name);
            y.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), y.Shape));
            Near.Equal(recorded.GetProperty("weight").Floats(), layer.Weight.AsSpan(), Tolerance, name);
            Near.Equal(recorded.GetProperty("grad").Floats(), layer.Weight.Grad!.AsSpan(), Tolerance, name);
            met++;
        }

        Assert.Equal(8, met);
    }

    [Fact]
    public void Bags_are_PyTorchs()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("embeddings.json").GetProperty("bags").EnumerateArray())
        {
            string name = $"seed {recorded.GetProperty("seed")}";
            var layer = new EmbeddingBag(6, 4, recorded.Find("norm")?.GetDouble(), 2, recorded.GetProperty("freq").GetBoolean(),
                Enum.Parse<EmbeddingBagMode>(recorded.GetProperty("mode").GetString()!, ignoreCase: true),
                recorded.GetProperty("last").GetBoolean(), recorded.Find("padding")?.GetInt32(),
                new Generator(recorded.GetProperty("seed").GetInt32()));
            Assert.Equal(recorded.GetProperty("start").Floats(), layer.Weight.ToArray());
            var index = Positions(recorded);
            var factors = recorded.Find("factors") is { } values ? new Parameter(Tensor.From(values.Floats(), index.Shape)) : null;
            var y = layer.Forward(index, recorded.Find("offsets") is { } offsets ? Tensor.FromInt64(offsets.Longs()) : null, factors);
            Near.Equal(recorded.GetProperty("output").Floats(), y.AsSpan(), Tolerance, name);
            y.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), y.Shape));
            Near.Equal(recorded.GetProperty("weight").Floats(), layer.Weight.AsSpan(), Tolerance, name);
            Near.Equal(recorded.GetProperty("grad").Floats(), layer.Weight.Grad!.AsSpan(), Tolerance, name);
            if (factors is not null)
                Near.Equal(recorded.GetProperty("grad_factors").Floats(), factors.Grad!.AsSpan(), Tolerance, name);
            met++;
        }

        Assert.Equal(24, met);
    }

    [Fact]
    public void A_pretrained_table_is_copied_and_frozen_unless_it_is_to_learn()
    {
        var table = Draw.Data([4, 3], 1);
        var layer = Embedding.FromPretrained(table, paddingIdx: 1);
        Assert.Equal(table.ToArray(), layer.Weight.ToArray());
        Assert.False(layer.Forward(Tensor.FromInt64(1, 2)).RequiresGrad);
        Assert.True(Embedding.FromPretrained(table, freeze: false).Forward(Tensor.FromInt64(1, 2)).RequiresGrad);
        Assert.Equal(["weight"], layer.StateDict().Keys);
        Assert.False(EmbeddingBag.FromPretrained(table).Forward(Tensor.FromInt64([1, 2], [1, 2])).RequiresGrad);
    }

    [Fact]
    public void Classes_become_rows_with_a_one()
    {
        Assert.Equal([0, 0, 1, 1, 0, 0], Functional.OneHot(Tensor.FromInt64(2, 0)).ToArray<long>());
        Assert.Equal([2, 5], Functional.OneHot(Tensor.FromInt64(2, 0), 5).Shape.ToArray());
        Assert.Contains("class 2 at [0]", Message(() => Functional.OneHot(Tensor.FromInt64(2, 0), 2)), StringComparison.Ordinal);
        Assert.Contains("at least one class", Message(() => Functional.OneHot(Tensor.FromInt64(2, 0), 0)), StringComparison.Ordinal);
    }

    static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;

    [Fact]
    public void What_does_not_fit_is_refused_with_the_place()
    {
        var layer = new Embedding(6, 5, paddingIdx: 2);
        Assert.Equal(
            "Embedding(6, 5, paddingIdx: 2): index 7 at [1, 2] of [2, 3] is outside of the table, whose 6 rows are 0 to 5. "
                + "Make the table larger, or map what it does not know to a row of its own.",
            Message(() => layer.Forward(Tensor.FromInt64([0, 1, 2, 3, 4, 7], [2, 3]))));
        Assert.Contains("index -1 at [0]", Message(() => layer.Forward(Tensor.FromInt64(-1))), StringComparison.Ordinal);
        Assert.Contains("expected an int64 tensor of positions, got float32 [2]", Message(() => layer.Forward(Tensor.Zeros([2]))),
            StringComparison.Ordinal);
        Assert.Contains("the padding 6 is outside", Message(() => _ = new Embedding(6, 5, paddingIdx: 6)), StringComparison.Ordinal);
        Assert.Contains("at least 1", Message(() => _ = new Embedding(0, 5)), StringComparison.Ordinal);
        Assert.Contains("a Parameter allows", Message(() => Functional.Embedding(Tensor.FromInt64(0), Tensor.Zeros([2, 2]), maxNorm: 1)),
            StringComparison.Ordinal);
        Assert.Contains("expected a table [V, D]", Message(() => Functional.Embedding(Tensor.FromInt64(0), Tensor.Zeros([2]))), StringComparison.Ordinal);

        var bag = new EmbeddingBag(6, 5);
        Assert.Contains("without", Message(() => bag.Forward(Tensor.FromInt64(0, 1))), StringComparison.Ordinal);
        Assert.Contains("takes no offsets", Message(() => bag.Forward(Tensor.FromInt64([0, 1], [1, 2]), Tensor.FromInt64(0))), StringComparison.Ordinal);
        Assert.Contains("offset 1 at [0]", Message(() => bag.Forward(Tensor.FromInt64(0, 1), Tensor.FromInt64(1))), StringComparison.Ordinal);
        Assert.Contains("offset 1 at [2]", Message(() => bag.Forward(Tensor.FromInt64(0, 1), Tensor.FromInt64(0, 2, 1))), StringComparison.Ordinal);
        Assert.Contains("offset 3 at [1]", Message(() => bag.Forward(Tensor.FromInt64(0, 1), Tensor.FromInt64(0, 3))), StringComparison.Ordinal);
        Assert.Contains("with the mode Sum", Message(() => bag.Forward(Tensor.FromInt64(0, 1), Tensor.FromInt64(0), Tensor.Zeros([2]))),
            StringComparison.Ordinal);
        Assert.Contains("index 9 at [0, 1]", Message(() => bag.Forward(Tensor.FromInt64([0, 9], [1, 2]))), StringComparison.Ordinal);
    }
}
