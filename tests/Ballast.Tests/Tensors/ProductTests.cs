namespace Ballast.Tests.Tensors;

/// <summary>Matrix products of any shapes and views, and sums of products by labels, against plain loops in double.</summary>
public class ProductTests
{
    static Parameter Draw(Random random, params int[] sizes)
    {
        Shape shape = new(sizes);
        return new Parameter(Tensor.From([.. Enumerable.Range(0, shape.Length).Select(_ => random.Next(-16, 17) / 8f)], shape));
    }

    // A tensor of the given sizes that lies in memory in one of several ways, and its elements' places in the source.
    static (Parameter Source, Tensor View, PlainArray Values, PlainArray Owners) DrawView(Random random, int[] sizes)
    {
        int[] order = [.. Enumerable.Range(0, sizes.Length)];
        int kind = random.Next(4), last = sizes.Length - 1;
        if (kind == 0)
            random.Shuffle(order);
        else if (kind == 1 && sizes.Length > 1)
            (order[last], order[last - 1]) = (order[last - 1], order[last]);
        int[] stored = new int[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
            stored[order[i]] = sizes[i];
        var source = Draw(random, stored);
        PlainArray values = PlainArray.Of(source.AsSpan(), source.Shape).Permute(order);
        PlainArray owners = PlainArray.Of([.. Enumerable.Range(0, source.Length).Select(static i => (float)i)], source.Shape).Permute(order);
        var view = source.Permute(order);
        if (kind != 2 || sizes[last] == 0)
            return (source, view, values, owners);
        return (source, view.Flip(last), values.Slice(last, sizes[last] - 1, sizes[last], -1), owners.Slice(last, sizes[last] - 1, sizes[last], -1));
    }

    // torch.matmul on plain arrays: calls back for each product of two elements with the place of the sum that it belongs to.
    static int[] Walk(int[] a, int[] b, Action<int, int[], int[]>? visit)
    {
        int[] left = a.Length == 1 ? [1, .. a] : a, right = b.Length == 1 ? [.. b, 1] : b;
        int rank = Math.Max(left.Length, right.Length);
        int[] wideA = [.. Enumerable.Repeat(1, rank - left.Length), .. left], wideB = [.. Enumerable.Repeat(1, rank - right.Length), .. right];
        int[] batch = [.. Enumerable.Range(0, rank - 2).Select(i => wideA[i] == 1 ? wideB[i] : wideA[i])];
        int[] shape = [.. batch, left[^2], right[^1]];
        int flat = 0;
        foreach (int[] at in PlainArray.Positions(shape))
        {
            int[] p = [.. Enumerable.Range(0, rank - 2).Select(i => wideA[i] == 1 ? 0 : at[i]), at[^2], 0];
            int[] q = [.. Enumerable.Range(0, rank - 2).Select(i => wideB[i] == 1 ? 0 : at[i]), 0, at[^1]];
            p = a.Length == 1 ? [0] : p[(rank - left.Length)..];
            q = b.Length == 1 ? [0] : q[(rank - right.Length)..];
            for (int k = 0; k < left[^1]; k++)
            {
                p[^1] = k;
                q[b.Length == 1 ? 0 : q.Length - 2] = k;
                visit?.Invoke(flat, p, q);
            }

            flat++;
        }

        return [.. batch, .. a.Length == 1 ? Array.Empty<int>() : [left[^2]], .. b.Length == 1 ? Array.Empty<int>() : [right[^1]]];
    }

    static (int[] A, int[] B) DrawShapes(Random random)
    {
        int k = random.Next(0, 7), m = random.Next(1, 8), n = random.Next(1, 8);
        int[] batch = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => random.Next(1, 4))];
        int[] Side(int rows, int columns) =>
            [.. batch[random.Next(batch.Length + 1)..].Select(size => random.Next(3) == 0 ? 1 : size), rows, columns];
        return (random.Next(8) == 0 ? [k] : Side(m, k), random.Next(8) == 0 ? [k] : Side(k, n));
    }

    [Fact]
    public void Products_of_any_shapes_and_views_and_their_gradients_are_those_of_plain_loops()
    {
        for (int seed = 0; seed < 600; seed++)
        {
            Random random = new(seed);
            var (sizesA, sizesB) = DrawShapes(random);
            Check(random, sizesA, sizesB, $"seed {seed}, {string.Join(' ', sizesA)} by {string.Join(' ', sizesB)}");
        }
    }

    [Theory]
    [InlineData(new[] { 3, 70, 65 }, new[] { 3, 65, 67 })]
    [InlineData(new[] { 70, 65 }, new[] { 2, 65, 67 })]
    [InlineData(new[] { 2, 3, 50, 64 }, new[] { 64, 100 })]
    [InlineData(new[] { 300, 200 }, new[] { 200 })]
    [InlineData(new[] { 300 }, new[] { 300, 200 })]
    [InlineData(new[] { 2, 300, 50 }, new[] { 50 })]
    public void Large_products_do_too(int[] a, int[] b)
    {
        for (int seed = 0; seed < 3; seed++)
            Check(new Random(seed), a, b, $"seed {seed}");
    }

    // Few rows by a matrix whose columns lie side by side are not packed, at both sides of the bounds.
    [Theory]
    [InlineData(2, 512, 300)]
    [InlineData(5, 1030, 257)]
    [InlineData(10, 700, 66)]
    [InlineData(31, 517, 130)]
    [InlineData(32, 512, 31)]
    [InlineData(32, 511, 31)]
    [InlineData(33, 600, 29)]
    public void Few_rows_by_a_turned_matrix_are_those_of_plain_loops(int rows, int depth, int columns)
    {
        Generator draws = new(7);
        Tensor left = Tensor.Randn([2, rows, depth], draws), right = Tensor.Randn([2, columns, depth], draws);
        Tensor apart = Tensor.Randn([rows, depth + 3], draws), cut = Tensor.Randn([columns, depth + 3], draws);
        Same(left.Select(0, 0), right.Select(0, 0));
        Same(left, right);
        Same(apart[.., ..depth], right.Select(0, 0));
        Same(left.Select(0, 0), cut[.., ..depth]);

        static void Same(Tensor a, Tensor b)
        {
            var product = a.MatMul(b.Transpose(-2, -1));
            float[] x = a.ToArray(), w = b.ToArray();
            int depth = a.Shape[^1], rows = a.Shape[^2], columns = b.Shape[^2];
            double[] expected = new double[product.Length];
            for (int i = 0; i < expected.Length; i++)
            {
                int row = i / columns, turned = row / rows * columns + i % columns;
                for (int k = 0; k < depth; k++)
                    expected[i] += (double)x[row * depth + k] * w[turned * depth + k];
            }

            Near.Equal(expected, product.AsSpan(), 1e-5, $"{a.Shape} by {b.Shape}");
        }
    }

    static void Check(Random random, int[] sizesA, int[] sizesB, string what)
    {
        var a = DrawView(random, sizesA);
        var b = DrawView(random, sizesB);
        var product = a.View.MatMul(b.View);
        double[] expected = new double[product.Length];
        int[] shape = Walk(sizesA, sizesB, (to, p, q) => expected[to] += a.Values.At(p) * b.Values.At(q));
        Assert.Equal(shape, product.Shape.ToArray());
        Near.Equal(expected, product.AsSpan(), 2e-6, what);
        float[] cotangent = [.. Enumerable.Range(0, product.Length).Select(_ => random.Next(-9, 10) / 4f)];
        product.Backward(Tensor.From(cotangent, product.Shape));
        double[] da = new double[a.Source.Length], db = new double[b.Source.Length];
        Walk(sizesA, sizesB, (to, p, q) =>
        {
            da[(int)a.Owners.At(p)] += cotangent[to] * b.Values.At(q);
            db[(int)b.Owners.At(q)] += cotangent[to] * a.Values.At(p);
        });
        Near.Equal(da, a.Source.Grad!.AsSpan(), 4e-6, what + ", left");
        Near.Equal(db, b.Source.Grad!.AsSpan(), 4e-6, what + ", right");
    }

    [Fact]
    public void The_bits_of_a_batch_of_products_do_not_depend_on_the_number_of_threads()
    {
        var a = Tensor.Randn([6, 70, 65], new Generator(1));
        var b = Tensor.Randn([6, 65, 90], new Generator(2));
        var together = a.MatMul(b).ToArray();
        using (Compute.Alone())
            Assert.Equal(together, a.MatMul(b).ToArray());
    }

    [Fact]
    public void Dot_outer_and_batched_products_are_those_of_their_formulas()
    {
        Tensor x = Tensor.From([1, 2, 3], [3]), y = Tensor.From([4, 5, 6], [3]);
        Assert.Equal(32, x.Dot(y).Item());
        Assert.Equal([4, 5, 6, 8, 10, 12, 12, 15, 18], x.Outer(y).ToArray());
        Assert.Equal([14, 32], Tensor.From([1, 2, 3, 4, 5, 6], [2, 1, 3]).BatchedMatMul(x.Expand(2, 3).Unsqueeze(2)).ToArray());
        Assert.Equal("Dot: expected [N] and [N], got [3] and [2].", Assert.Throws<ArgumentException>(() => x.Dot(Tensor.Zeros([2]))).Message);
        Assert.Equal("BatchedMatMul: expected [B, M, K] and [B, K, N], got [3] and [3]. MatMul broadcasts.",
            Assert.Throws<ArgumentException>(() => x.BatchedMatMul(y)).Message);
        Assert.Equal("MatMul: the axes in front of [2, 1, 3] and [3, 3, 1] do not broadcast: 2 against 3.",
            Assert.Throws<ArgumentException>(() => Tensor.Zeros([2, 1, 3]).MatMul(Tensor.Zeros([3, 3, 1]))).Message);
        Assert.Equal("MatMul: expected at least one axis on each side, got [] and [3]. Multiply by a scalar with *.",
            Assert.Throws<ArgumentException>(() => Tensor.Zeros([]).MatMul(x)).Message);
        Assert.Equal("Expected float32 values, got int64 [2, 2]. Convert them with To(ElementType.Float32).",
            Assert.Throws<ArgumentException>(() => Tensor.FromInt64([1, 2, 3, 4], [2, 2]).MatMul(Tensor.Zeros([2, 2]))).Message);
    }

    [Theory]
    [InlineData("ij,jk->ik")]
    [InlineData("bij,bjk->bik")]
    [InlineData("bij,bjk")]
    [InlineData("bhid,bhjd->bhij")]
    [InlineData("bhij,bhjd->bihd")]
    [InlineData("ij->ji")]
    [InlineData("ij->")]
    [InlineData("ij->j")]
    [InlineData("ii->i")]
    [InlineData("ii")]
    [InlineData("iij->j")]
    [InlineData("i,j->ij")]
    [InlineData("i,i->")]
    [InlineData("ij,ij->i")]
    [InlineData("bi,bj,ijk->bk")]
    [InlineData("bi,kij,bj->bk")]
    [InlineData("abc,cd,de->abe")]
    [InlineData("ijk,l->il")]
    [InlineData("ij,kl->")]
    public void Sums_of_products_by_labels_are_those_of_plain_loops(string equation)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            Random random = new(seed);
            string[] sides = equation.Split("->"), groups = sides[0].Split(',');
            string all = new([.. string.Concat(groups).Distinct().Order()]);
            string result = sides.Length > 1 ? sides[1] : new string([.. all.Where(label => sides[0].Count(c => c == label) == 1)]);
            int[] sizes = [.. all.Select(_ => random.Next(1, 5))];
            Parameter[] x = [.. groups.Select(group => Draw(random, [.. group.Select(label => sizes[all.IndexOf(label)])]))];
            int[] shape = [.. result.Select(label => sizes[all.IndexOf(label)])];
            double[] Plain(double[][] values)
            {
                double[] sums = new double[shape.Aggregate(1, static (a, b) => a * b)];
                foreach (int[] at in PlainArray.Positions(sizes))
                {
                    int Place(string labels) => PlainArray.Flat([.. labels.Select(label => at[all.IndexOf(label)])],
                        [.. labels.Select(label => sizes[all.IndexOf(label)])]);
                    double term = 1;
                    for (int i = 0; i < groups.Length; i++)
                        term *= values[i][Place(groups[i])];
                    sums[Place(result)] += term;
                }

                return sums;
            }

            Assert.Equal(shape, Tensor.Einsum(equation, x).Shape.ToArray());
            GradientCheck.Run(x, () => Tensor.Einsum(equation, x), Plain);
        }
    }

    [Fact]
    public void Dots_in_labels_stand_for_axes_that_broadcast()
    {
        Random random = new(1);
        Tensor a = Draw(random, 2, 3, 4, 5), b = Draw(random, 3, 5, 2), c = Draw(random, 1, 4);
        Assert.Equal(a.MatMul(b).ToArray(), Tensor.Einsum("...ij,...jk->...ik", a, b).ToArray());
        Assert.Equal(a.Permute(0, 1, 3, 2).ToArray(), Tensor.Einsum("...ij -> ...ji", a).ToArray());
        Assert.Equal((Draw(random, 3, 4) * 0f + c).ToArray(), Tensor.Einsum("ij,ij->ij", Tensor.Ones([3, 4]), c).ToArray());
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused()
    {
        static string Refused(string equation, params Tensor[] x) => Assert.Throws<ArgumentException>(() => Tensor.Einsum(equation, x)).Message;
        Tensor a = Tensor.Zeros([2, 3]), b = Tensor.Zeros([4, 5]);
        Assert.Equal("Einsum: \"ij,jk->ik\" has labels of 2 tensors, got 1 tensors.", Refused("ij,jk->ik", a));
        Assert.Equal("Einsum: \"ij,jk->ik\": the axes named 'j' have the sizes 3 and 4. They have to be equal, or 1.", Refused("ij,jk->ik", a, b));
        Assert.Equal("Einsum: \"i\" does not name each axis of [2, 3], tensor 0 of \"i->i\".", Refused("i->i", a));
        Assert.Equal("Einsum: \"ij->ik\": the result names 'k', which no tensor has, or names it twice.", Refused("ij->ik", a));
        Assert.Equal("Einsum: \"i1->i\": expected letters, commas, ... and ->, got '1'.", Refused("i1->i", a));
        Assert.Equal("Einsum: \"ii->i\": the axes named 'i' of [2, 3] have the sizes 2 and 3. A diagonal has equal ones.", Refused("ii->i", a));
    }
}
