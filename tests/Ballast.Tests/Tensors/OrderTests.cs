namespace Ballast.Tests.Tensors;

/// <summary>Sorted, largest, smallest and middle values with their positions against plain loops, at random: shapes, axes, views.</summary>
public class OrderTests
{
    delegate (Tensor Values, Tensor Indices) Choosing(Tensor x, int axis);

    // Positions of each line that are chosen, in order.
    static void CheckChoice(string name, int seeds, Choosing fast, Func<double[], int[]> choose)
    {
        for (int seed = 0; seed < seeds; seed++)
        {
            Random random = new(seed);
            var drawn = ReductionTests.Draw(random, 1, static r => r.Next(20) == 0 ? float.NaN : r.Next(-5, 6) / 4f);
            int axis = LineTests.DrawAxis(random, drawn.Values), counted = axis < 0 ? axis + drawn.Values.Sizes.Length : axis;
            string what = $"{name}, seed {seed}";
            var (values, indices) = fast(drawn.View(), axis);
            var lines = LineTests.Lines(drawn.Values, counted);
            int[][] chosen = [.. lines.Select(line => choose(line.Values))];
            int[] sizes = [.. drawn.Values.Sizes.Select((size, i) => i == counted ? chosen[0].Length : size)];
            Assert.Equal(sizes, values.Shape.ToArray());
            Assert.Equal(sizes, indices.Shape.ToArray());
            int[][] places = [.. ReductionTests.Groups(sizes, [counted]).Select(group =>
                group.Select(position => PlainArray.Flat(position, sizes)).ToArray())];
            for (int l = 0; l < lines.Length; l++)
            {
                for (int k = 0; k < chosen[l].Length; k++)
                {
                    Assert.True(chosen[l][k] == indices.AsSpan<long>()[places[l][k]], what);
                    Assert.True(lines[l].Values[chosen[l][k]].Equals((double)values.AsSpan()[places[l][k]]), what);
                }
            }

            if (values.Length == 0)
                continue;
            ReductionTests.CheckGradient(drawn, values, cotangent =>
            {
                double[] dx = new double[lines.Sum(static line => line.Values.Length)];
                for (int l = 0; l < lines.Length; l++)
                {
                    for (int k = 0; k < chosen[l].Length; k++)
                        dx[lines[l].Places[chosen[l][k]]] += cotangent[places[l][k]];
                }

                return dx;
            }, 1e-6, what + ", gradient");
        }
    }

    static int[] Ascending(double[] x) => [.. Enumerable.Range(0, x.Length).OrderBy(i => double.IsNaN(x[i]) ? double.PositiveInfinity : x[i])];

    static int[] Descending(double[] x) =>
        [.. Enumerable.Range(0, x.Length).OrderByDescending(i => double.IsNaN(x[i]) ? double.PositiveInfinity : x[i])];

    [Fact]
    public void Sorting_is_stable_and_puts_what_is_not_a_number_last()
    {
        CheckChoice("sort", 150, static (x, axis) => x.Sort(axis), Ascending);
        CheckChoice("sort descending", 150, static (x, axis) => x.Sort(axis, descending: true), Descending);
        var x = Tensor.From([2, -0f, 0, float.NaN, -1], [5]);
        Assert.Equal([4, 1, 2, 0, 3], x.ArgSort().AsSpan<long>().ToArray());
    }

    [Fact]
    public void The_first_of_the_order_are_those_of_the_whole_order()
    {
        for (int count = 0; count < 4; count++)
        {
            int k = count;
            CheckChoice($"topk {k}", 40, (x, axis) => x.TopK(Math.Min(k, x.Shape[x.Axis("", axis)]), axis),
                x => Descending(x)[..Math.Min(k, x.Length)]);
            CheckChoice($"topk smallest {k}", 40, (x, axis) => x.TopK(Math.Min(k, x.Shape[x.Axis("", axis)]), axis, largest: false),
                x => Ascending(x)[..Math.Min(k, x.Length)]);
        }

        CheckChoice("kthvalue", 100, static (x, axis) => x.Kthvalue((x.Shape[x.Axis("", axis)] + 1) / 2, axis, keepAxis: true),
            static x => [Ascending(x)[(x.Length - 1) / 2]]);
        float[] values = [.. Tensor.Randn([30011], new Generator(9)).ToArray()];
        var (largest, places) = Tensor.From(values, [30011]).TopK(100);
        Assert.Equal(values.OrderByDescending(static v => v).Take(100), largest.ToArray());
        Assert.Equal(largest.ToArray(), places.AsSpan<long>().ToArray().Select(place => values[place]));
    }

    [Fact]
    public void Largest_smallest_and_middle_values_come_with_their_first_positions()
    {
        static int First(double[] x, Func<double, bool> is_) => Array.FindIndex(x, v => is_(v));
        static int Extreme(double[] x, double best) => x.Any(double.IsNaN) ? First(x, double.IsNaN) : First(x, v => v == best);
        CheckChoice("max", 150, static (x, axis) => x.Max(axis, keepAxis: true), static x => [Extreme(x, x.Max())]);
        CheckChoice("min", 150, static (x, axis) => x.Min(axis, keepAxis: true), static x => [Extreme(x, x.Min())]);
        CheckChoice("median", 150, static (x, axis) => x.Median(axis, keepAxis: true),
            static x => [x.Any(double.IsNaN) ? First(x, double.IsNaN) : Ascending(x)[(x.Length - 1) / 2]]);
    }

    [Fact]
    public void Positions_are_int64_without_the_axis()
    {
        var x = Tensor.From([1, 5, 5, 7, 2, float.NaN], [2, 3]);
        Assert.Equal([1, 2], x.ArgMax(1).AsSpan<long>().ToArray());
        Assert.Equal([0, 2], x.ArgMin(-1).AsSpan<long>().ToArray());
        Assert.Equal([1, 0, 1], x.ArgMax(0).AsSpan<long>().ToArray());
        Assert.Equal(new Shape(1, 3), x.ArgMax(0, keepAxis: true).Shape);
        Assert.Equal((5, 5), (x.ArgMax().Item<long>(), x.ArgMin().Item<long>()));
        Assert.Equal((1, 0), (x[.., ..2].Permute(1, 0).ArgMax().Item<long>(), x[.., ..2].Permute(1, 0).ArgMin().Item<long>()));
        Assert.Equal(Shape.Scalar, x.ArgMax().Shape);
        Assert.Equal(ElementType.Int64, x.ArgMax(1).ElementType);
        float[] values = [.. Tensor.Randn([3, 5000], new Generator(4)).ToArray()];
        (values[4999], values[5000 + 2048], values[10000]) = (9, 9, 9);
        Assert.Equal([4999, 2048, 0], Tensor.From(values, [3, 5000]).ArgMax(1).AsSpan<long>().ToArray());
        (values[700], values[3000], values[4999], values[255], values[256]) = (9, 9, 9, -9, -9);
        x = Tensor.From(values.AsSpan(0, 5000), [5000]);
        Assert.Equal((700, 255), (x.ArgMax().Item<long>(), x.ArgMin().Item<long>()));
        Assert.Equal(2, Tensor.From([3, 1, 2, 4], [2, 2]).Median().Item());
    }

    [Fact]
    public void What_cannot_be_chosen_is_refused()
    {
        var x = Tensor.Zeros([2, 0]);
        Assert.Equal("Max: nothing of [2, 0] has no such value. Reduce axes that have positions, or check Length first.",
            Assert.Throws<ArgumentException>(() => x.Max(1)).Message);
        Assert.Equal("ArgMax: nothing of [2, 0] has no such value. Reduce axes that have positions, or check Length first.",
            Assert.Throws<ArgumentException>(() => x.ArgMax(1)).Message);
        Assert.Equal("ArgMin: nothing of [2, 0] has no such value. Reduce axes that have positions, or check Length first.",
            Assert.Throws<ArgumentException>(() => x.ArgMin()).Message);
        Assert.Empty(x.Max(0).Values.ToArray());
        var y = Tensor.Zeros([2, 3]);
        Assert.Equal("TopK: expected a number from 0 to 3, which axis 1 of [2, 3] has, got 4.",
            Assert.Throws<ArgumentException>(() => y.TopK(4)).Message);
        Assert.Equal("Kthvalue: expected a number from 1 to 2, which axis 0 of [2, 3] has, got 0.",
            Assert.Throws<ArgumentException>(() => y.Kthvalue(0, 0)).Message);
        Assert.Equal("Expected float32 values, got int64 [2]. Convert them with To(ElementType.Float32).",
            Assert.Throws<ArgumentException>(() => Tensor.FromInt64([1, 2], [2]).Sort()).Message);
        Assert.Equal("Sort: there is no axis 2 in [2, 3]. Axes go from -2 to 1.", Assert.Throws<ArgumentException>(() => y.Sort(2)).Message);
    }
}
