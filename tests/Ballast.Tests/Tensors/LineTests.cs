using Ballast.Kernels;

namespace Ballast.Tests.Tensors;

/// <summary>Softmaxes and scans along an axis against plain loops in double, at random: shapes, axes, views.</summary>
public class LineTests
{
    delegate Tensor Fast(Tensor x, int axis);

    // The lines along an axis and where each of their elements stands in a row-major array of the same sizes.
    internal static (double[] Values, int[] Places)[] Lines(PlainArray x, int axis) => [.. ReductionTests.Groups(x.Sizes, [axis]).Select(group =>
        (group.Select(x.At).ToArray(), group.Select(position => PlainArray.Flat(position, x.Sizes)).ToArray()))];

    internal static int DrawAxis(Random random, PlainArray x) => random.Next(-x.Sizes.Length, x.Sizes.Length);

    // A function of a line with as many results, and the gradient of sum(g f(x)).
    static void Check(string name, int seeds, Fast fast, Func<double[], double[]> f, Func<double[], double[], double[]> gradient, double tolerance)
    {
        for (int seed = 0; seed < seeds; seed++)
        {
            Random random = new(seed);
            var drawn = ReductionTests.Draw(random);
            int axis = DrawAxis(random, drawn.Values);
            string what = $"{name}, seed {seed}";
            var result = fast(drawn.View(), axis);
            Assert.Equal(drawn.Values.Sizes, result.Shape.ToArray());
            var lines = Lines(drawn.Values, axis);
            double[] expected = new double[result.Length];
            foreach (var (values, places) in lines)
                Put(expected, places, f(values));
            Near.Equal(expected, result.AsSpan(), tolerance, what);
            ReductionTests.CheckGradient(drawn, result, cotangent =>
            {
                double[] dx = new double[cotangent.Length];
                foreach (var (values, places) in lines)
                    Put(dx, places, gradient(values, [.. places.Select(place => (double)cotangent[place])]));
                return dx;
            }, 4 * tolerance, what + ", gradient");
        }
    }

    static void Put(double[] to, int[] places, double[] values)
    {
        for (int i = 0; i < places.Length; i++)
            to[places[i]] = values[i];
    }

    static double[] Softmax(double[] x)
    {
        double sum = x.Sum(Math.Exp);
        return [.. x.Select(v => Math.Exp(v) / sum)];
    }

    [Fact]
    public void Softmaxes_along_any_axis_have_the_values_and_gradients_of_plain_loops()
    {
        Check("softmax", 150, static (x, axis) => x.Softmax(axis), Softmax, static (x, g) =>
        {
            double[] y = Softmax(x);
            double sum = y.Zip(g, static (a, b) => a * b).Sum();
            return [.. y.Zip(g, (a, b) => a * (b - sum))];
        }, 1e-6);
        Check("log_softmax", 150, static (x, axis) => x.LogSoftmax(axis), static x => [.. Softmax(x).Select(static p => Math.Log(p))],
            static (x, g) => [.. Softmax(x).Zip(g, (p, b) => b - p * g.Sum())], 1e-6);
    }

    [Theory]
    [InlineData(7, 1000, 1)]
    [InlineData(3, 50000, 1)]
    [InlineData(1, 300, 70)]
    [InlineData(5, 21, 333)]
    [InlineData(2, 700, 600)]
    [InlineData(400, 33, 1)]
    public void Large_softmaxes_meet_the_reference(int outer, int size, int inner)
    {
        var x = new Parameter(Tensor.Randn([outer, size, inner], new Generator(5)) * 4f);
        double[] p = new double[x.Length], logarithms = new double[x.Length];
        LineShape shape = new(outer, size, inner);
        SoftmaxLines.Reference(x.AsSpan(), p, shape, logarithm: false);
        SoftmaxLines.Reference(x.AsSpan(), logarithms, shape, logarithm: true);
        Near.Equal(p, x.Softmax(1).AsSpan(), 5e-7);
        Near.Equal(logarithms, x.LogSoftmax(1).AsSpan(), 5e-7);
        var g = Tensor.Randn(x.Shape, new Generator(6));
        x.Softmax(1).Backward(g);
        double[] sums = new double[outer * inner], all = new double[outer * inner], dx = new double[x.Length], dl = new double[x.Length];
        for (int i = 0; i < p.Length; i++)
        {
            int line = i / (size * inner) * inner + i % inner;
            sums[line] += p[i] * g.AsSpan()[i];
            all[line] += g.AsSpan()[i];
        }

        for (int i = 0; i < p.Length; i++)
        {
            int line = i / (size * inner) * inner + i % inner;
            dx[i] = p[i] * (g.AsSpan()[i] - sums[line]);
            dl[i] = g.AsSpan()[i] - p[i] * all[line];
        }

        Near.Equal(dx, x.Grad!.AsSpan(), 1e-6);
        x.ZeroGrad();
        x.LogSoftmax(1).Backward(g);
        Near.Equal(dl, x.Grad!.AsSpan(), 2e-6);
    }

    [Fact]
    public void Softmaxes_of_what_is_not_finite_are_PyTorchs()
    {
        var x = Tensor.From([1, float.NaN, 1, float.NegativeInfinity, float.NegativeInfinity, 2], [3, 2]);
        Assert.Equal([float.NaN, float.NaN, 1, 0, 0, 1], x.Softmax(1).ToArray());
        Assert.Equal([float.NaN, float.NaN, 0, float.NegativeInfinity, float.NegativeInfinity, 0],
            x.LogSoftmax(-1).ToArray().Select(static y => MathF.Round(y, 6)));
        Assert.All(Tensor.From([float.NegativeInfinity, float.NegativeInfinity], [2]).Softmax(0).ToArray(), static p => Assert.True(float.IsNaN(p)));
        Assert.Empty(Tensor.Zeros([2, 0]).Softmax(1).ToArray());
        Assert.Empty(Tensor.Zeros([0, 2]).LogSoftmax(1).ToArray());
    }

    [Fact]
    public void Softmax_of_rows_sends_a_gradient_back()
    {
        var x = new Parameter(Tensor.From([0, 0], [1, 2]));
        x.Softmax().Backward(Tensor.From([1, 0], [1, 2]));
        Assert.Equal([0.25f, -0.25f], x.Grad!.ToArray());
    }

    [Fact]
    public void Sums_and_products_of_beginnings_have_the_values_and_gradients_of_plain_loops()
    {
        Check("cumsum", 150, static (x, axis) => x.CumSum(axis), static x => [.. x.Select((_, i) => x[..(i + 1)].Sum())],
            static (_, g) => [.. g.Select((_, i) => g[i..].Sum())], 1e-6);
        static double Product(IEnumerable<double> x) => x.Aggregate(1.0, static (a, b) => a * b);
        Check("cumprod", 150, static (x, axis) => (x * 0.5f).CumProd(axis),
            static x => [.. x.Select((_, i) => Product(x[..(i + 1)].Select(static v => v / 2)))],
            static (x, g) => [.. x.Select((_, i) => Enumerable.Range(i, x.Length - i).Sum(j =>
                g[j] / 2 * Product(x[..(j + 1)].Where((_, k) => k != i).Select(static v => v / 2))))], 1e-6);
    }

    [Theory]
    [InlineData(2, 300, 517)]
    [InlineData(1, 9, 1000)]
    [InlineData(3, 17, 40)]
    [InlineData(1, 2000, 100)]
    [InlineData(2, 1, 5)]
    public void Lines_that_lie_across_have_the_results_of_lines_that_lie_in_rows(int outer, int size, int inner)
    {
        // Few values, so that many are equal, and now and then one that is not a number.
        Random random = new(outer + size + inner);
        float[] drawn = [.. Enumerable.Range(0, outer * size * inner).Select(_ => random.Next(2 * size) == 0 ? float.NaN : random.Next(5) - 2)];
        var across = Tensor.From(drawn, [outer, size, inner]);
        var rows = across.Transpose(1, 2).Clone();
        Assert.Equal(rows.ArgMax(2).ToArray<long>(), across.ArgMax(1).ToArray<long>());
        Assert.Equal(rows.ArgMin(2).ToArray<long>(), across.ArgMin(1).ToArray<long>());
        var x = new Parameter(Tensor.Rand([outer, size, inner], new Generator(3)) + 0.5f);
        var y = new Parameter(x.Detach().Transpose(1, 2).Clone());
        var g = Tensor.Randn(x.Shape, new Generator(4));
        foreach (Func<Tensor, int, Tensor> scan in (Func<Tensor, int, Tensor>[])[static (t, axis) => t.CumSum(axis), static (t, axis) => t.CumProd(axis)])
        {
            var (one, other) = (scan(x, 1), scan(y, 2));
            Assert.Equal(other.Transpose(1, 2).ToArray(), one.ToArray());
            x.ZeroGrad();
            y.ZeroGrad();
            one.Backward(g);
            other.Backward(g.Transpose(1, 2));
            Assert.Equal(y.Grad!.Transpose(1, 2).ToArray(), x.Grad!.ToArray());
        }
    }
}
