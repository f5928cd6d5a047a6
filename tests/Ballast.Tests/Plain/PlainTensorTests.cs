namespace Ballast.Tests.Plain;

/// <summary>Operations on tensors on the default backend against their plain meaning: pairs, views, indices, reductions, products.</summary>
public class PlainTensorTests : BackendComparison
{
    static Tensor Data(int seed, params int[] sizes) => Tensor.From(Draw.Floats(new Shape(sizes).Length, seed), new Shape(sizes));

    static Tensor Positive(int seed, params int[] sizes) => Tensor.From(Draw.Floats(new Shape(sizes).Length, seed, 0.3f, 3), new Shape(sizes));

    static Tensor Index(params long[] positions) => Tensor.FromInt64(positions, [positions.Length]);

    static readonly (string Name, Func<Tensor, Tensor, Tensor> Of)[] Pairs =
    [
        ("+", static (x, y) => x + y),
        ("-", static (x, y) => x - y),
        ("*", static (x, y) => x * y),
        ("/", static (x, y) => x / y),
        ("maximum", static (x, y) => x.Maximum(y)),
        ("minimum", static (x, y) => x.Minimum(y)),
        ("pow", static (x, y) => x.Pow(y)),
        ("prelu", static (x, y) => Functional.Prelu(x - 1.5, y.Select(0, 0).Sum([..Enumerable.Range(0, y.Shape.Rank - 1)]).Reshape(1))),
        ("atan2", static (x, y) => x.Atan2(y)),
        ("remainder", static (x, y) => x.Remainder(y)),
        ("less", static (x, y) => x < y),
        ("greater", static (x, y) => x > y),
        ("less or equal", static (x, y) => x <= y),
        ("greater or equal", static (x, y) => x >= y),
        ("equal", static (x, y) => x.EqualTo(y)),
        ("not equal", static (x, y) => x.NotEqualTo(y)),
        ("and", static (x, y) => (x > 1) & (y > 1)),
        ("or", static (x, y) => (x > 1) | (y > 1)),
        ("exclusive or", static (x, y) => (x > 1) ^ (y > 1)),
        ("not", static (x, y) => !(x > y)),
        ("where", static (x, y) => Tensor.Where(x > y, x, y * 2)),
        ("masked fill", static (x, y) => x.MaskedFill(x > 1, 3)),
    ];

    [Fact]
    public void Functions_of_two_elements_broadcast()
    {
        foreach (var (name, of) in Pairs)
        {
            Check(name, t => of(t[0], t[1]), Positive(1, 5, 33, 48), Positive(2, 5, 33, 48));
            Check($"{name} with a scalar", t => of(t[0], t[1].Reshape(1)), Positive(1, 5, 33), Positive(2, 1, 1));
            if (name != "masked fill")
                Check($"{name}, broadcast", t => of(t[0], t[1]), Positive(1, 1, 33, 1), Positive(2, 5, 1, 48));
            Check($"{name}, transposed", t => of(t[0].Permute(2, 1, 0), t[1]), Positive(1, 5, 33, 48), Positive(2, 48, 33, 5));
        }

        Conclude();
    }

    [Fact]
    public void Views_and_rearrangements()
    {
        var x = Data(3, 4, 6, 50);
        Check("permute", static t => t[0].Permute(2, 0, 1) * 2, x);
        Check("slices", static t => t[0][1.., ..5, TensorIndex.Every(3, 2..)] * 2, x);
        Check("select", static t => t[0].Select(1, 3) * 2, x);
        Check("flip", static t => t[0].Flip(0, 2) * 2, x);
        Check("expand", static t => t[0].Unsqueeze(1).Expand(4, 3, 6, 50) * 2, x);
        Check("unfold", static t => t[0].Unfold(2, 5, 3) * 2, x);
        Check("squeeze", static t => t[0].Narrow(1, 2, 1).Squeeze(1) * 2, x);
        Check("reshape", static t => t[0].Transpose(0, 2).Reshape(25, -1) * 2, x);
        Check("roll", static t => t[0].Roll(7, 2), x);
        Check("repeat", static t => t[0].Repeat(2, 1, 3), x);
        Check("interleave", static t => t[0].RepeatInterleave(3, 1), x);
        Check("concat", static t => Tensor.Concat([t[0], t[1].Transpose(1, 2), t[0]], 1), x, Data(4, 4, 50, 3));
        Check("stack", static t => Tensor.Stack([t[0], t[0] * 2, t[1]], 1), x, Data(4, 4, 6, 50));
        Check("chunks", static t => { var parts = t[0].Chunk(3, 2); return parts[0] * parts[1] + parts[1]; }, Data(3, 4, 6, 48));
        foreach (var mode in Enum.GetValues<PadMode>())
            Check($"pad {mode}", t => t[0].Pad([2, 3, 1, 0], mode), x);
        Check("lower triangle", static t => t[0].Tril(-1), x);
        Conclude();
    }

    [Fact]
    public void Elements_by_index()
    {
        var x = Data(5, 7, 48, 9);
        var along = Tensor.FromInt64([.. Enumerable.Range(0, 7 * 20 * 9).Select(static i => i * 31L % 48)], [7, 20, 9]);
        Check("index select", static t => t[0].IndexSelect(1, Index(3, 3, 47, 0)), x);
        Check("index select of a view", static t => t[0].Transpose(0, 2).IndexSelect(1, Index(3, 3, 47, 0)), x);
        Check("gather", t => t[0].TakeAlongAxis(along, 1), x);
        Check("scatter", t => t[0].Scatter(1, along, t[1]), x, Data(6, 7, 20, 9));
        Check("scatter add", t => t[0].ScatterAdd(1, along, t[1]), x, Data(6, 7, 20, 9));
        Check("index add", static t => t[0].IndexAdd(1, Index(3, 3, 47, 0), t[1]), x, Data(6, 7, 4, 9));
        Check("masked select", static t => t[0].MaskedSelect(t[0] > 0), x);
        Conclude();
    }

    static readonly (string Name, Func<Tensor, int[], Tensor> Of)[] Reductions =
    [
        ("sum", static (x, axes) => x.Sum(axes)),
        ("mean", static (x, axes) => x.Mean(axes, keepAxes: true)),
        ("prod", static (x, axes) => (x / 2).Prod(axes)),
        ("amax", static (x, axes) => x.Amax(axes)),
        ("amin", static (x, axes) => x.Amin(axes, keepAxes: true)),
        ("var", static (x, axes) => x.Var(axes)),
        ("std", static (x, axes) => x.Std(axes, correction: 0)),
        ("norm 1", static (x, axes) => x.Norm(1, axes)),
        ("norm 2", static (x, axes) => x.Norm(2, axes)),
        ("norm 3", static (x, axes) => x.Norm(3, axes)),
        ("largest magnitude", static (x, axes) => x.Norm(double.PositiveInfinity, axes)),
        ("smallest magnitude", static (x, axes) => x.Norm(double.NegativeInfinity, axes)),
        ("logsumexp", static (x, axes) => x.LogSumExp(axes)),
        ("count", static (x, axes) => x.Floor().CountNonzero(axes)),
        ("any", static (x, axes) => (x > 2.9).Any(axes)),
        ("all", static (x, axes) => (x > 0.4).All(axes)),
    ];

    [Fact]
    public void Reductions_along_any_axes()
    {
        foreach (var (name, of) in Reductions)
        {
            foreach (int[] axes in new int[][] { [0], [1], [2], [0, 2], [1, 2], [0, 1, 2] })
            {
                string what = $"{name} of {string.Join(", ", axes)}";
                Check(what, t => of(t[0], axes), Positive(7, 3, 5, 7));
                Check($"{what}, transposed", t => of(t[0].Permute(1, 2, 0), axes), Positive(8, 3, 5, 7));
                if (name != "prod")
                    Check($"{what}, larger", t => of(t[0], axes), Positive(9, 6, 300, 5));
            }
        }

        Check("sum of all", static t => t[0].Sum(), Data(10, 48, 48));
        Check("mean of all", static t => t[0].Transpose().Mean(), Data(10, 48, 50));
        Check("max of all", static t => t[0].Max(), Data(10, 48, 48));
        Check("median of all", static t => t[0].Median(), Data(10, 48, 48));
        Conclude();
    }

    static readonly (string Name, Func<Tensor, int, Tensor> Of)[] Lines =
    [
        ("softmax", static (x, axis) => x.Softmax(axis)),
        ("log softmax", static (x, axis) => x.LogSoftmax(axis)),
        ("cumulative sum", static (x, axis) => x.CumSum(axis)),
        ("cumulative product", static (x, axis) => x.Narrow(axis, 0, 6).CumProd(axis)),
        ("max", static (x, axis) => x.Max(axis).Values),
        ("min", static (x, axis) => x.Min(axis).Values),
        ("median", static (x, axis) => x.Median(axis).Values),
        ("third", static (x, axis) => x.Kthvalue(3, axis).Values),
        ("sort", static (x, axis) => x.Sort(axis).Values),
        ("top", static (x, axis) => x.TopK(4, axis).Values),
        ("smallest", static (x, axis) => x.TopK(4, axis, largest: false).Values),
        ("positions of max", static (x, axis) => x.Max(axis).Indices),
        ("positions of sort", static (x, axis) => x.Sort(axis, descending: true).Indices),
        ("argmax", static (x, axis) => x.ArgMax(axis)),
        ("argmin", static (x, axis) => x.ArgMin(axis, keepAxis: true)),
    ];

    [Fact]
    public void Lines_along_an_axis()
    {
        foreach (var (name, of) in Lines)
        {
            for (int axis = 0; axis < 3; axis++)
            {
                int along = axis;
                Check($"{name} of axis {axis}", t => of(t[0], along), Data(11, 8, 12, 33));
                Check($"{name} of axis {axis}, transposed", t => of(t[0].Transpose(0, 2), along), Data(12, 8, 12, 33));
            }
        }

        Check("softmax of 1000", static t => t[0].Softmax(1), Data(13, 5, 1000));
        Conclude();
    }

    [Fact]
    public void Products_of_matrices()
    {
        foreach (var (m, k, n) in new[] { (1, 1, 1), (3, 5, 7), (17, 300, 9), (1, 48, 33), (48, 33, 1), (40, 1, 50), (65, 70, 66) })
        {
            Check($"{m} x {k} x {n}", static t => t[0].MatMul(t[1]), Data(14, m, k), Data(15, k, n));
            Check($"{m} x {k} x {n}, left transposed", static t => t[0].Transpose().MatMul(t[1]), Data(14, k, m), Data(15, k, n));
            Check($"{m} x {k} x {n}, right transposed", static t => t[0].MatMul(t[1].Transpose()), Data(14, m, k), Data(15, n, k));
        }

        // Rows that lie further apart than they are long, where the product is small and where it is not.
        foreach (int m in new[] { 9, 65, 200 })
        {
            Check($"{m} rows, some columns of the left", static t => t[0][.., 5..75].MatMul(t[1]), Data(14, m, 90), Data(15, 70, 66));
            Check($"{m} rows, some columns of the right", static t => t[0].MatMul(t[1][.., 7..73]), Data(14, m, 70), Data(15, 70, 90));
            Check($"{m} rows, some columns of both, transposed", static t => t[0][.., 5..75].MatMul(t[1][.., 7..77].Transpose()), Data(14, m, 90), Data(15, 66, 90));
        }

        Check("batches", static t => t[0].MatMul(t[1]), Data(14, 3, 2, 9, 7), Data(15, 3, 2, 7, 5));
        Check("batches, broadcast", static t => t[0].MatMul(t[1]), Data(14, 3, 1, 9, 7), Data(15, 2, 7, 5));
        Check("rows with one matrix", static t => t[0].MatMul(t[1]), Data(14, 3, 2, 9, 7), Data(15, 7, 5));
        Check("vectors", static t => t[0].Dot(t[1]), Data(14, 300), Data(15, 300));
        Check("einsum", static t => Tensor.Einsum("bij,bkj->bik", t[0], t[1]), Data(14, 3, 9, 7), Data(15, 3, 5, 7));
        Conclude();
    }
}
