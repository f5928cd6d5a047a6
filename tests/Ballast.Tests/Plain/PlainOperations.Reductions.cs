namespace Ballast.Tests.Plain;

// Sums, extremes and orders along axes.
static partial class PlainOperations
{
    // For each place of the kept shape the places of its elements, in order.
    static int[][] Groups(Numbers x, int[] axes)
    {
        int[] sizes = x.Shape.ToArray();
        foreach (int axis in axes)
            sizes[axis] = 1;
        Shape kept = new(sizes);
        var groups = new List<int>[kept.Length];
        for (int i = 0; i < groups.Length; i++)
            groups[i] = [];
        int[] places = Places.Broadcast(kept, x.Shape);
        for (int i = 0; i < places.Length; i++)
            groups[places[i]].Add(i);
        return Array.ConvertAll(groups, static group => group.ToArray());
    }

    static Shape KeptShape(Numbers x, int[] axes)
    {
        int[] sizes = x.Shape.ToArray();
        foreach (int axis in axes)
            sizes[axis] = 1;
        return new Shape(sizes);
    }

    // The largest value; equal ones share its gradient.
    static Numbers Largest(Numbers x, int[] axes)
    {
        int[][] groups = Groups(x, axes);
        var shape = KeptShape(x, axes);
        var best = Array.ConvertAll(groups, group => group.Aggregate((a, b) => x.Values[b] > x.Values[a] ? b : a));
        var shares = Array.ConvertAll(groups, group => group.Count(i => x.Values[i].Value == x.Values[best[Array.IndexOf(groups, group)]].Value));
        return Numbers.Products(shape, x, Numbers.Constant(shape, Array.ConvertAll(shares, static n => 1.0 / n)), term =>
        {
            for (int g = 0; g < groups.Length; g++)
            {
                foreach (int i in groups[g])
                {
                    if (x.Values[i].Value == x.Values[best[g]].Value)
                        term(g, i, g);
                }
            }
        });
    }

    // Values and positions of those of the ranks from first on; positions of equal ones in order.
    static Numbers[] Chosen(Numbers x, int axis, int first, int count, bool descending)
    {
        Shape shape = new(With(x.Shape.ToArray(), axis, count));
        int[][] lines = Groups(x, [axis]);
        int[] chosen = new int[shape.Length];
        var positions = new Number[shape.Length];
        for (int line = 0; line < lines.Length; line++)
        {
            int[] sorted = descending ? [.. lines[line].OrderByDescending(i => x.Values[i].Value)] : [.. lines[line].OrderBy(i => x.Values[i].Value)];
            for (int i = 1; i < sorted.Length; i++)
                Number.Watch(x.Values[sorted[i]], x.Values[sorted[i - 1]]);
            for (int k = 0; k < count; k++)
            {
                int from = sorted[first + k];
                int place = Places.Of(shape, With(Places.Position(x.Shape, lines[line][0]), axis, k));
                chosen[place] = from;
                positions[place] = Places.Position(x.Shape, from)[axis];
            }
        }

        return [x.Move(shape, place => chosen[place]), new Numbers(shape, positions) { Type = ElementType.Int64 }];
    }

    static Rule Extreme(bool descending) => (node, x) =>
    {
        int axis = node.Get<int>("axis");
        var position = Chosen(x[0], axis, 0, 1, descending)[1];
        return node.Get<bool>("keep_axes") ? position
            : new Numbers(new Shape(Without(position.Shape.ToArray(), axis)), position.Values) { Type = ElementType.Int64 };
    };

    static Rule Count(ElementType type, Func<int, int, bool>? judge) => (node, x) =>
    {
        int[] axes = Axes(node, x[0]);
        int[][] groups = Groups(x[0], axes);
        var counts = Array.ConvertAll(groups, group =>
        {
            int nonzero = group.Count(i => x[0].Values[i].Value != 0);
            return new Number(judge is null ? nonzero : judge(nonzero, group.Length) ? 1 : 0);
        });
        var kept = Kept(node, new Numbers(KeptShape(x[0], axes), counts));
        return new Numbers(kept.Shape, kept.Values) { Type = type };
    };

    static Numbers Variance(Numbers x, int[] axes, double correction)
    {
        var variance = (x - x.Mean(axes)).Square().Sum(axes);
        return variance / Math.Max(0, (double)x.Values.Length / Math.Max(1, variance.Values.Length) - correction);
    }

    static Numbers Norm(Numbers x, int[] axes, double p)
    {
        var size = Apply(x, Math.Abs, static v => Math.Sign(v));
        return p switch
        {
            0 => Numbers.Constant(x.Shape, Array.ConvertAll(x.Values, static v => v.Value != 0 ? 1.0 : 0)).Sum(axes) + 0 * x.Sum(axes),
            double.PositiveInfinity => Largest(size, axes),
            double.NegativeInfinity => -1 * Largest(-1 * size, axes),
            1 => size.Sum(axes),
            2 => Root(x.Square().Sum(axes)),
            _ => Apply(Apply(size, v => Math.Pow(v, p), v => v == 0 ? 0 : p * Math.Pow(v, p - 1)).Sum(axes), v => Math.Pow(v, 1 / p),
                v => v == 0 ? 0 : Math.Pow(v, 1 / p - 1) / p),
        };
    }

    // The square root whose slope at 0 is 0.
    static Numbers Root(Numbers x) => x.Map(static v => v.Value == 0 ? 0 : v.Sqrt(), static (_, y) => y.Value == 0 ? 0 : 0.5 / y);

    static Numbers LogSumExp(Numbers x, int[] axes)
    {
        var top = Largest(x, axes).Detach();
        return Apply(Exponential(x - top).Sum(axes), Math.Log, static v => 1 / v) + top;
    }

    // Products of what stands before on an axis and at it.
    static Numbers Cumulative(Numbers x, int axis)
    {
        Numbers[] slices = [.. Enumerable.Range(0, x.Shape[axis]).Select(i => View(x, With(x.Shape.ToArray(), axis, 1), at => With(at, axis, i)))];
        for (int i = 1; i < slices.Length; i++)
            slices[i] = slices[i - 1] * slices[i];
        return slices.Length == 0 ? x : Numbers.Gather(x.Shape, slices, place =>
        {
            int[] at = Places.Position(x.Shape, place);
            return (at[axis], Places.Of(slices[0].Shape, With(at, axis, 0)));
        });
    }

    static Numbers Product(Numbers x, int[] axes)
    {
        int[][] groups = Groups(x, axes);
        var shape = KeptShape(x, axes);
        Numbers product = Numbers.Constant(shape, Enumerable.Repeat(1.0, shape.Length).ToArray());
        for (int k = 0; groups.Length > 0 && k < groups[0].Length; k++)
        {
            int next = k;
            product *= x.Move(shape, g => groups[g][next]);
        }

        return product;
    }

    // A reduction of what is not floats is not either.
    static Numbers Whole(Numbers y, ElementType of, ElementType type) => of.IsFloat() ? y : new(y.Shape, y.Values) { Type = type };

    static Dictionary<string, Rule> Reductions => new()
    {
        ["sum"] = static (node, x) => Kept(node, Whole(x[0].Sum(Axes(node, x[0])), x[0].Type, ElementType.Int64)),
        ["mean"] = static (node, x) => Kept(node, x[0].Mean(Axes(node, x[0]))),
        ["prod"] = static (node, x) => Kept(node, Whole(Product(x[0], Axes(node, x[0])), x[0].Type, ElementType.Int64)),
        ["amax"] = static (node, x) => Kept(node, Whole(Largest(x[0], Axes(node, x[0])), x[0].Type, x[0].Type)),
        ["amin"] = static (node, x) => Kept(node, Whole(-1 * Largest(-1 * x[0], Axes(node, x[0])), x[0].Type, x[0].Type)),
        ["var"] = static (node, x) => Kept(node, Variance(x[0], Axes(node, x[0]), node.Get<double>("correction"))),
        ["std"] = static (node, x) => Kept(node, Root(Variance(x[0], Axes(node, x[0]), node.Get<double>("correction")))),
        ["norm"] = static (node, x) => Kept(node, Norm(x[0], Axes(node, x[0]), node.Get<double>("p"))),
        ["logsumexp"] = static (node, x) => Kept(node, LogSumExp(x[0], Axes(node, x[0]))),
        ["softmax"] = static (node, x) => Softmax(x[0], node.Get<int>("axis")),
        ["log_softmax"] = static (node, x) => x[0] - LogSumExp(x[0], [node.Get<int>("axis")]),
        ["cumsum"] = static (node, x) =>
        {
            int axis = node.Get<int>("axis");
            return Numbers.Products(x[0].Shape, x[0], 1.0, term =>
            {
                for (int i = 0; i < x[0].Values.Length; i++)
                {
                    int[] at = Places.Position(x[0].Shape, i);
                    for (int later = at[axis]; later < x[0].Shape[axis]; later++)
                        term(Places.Of(x[0].Shape, With(at, axis, later)), i, 0);
                }
            });
        },
        ["cumprod"] = static (node, x) => Cumulative(x[0], node.Get<int>("axis")),
        ["median_of_all"] = static (_, x) => Chosen(x[0].Reshape(x[0].Values.Length), 0, (x[0].Values.Length - 1) / 2, 1, descending: false)[0].Reshape(),
        ["arg_max"] = Extreme(descending: true),
        ["arg_min"] = Extreme(descending: false),
        ["count_nonzero"] = Count(ElementType.Int64, null),
        ["any"] = Count(ElementType.Bool, static (nonzero, _) => nonzero > 0),
        ["all"] = Count(ElementType.Bool, static (nonzero, all) => nonzero == all),
    };

    static Numbers Softmax(Numbers x, int axis)
    {
        var exponentials = Exponential(x - Largest(x, [axis]).Detach());
        return exponentials / exponentials.Sum(axis);
    }
}
