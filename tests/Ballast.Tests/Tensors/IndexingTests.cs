namespace Ballast.Tests.Tensors;

/// <summary>Lookups by positions and their gradients, at random, against plain loops.</summary>
public class IndexingTests
{
    static int Product(IEnumerable<int> sizes) => sizes.Aggregate(1, static (a, b) => a * b);

    // A parameter, a view of it, and for each position of the view the number of the parameter's element there.
    static (Parameter X, Tensor View, int[] Sources) DrawView(Random random, int rank)
    {
        int[] sizes = [.. Enumerable.Range(0, rank).Select(_ => random.Next(1, 6))];
        var x = ViewTests.Draw(random, sizes);
        int[] axes = [.. Enumerable.Range(0, rank)];
        random.Shuffle(axes);
        int axis = random.Next(rank);
        float[] numbers = [.. Enumerable.Range(0, x.Length).Select(static i => (float)i)];
        var sources = Tensor.From(numbers, x.Shape).Permute(axes).Flip(axis).ToArray();
        return (x, x.Permute(axes).Flip(axis), [.. sources.Select(static i => (int)i)]);
    }

    static Tensor DrawPositions(Random random, int[] sizes, int end) =>
        Tensor.FromInt64([.. Enumerable.Range(0, Product(sizes)).Select(_ => (long)random.Next(end))], new Shape(sizes));

    static Tensor Cotangent(Random random, Shape shape) =>
        Tensor.From([.. Enumerable.Range(0, shape.Length).Select(_ => random.Next(-9, 10) / 4f)], shape);

    [Fact]
    public void Slices_at_any_positions_and_their_gradient_are_those_of_plain_loops()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            var (x, view, sources) = DrawView(random, random.Next(1, 4));
            int[] sizes = view.Shape.ToArray(), shape = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => random.Next(0, 4))];
            int axis = random.Next(sizes.Length);
            var index = DrawPositions(random, shape, sizes[axis]);
            var y = view.Index(axis, index);
            int[] expected = [.. sizes[..axis], .. shape, .. sizes[(axis + 1)..]];
            Assert.Equal(expected, y.Shape.ToArray());
            var g = Cotangent(random, y.Shape);
            float[] got = y.ToArray(), values = x.ToArray(), dx = new float[x.Length];
            int i = 0;
            foreach (int[] at in PlainArray.Positions(expected))
            {
                long k = index.AsSpan<long>()[PlainArray.Flat(at[axis..(axis + shape.Length)], shape)];
                int source = sources[PlainArray.Flat([.. at[..axis], (int)k, .. at[(axis + shape.Length)..]], sizes)];
                Assert.True(values[source] == got[i], $"seed {seed}");
                dx[source] += g.AsSpan()[i++];
            }

            y.Backward(g);
            Assert.Equal(dx, x.Grad!.ToArray());
        }
    }

    [Fact]
    public void Elements_at_positions_gathered_scattered_and_added_are_those_of_plain_loops()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            int rank = random.Next(1, 4);
            var (x, view, sources) = DrawView(random, rank);
            int[] sizes = view.Shape.ToArray();
            int axis = random.Next(rank);
            int[] shape = [.. sizes.Select((size, i) => i == axis ? random.Next(0, 6) : random.Next(0, size + 1))];
            var index = DrawPositions(random, shape, sizes[axis]);
            var y = ViewTests.Draw(random, [.. shape.Select(size => size + random.Next(2))]);
            Tensor gathered = view.Gather(axis, index), added = view.ScatterAdd(axis, index, y), put = view.Scatter(axis, index, y);
            float[] sum = view.ToArray(), last = view.ToArray(), values = x.ToArray();
            int[] winner = [.. Enumerable.Repeat(-1, sum.Length)];
            Tensor g = Cotangent(random, gathered.Shape), h = Cotangent(random, view.Shape);
            float[] dx = new float[x.Length], dy = new float[y.Length], dxPut = new float[x.Length], dyPut = new float[y.Length];
            int i = 0;
            foreach (int[] at in PlainArray.Positions(shape))
            {
                int place = PlainArray.Flat([.. at.Select((p, a) => a == axis ? (int)index.AsSpan<long>()[i] : p)], sizes);
                int from = PlainArray.Flat(at, y.Shape.ToArray());
                Assert.True(values[sources[place]] == gathered.ToArray()[i], $"seed {seed}");
                dx[sources[place]] += g.AsSpan()[i++];
                sum[place] += y.AsSpan()[from];
                last[place] = y.AsSpan()[from];
                winner[place] = from;
                dy[from] += h.AsSpan()[place];
                dyPut[from] = h.AsSpan()[place]; // PyTorch gives it to all that met
            }

            Assert.Equal(sum, added.ToArray());
            Assert.Equal(last, put.ToArray());
            gathered.Backward(g, retainGraph: true);
            Assert.Equal(dx, x.Grad!.ToArray());
            for (int place = 0; place < sum.Length; place++)
            {
                if (winner[place] < 0)
                    dxPut[sources[place]] = h.AsSpan()[place];
            }

            put.Backward(h, retainGraph: true);
            float[] all = [.. dx.Zip(dxPut, static (a, b) => a + b)];
            Assert.Equal(all, x.Grad!.ToArray());
            Assert.Equal(dyPut, y.Grad!.ToArray());
            added.Backward(h);
            Assert.Equal(dyPut.Zip(dy, static (a, b) => a + b), y.Grad!.ToArray());
            for (int place = 0; place < sum.Length; place++)
                all[sources[place]] += h.AsSpan()[place];
            Assert.Equal(all, x.Grad!.ToArray());
        }
    }

    [Fact]
    public void A_large_table_is_looked_up_and_learned_by_all_threads_alike()
    {
        Random random = new(3);
        Parameter table = new(Tensor.Randn([300, 70], new Generator(1))), columns = new(Tensor.Randn([70, 300], new Generator(2)));
        var words = DrawPositions(random, [40, 25], 300);
        var rows = table.Index(0, words);
        var turned = columns.Index(1, words);
        var g = Tensor.Randn([40, 25, 70], new Generator(3));
        rows.Backward(g);
        double[] sums = new double[table.Length];
        for (int i = 0; i < 1000; i++)
        {
            int word = (int)words.AsSpan<long>()[i];
            for (int j = 0; j < 70; j++)
            {
                Assert.True(rows.Detach().AsSpan()[i * 70 + j] == table.AsSpan()[word * 70 + j]);
                Assert.True(turned.AsSpan()[j * 1000 + i] == columns.AsSpan()[j * 300 + word]);
                sums[word * 70 + j] += g.AsSpan()[i * 70 + j];
            }
        }

        Near.Equal(sums, table.Grad!.AsSpan(), 1e-6);
    }

    [Fact]
    public void Slices_are_added_at_their_positions()
    {
        Parameter x = new(Tensor.Zeros([3, 2])), y = new(Tensor.From([1, 2, 3, 4, 5, 6], [3, 2]));
        var sum = x.IndexAdd(0, Tensor.FromInt64([2, 0, 2], [3]), y);
        Assert.Equal([3, 4, 0, 0, 6, 8], sum.ToArray());
        sum.Backward(Tensor.From([1, 2, 3, 4, 5, 6], [3, 2]));
        Assert.Equal([1, 2, 3, 4, 5, 6], x.Grad!.ToArray());
        Assert.Equal([5, 6, 1, 2, 5, 6], y.Grad!.ToArray());
        Assert.Equal([0, 3], Tensor.Zeros([2]).To(ElementType.Int64)
            .ScatterAdd(0, Tensor.FromInt64([1, 1], [2]), Tensor.FromInt64([1, 2], [2])).AsSpan<long>().ToArray());
    }

    [Fact]
    public void Positions_outside_of_an_axis_or_of_another_type_are_refused_with_their_place()
    {
        var x = Tensor.Zeros([5, 3]);
        var far = Tensor.FromInt64([0, 4, 1, 7], [2, 2]);
        Refused("Index: index 7 at [1, 1] is outside axis 0 of [5, 3], whose positions are 0 to 4.", () => x.Index(0, far));
        Refused("Gather: index 4 at [0, 1] is outside axis 1 of [5, 3], whose positions are 0 to 2.", () => x.Gather(1, far));
        Refused("IndexSelect: index -1 at [1] is outside axis 1 of [5, 3], whose positions are 0 to 2.",
            () => x.IndexSelect(1, Tensor.FromInt64([0, -1], [2])));
        Refused("Index: index 0 at [0] is outside axis 0 of [0, 3], whose positions are none.",
            () => Tensor.Zeros([0, 3]).Index(0, Tensor.FromInt64([0], [1])));
        Refused("Index: expected an int64 tensor of positions, got float32 [2]. Convert it with To(ElementType.Int64).", () => x.Index(0, Tensor.Zeros([2])));
        Refused("IndexSelect: expected positions [n], got [2, 2]. Index takes positions of any shape.", () => x.IndexSelect(0, far));
        Refused("Gather: expected positions of at most the shape of the tensor [5, 3], but for axis 1, got [6, 1].",
            () => x.Gather(1, Tensor.FromInt64(new long[6], [6, 1])));
        Refused("Scatter: expected positions of at most the shape of the values [1, 2], got [2, 2].",
            () => x.Scatter(0, Tensor.FromInt64(new long[4], [2, 2]), Tensor.Zeros([1, 2])));
        Refused("Scatter: expected float32 values, as the tensor [5, 3] has, got int64 [2, 2]. Convert them with To(ElementType.Float32).",
            () => x.Scatter(0, far, far));
        Refused("IndexAdd: expected values [2, 3], a slice of axis 0 of [5, 3] for each position, got [2, 2].",
            () => x.IndexAdd(0, Tensor.FromInt64([0, 1], [2]), Tensor.Zeros([2, 2])));
        Refused("TakeAlongAxis: expected positions of 2 axes, as the tensor [5, 3] has, got [1].",
            () => x.TakeAlongAxis(Tensor.FromInt64([0], [1]), 0));
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
