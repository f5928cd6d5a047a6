namespace Ballast.Tests.Tensors;

/// <summary>Reductions along axes against plain loops in double, at random: shapes, axes, views.</summary>
public class ReductionTests
{
    /// <summary>A drawn tensor behind a drawn view, with the plain array of what the view shows and the way back to its elements.</summary>
    internal sealed record Drawn(Parameter Source, Func<Tensor> View, PlainArray Values, PlainArray Owners);

    internal static Drawn Draw(Random random, int least = 1, Func<Random, float>? draw = null)
    {
        int[] sizes = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(least, 5))];
        if (random.Next(6) == 0)
            sizes[random.Next(sizes.Length)] = random.Next(20, 50);
        Shape shape = new(sizes);
        float[] values = [.. Enumerable.Range(0, shape.Length).Select(_ => draw is null ? random.Next(-40, 41) / 16f : draw(random))];
        Parameter x = new(Tensor.From(values, shape));
        float[] numbers = [.. Enumerable.Range(0, shape.Length).Select(static i => (float)i)];
        PlainArray plain = PlainArray.Of(values, shape), owners = PlainArray.Of(numbers, shape);
        int axis = random.Next(sizes.Length), kind = random.Next(6);
        int[] order = [.. Enumerable.Range(0, sizes.Length)];
        random.Shuffle(order);
        return kind switch
        {
            0 or 1 => new Drawn(x, () => x.Permute(order), plain.Permute(order), owners.Permute(order)),
            2 when sizes[axis] > 2 => new Drawn(x, () => x.Narrow(axis, 1, sizes[axis] - 2), plain.Slice(axis, 1, sizes[axis] - 2, 1),
                owners.Slice(axis, 1, sizes[axis] - 2, 1)),
            3 => new Drawn(x, () => x.Flip(axis), plain.Slice(axis, sizes[axis] - 1, sizes[axis], -1),
                owners.Slice(axis, sizes[axis] - 1, sizes[axis], -1)),
            4 => new Drawn(x, () => x.Unsqueeze(0).Expand([2, .. sizes]), plain.Unsqueeze(0).Expand([2, .. sizes]),
                owners.Unsqueeze(0).Expand([2, .. sizes])),
            _ => new Drawn(x, () => x, plain, owners),
        };
    }

    static int[] DrawAxes(Random random, int rank) =>
        [.. Enumerable.Range(0, rank).Where(_ => random.Next(2) == 0).Select(axis => random.Next(2) == 0 ? axis : axis - rank)];

    // The groups of elements that become one value each, in order.
    internal static List<List<int[]>> Groups(int[] sizes, int[] axes)
    {
        int rank = sizes.Length;
        bool[] reduced = [.. Enumerable.Range(0, rank).Select(axis => axes.Length == 0 || axes.Contains(axis) || axes.Contains(axis - rank))];
        int[] kept = [.. sizes.Select((size, axis) => reduced[axis] ? 1 : size)], inner = [.. sizes.Select((size, axis) => reduced[axis] ? size : 1)];
        return [.. PlainArray.Positions(kept).Select(at =>
            PlainArray.Positions(inner).Select(offset => at.Zip(offset, static (a, b) => a + b).ToArray()).ToList())];
    }

    internal static void CheckGradient(Drawn drawn, Tensor result, Func<float[], double[]> expected, double tolerance, string what)
    {
        drawn.Source.ZeroGrad();
        Random random = new(17);
        float[] cotangent = [.. Enumerable.Range(0, result.Length).Select(_ => random.Next(-9, 10) / 4f)];
        result.Backward(Tensor.From(cotangent, result.Shape));
        double[] each = expected(cotangent), dx = new double[drawn.Source.Length];
        int i = 0;
        foreach (int[] position in PlainArray.Positions(drawn.Values.Sizes))
            dx[(int)drawn.Owners.At(position)] += each[i++];
        Near.Equal(dx, drawn.Source.Grad!.AsSpan(), tolerance, what);
    }

    delegate Tensor Fast(Tensor x, int[] axes, bool keep);

    // A reduction of a group of values and its derivative with respect to each of them.
    static void Check(string name, int seeds, Fast fast, Func<double[], double> value, Func<double[], double[]> slopes, double tolerance,
        int least = 1)
    {
        for (int seed = 0; seed < seeds; seed++)
        {
            Random random = new(seed);
            var drawn = Draw(random);
            int[] sizes = drawn.Values.Sizes, axes = DrawAxes(random, sizes.Length);
            bool keep = random.Next(2) == 0;
            string what = $"{name}, seed {seed}";
            var groups = Groups(sizes, axes);
            if (groups[0].Count < least)
                continue;
            var result = fast(drawn.View(), axes, keep);
            bool[] gone = [.. sizes.Select((_, axis) => axes.Length == 0 || axes.Contains(axis) || axes.Contains(axis - sizes.Length))];
            int[] kept = [.. sizes.Select((size, axis) => gone[axis] ? 1 : size)];
            Assert.Equal(keep ? kept : [.. kept.Where((_, axis) => !gone[axis])], result.Shape.ToArray());
            double[][] values = [.. groups.Select(group => group.Select(drawn.Values.At).ToArray())];
            Near.Equal([.. values.Select(value)], result.AsSpan(), tolerance, what);
            CheckGradient(drawn, result, cotangent =>
            {
                double[] dx = new double[drawn.Values.ToArray().Length];
                for (int g = 0; g < groups.Count; g++)
                {
                    double[] slope = slopes(values[g]);
                    for (int i = 0; i < slope.Length; i++)
                        dx[PlainArray.Flat(groups[g][i], sizes)] = cotangent[g] * slope[i];
                }

                return dx;
            }, tolerance * 4, what + ", gradient");
        }
    }

    static double[] Each(double[] x, Func<double, double> slope) => [.. x.Select(slope)];

    [Fact]
    public void Largest_and_smallest_values_share_their_gradient_among_equals()
    {
        Check("amax", 150, static (x, axes, keep) => x.Amax(axes, keep), Enumerable.Max,
            static x => Each(x, v => v == x.Max() ? 1.0 / x.Count(u => u == x.Max()) : 0), 1e-6);
        Check("amin", 150, static (x, axes, keep) => x.Amin(axes, keep), Enumerable.Min,
            static x => Each(x, v => v == x.Min() ? 1.0 / x.Count(u => u == x.Min()) : 0), 1e-6);
    }

    [Fact]
    public void Products_and_their_gradients_are_those_of_plain_loops_with_zeros_among_them()
    {
        Check("prod", 150, static (x, axes, keep) => (x * 0.5f).Prod(axes, keep), static x => x.Aggregate(1.0, static (a, b) => a * b / 2),
            static x => [.. x.Select((_, i) => x.Where((_, j) => j != i).Aggregate(0.5, static (a, b) => a * b / 2))], 2e-6);
    }

    static double Squares(double[] x)
    {
        double mean = x.Average();
        return x.Sum(v => (v - mean) * (v - mean));
    }

    static double[] Deviations(double[] x)
    {
        double mean = x.Average();
        return Each(x, v => v - mean);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.0)]
    [InlineData(0.5)]
    public void Variances_and_deviations_are_those_of_plain_loops(double correction)
    {
        Check("var", 100, (x, axes, keep) => x.Var(axes, correction, keep), x => Squares(x) / (x.Length - correction),
            x => Each(Deviations(x), v => 2 * v / (x.Length - correction)), 2e-6, least: 2);
        Check("std", 100, (x, axes, keep) => x.Std(axes, correction, keep), x => Math.Sqrt(Squares(x) / (x.Length - correction)),
            x =>
            {
                double squares = Squares(x), deviation = Math.Sqrt(squares * (x.Length - correction));
                return Each(Deviations(x), v => squares == 0 ? 0 : v / deviation);
            }, 4e-6, least: 2);
    }

    [Theory]
    [InlineData(2.0)]
    [InlineData(1.0)]
    [InlineData(3.0)]
    [InlineData(1.5)]
    [InlineData(0.5)]
    public void Norms_are_those_of_plain_loops(double p)
    {
        double Value(double[] x) => Math.Pow(x.Sum(v => Math.Pow(Math.Abs(v), p)), 1 / p);
        // A power is exp(p ln x): each of the two rounds, and the exponent up to 8 is amplified by the larger one.
        Check($"norm {p}", 150, (x, axes, keep) => x.Norm(p, axes, keep), Value,
            x => Each(x, v => v == 0 ? 0 : Math.Sign(v) * Math.Pow(Math.Abs(v) / Value(x), p - 1)), 5e-6);
    }

    [Fact]
    public void The_norms_of_infinity_and_of_zero_count_magnitudes()
    {
        static double Largest(double[] x) => x.Max(Math.Abs);
        static double Smallest(double[] x) => x.Min(Math.Abs);
        Check("norm inf", 150, static (x, axes, keep) => x.Norm(double.PositiveInfinity, axes, keep), Largest,
            static x => Each(x, v => Math.Abs(v) == Largest(x) ? Math.Sign(v) / (double)x.Count(u => Math.Abs(u) == Largest(x)) : 0), 1e-6);
        Check("norm -inf", 150, static (x, axes, keep) => x.Norm(double.NegativeInfinity, axes, keep), Smallest,
            static x => Each(x, v => Math.Abs(v) == Smallest(x) ? Math.Sign(v) / (double)x.Count(u => Math.Abs(u) == Smallest(x)) : 0), 1e-6);
        Check("norm 0", 150, static (x, axes, keep) => x.Norm(0, axes, keep),
            static x => x.Count(static v => v != 0), static x => Each(x, static _ => 0), 0);
    }

    [Fact]
    public void The_logarithm_of_a_sum_of_exponentials_is_that_of_plain_loops() =>
        Check("logsumexp", 150, static (x, axes, keep) => x.LogSumExp(axes, keep), static x => Math.Log(x.Sum(Math.Exp)),
            static x => Each(x, v => Math.Exp(v) / x.Sum(Math.Exp)), 2e-6);

    [Fact]
    public void Large_reductions_are_those_of_plain_loops()
    {
        foreach (int[] axes in new[] { [0], [1], [2], [0, 1], [1, 2], [0, 2], Array.Empty<int>() })
        {
            foreach (int[] sizes in new[] { new[] { 2, 300, 17 }, [600, 3, 40], [70, 1, 900] })
            {
                var x = Tensor.Randn(new Shape(sizes), new Generator(3)) + 5f;
                var plain = PlainArray.Of(x.AsSpan(), x.Shape);
                double[][] groups = [.. Groups(sizes, axes).Select(group => group.Select(plain.At).ToArray())];
                Near.Equal([.. groups.Select(Enumerable.Max)], x.Amax(axes).AsSpan(), 0);
                Near.Equal([.. groups.Select(static g => Math.Sqrt(Squares(g) / g.Length))], x.Std(axes, 0).AsSpan(), 1e-5);
                Near.Equal([.. groups.Select(static g => Math.Sqrt(g.Sum(static v => v * v)))], x.Norm(2, axes).AsSpan(), 1e-6);
                Near.Equal([.. groups.Select(static g => 5 + Math.Log(g.Sum(static v => Math.Exp(v - 5))))], x.LogSumExp(axes).AsSpan(), 1e-6);
            }
        }
    }

    [Fact]
    public void What_is_not_a_number_and_what_is_infinite_come_out_as_in_PyTorch()
    {
        var x = Tensor.From([1, float.NaN, 3, float.PositiveInfinity, 2, 1, -1f / 0, -1f / 0, -1f / 0], [3, 3]);
        Assert.Equal([float.NaN, float.PositiveInfinity, float.NegativeInfinity], x.Amax([1]).ToArray());
        Assert.Equal([float.NaN, 1, float.NegativeInfinity], x.Amin([1]).ToArray());
        Assert.Equal([float.NaN, float.PositiveInfinity, float.NegativeInfinity], x.LogSumExp([1]).ToArray());
        Assert.Equal([float.NaN, float.PositiveInfinity, float.PositiveInfinity], x.Norm(double.PositiveInfinity, [1]).ToArray());
        Parameter spoiled = new(Tensor.From([1, float.NaN, float.NaN], [3]));
        spoiled.Max().Backward();
        Assert.Equal([0, 0.5f, 0.5f], spoiled.Grad!.ToArray());
    }

    [Fact]
    public void Equal_values_have_no_variance_and_one_value_has_no_samples_variance()
    {
        var x = new Parameter(Tensor.Full([1000], 0.1f));
        Assert.Equal(0, x.Var().Item());
        x.Std().Backward();
        Assert.Equal(new float[1000], x.Grad!.ToArray());
        Assert.True(float.IsNaN(Tensor.Ones([1]).Var().Item()));
        Assert.Equal(0, Tensor.Ones([1]).Var(correction: 0).Item());
    }

    [Fact]
    public void Nothing_has_sums_and_products_but_no_largest_value()
    {
        var x = Tensor.Zeros([2, 0]);
        Assert.Equal([1, 1], x.Prod([1]).ToArray());
        Assert.Equal([0, 0], x.Norm(2, [1]).ToArray());
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity], x.LogSumExp([1]).ToArray());
        Assert.Empty(x.Amax([0]).ToArray());
        Assert.Equal(new Shape(1, 0), x.Std([0], keepAxes: true).Shape);
        Assert.Equal("Amax: nothing of [2, 0] has no such value. Reduce axes that have positions, or check Length first.",
            Assert.Throws<ArgumentException>(() => x.Amax([1])).Message);
        Assert.Equal("Norm: nothing of [2, 0] has no such value. Reduce axes that have positions, or check Length first.",
            Assert.Throws<ArgumentException>(() => x.Norm(double.PositiveInfinity, [1])).Message);
    }

    [Fact]
    public void Axes_that_are_not_there_are_refused()
    {
        var x = Tensor.Zeros([2, 3]);
        Assert.Equal("Amax: there is no axis 2 in [2, 3]. Axes go from -2 to 1.", Assert.Throws<ArgumentException>(() => x.Amax([2])).Message);
        Assert.Equal("Std: axis -1 of [2, 3] is named twice in [1, -1].", Assert.Throws<ArgumentException>(() => x.Std([1, -1])).Message);
        Assert.Equal("Norm: expected a power such as 1, 2 or infinity, got NaN.", Assert.Throws<ArgumentException>(() => x.Norm(double.NaN)).Message);
        Assert.Equal("Var: expected a correction such as 0 or 1, got NaN.",
            Assert.Throws<ArgumentException>(() => x.Var(correction: double.NaN)).Message);
    }

    [Fact]
    public void Values_other_than_zero_are_counted_in_tensors_of_every_type()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Random random = new(seed);
            var drawn = Draw(random, 0, static r => r.Next(4) switch { 0 => 0, 1 => -0f, 2 => float.NaN, _ => 1 });
            int[] sizes = drawn.Values.Sizes, axes = DrawAxes(random, sizes.Length);
            bool keep = random.Next(2) == 0;
            var x = drawn.View();
            double[][] groups = [.. Groups(sizes, axes).Select(group => group.Select(drawn.Values.At).ToArray())];
            Assert.Equal(groups.Select(static g => g.LongCount(static v => v != 0)), x.CountNonzero(axes, keep).AsSpan<long>().ToArray());
            Assert.Equal(groups.Select(static g => g.Any(static v => v != 0)), x.Any(axes, keep).AsSpan<bool>().ToArray());
            Assert.Equal(groups.Select(static g => g.All(static v => v != 0)), x.All(axes, keep).AsSpan<bool>().ToArray());
        }

        Assert.Equal([3, 0], Tensor.FromInt64([1, 0, 1L << 40, 0, 7, 0], [3, 2]).CountNonzero([0]).AsSpan<long>().ToArray());
        Assert.True(Tensor.FromBool([true, true], [2]).All().AsSpan<bool>()[0]);
        Assert.False(Tensor.FromUInt8([0, 0], [2]).Any().AsSpan<bool>()[0]);
        Assert.True(Tensor.Zeros([0]).All().AsSpan<bool>()[0]);
    }
}
