namespace Ballast.Tests.Tensors;

/// <summary>Views and broadcasts against arrays that are read by position, at random.</summary>
public class ViewTests
{
    // Draws a chain of views and applies it to a tensor and to the plain array of its values.
    internal static (Func<Tensor, Tensor> Fast, Func<PlainArray, PlainArray> Plain, int[] Sizes) Chain(Random random, int[] sizes)
    {
        Func<Tensor, Tensor> fast = static x => x;
        Func<PlainArray, PlainArray> plain = static x => x;
        int links = random.Next(1, 5);
        for (int link = 0; link < links; link++)
        {
            var (before, beforePlain) = (fast, plain);
            int axis = sizes.Length == 0 ? 0 : random.Next(sizes.Length), kind = random.Next(8);
            if (sizes.Length == 0 && kind != 3)
                continue;
            switch (kind)
            {
                case 0:
                    int[] axes = [.. Enumerable.Range(0, sizes.Length)];
                    random.Shuffle(axes);
                    fast = x => before(x).Permute(axes);
                    plain = x => beforePlain(x).Permute(axes);
                    sizes = [.. axes.Select(i => sizes[i])];
                    break;
                case 1 when sizes[axis] > 0:
                    int start = random.Next(sizes[axis]), end = random.Next(start, sizes[axis] + 1), step = random.Next(1, 4), of = axis;
                    int count = (end - start + step - 1) / step;
                    TensorIndex[] indices = [.. Enumerable.Range(0, of).Select(static _ => (TensorIndex)(..)), TensorIndex.Every(step, start..end)];
                    fast = x => before(x)[indices];
                    plain = x => beforePlain(x).Slice(of, start, count, step);
                    sizes = [.. sizes.Select((size, i) => i == of ? count : size)];
                    break;
                case 2 when sizes[axis] > 0 && sizes.Length > 1:
                    int at = random.Next(sizes[axis]), selected = axis;
                    fast = x => before(x).Select(selected, at);
                    plain = x => beforePlain(x).Select(selected, at);
                    sizes = [.. sizes.Where((_, i) => i != selected)];
                    break;
                case 3 when sizes.Length < 5:
                    int place = random.Next(sizes.Length + 1);
                    fast = x => before(x).Unsqueeze(place);
                    plain = x => beforePlain(x).Unsqueeze(place);
                    sizes = [.. sizes[..place], 1, .. sizes[place..]];
                    break;
                case 4:
                    int[] wanted = [.. sizes.Select(size => size == 1 ? random.Next(1, 4) : size)];
                    if (wanted.Length < 5 && random.Next(2) == 0)
                        wanted = [random.Next(1, 3), .. wanted];
                    fast = x => before(x).Expand(wanted);
                    plain = x => beforePlain(x).Expand(wanted);
                    sizes = wanted;
                    break;
                case 5 when sizes[axis] > 1 && sizes.Length < 5:
                    int size = random.Next(1, sizes[axis] + 1), hop = random.Next(1, 3), along = axis;
                    fast = x => before(x).Unfold(along, size, hop);
                    plain = x => beforePlain(x).Unfold(along, size, hop);
                    sizes = [.. sizes.Select((s, i) => i == along ? (s - size) / hop + 1 : s), size];
                    break;
                case 6:
                    int turned = axis, length = sizes[axis];
                    fast = x => before(x).Flip(turned);
                    plain = x => beforePlain(x).Slice(turned, length - 1, length, -1);
                    break;
                case 7:
                    int all = sizes.Aggregate(1, static (a, b) => a * b);
                    int[] other = all % 2 == 0 && all > 0 ? [all / 2, 2] : [all];
                    fast = x => before(x).Reshape(new Shape(other));
                    plain = x => beforePlain(x).Reshape(other);
                    sizes = other;
                    break;
                default:
                    break;
            }
        }

        return (fast, plain, sizes);
    }

    internal static Parameter Draw(Random random, int[] sizes)
    {
        float[] values = new float[sizes.Aggregate(1, static (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.Next(-50, 50) / 8f;
        return new Parameter(Tensor.From(values, new Shape(sizes)));
    }

    internal static int[] DrawSizes(Random random) => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 6))];

    [Fact]
    public void Every_chain_of_views_shows_the_elements_it_says_and_sends_gradients_back_to_them()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            int[] sizes = DrawSizes(random);
            var x = Draw(random, sizes);
            var (fast, plain, viewed) = Chain(random, sizes);
            var view = fast(x);
            Assert.Equal(viewed, view.Shape.ToArray());
            var expected = plain(PlainArray.Of(x.AsSpan(), x.Shape));
            Assert.True(expected.ToArray().SequenceEqual(view.ToArray().Select(static value => (double)value)), $"seed {seed}");
            if (view.Producer is null)
                continue;

            // The adjoint: the element at each position of the view is found by its number.
            float[] numbers = [.. Enumerable.Range(0, x.Length).Select(static i => (float)i)];
            var sources = plain(PlainArray.Of(numbers, x.Shape)).ToArray();
            float[] cotangent = [.. sources.Select(_ => random.Next(-9, 10) / 4f)];
            double[] gradient = new double[x.Length];
            for (int i = 0; i < sources.Length; i++)
                gradient[(int)sources[i]] += cotangent[i];
            view.Backward(Tensor.From(cotangent, view.Shape));
            Assert.Equal(gradient, x.Grad!.ToArray().Select(static value => (double)value));
        }
    }

    [Fact]
    public void Arithmetic_on_views_and_broadcasts_gives_what_plain_loops_give()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            Random random = new(seed);
            int[] sizes = DrawSizes(random);
            var x = Draw(random, sizes);
            var (fast, plain, viewed) = Chain(random, sizes);
            int[] second = [.. viewed.Select(size => random.Next(3) == 0 ? 1 : size)];
            second = second[random.Next(second.Length + 1)..];
            var y = Draw(random, second);
            var (name, f, left, right) = Function(random.Next(4));
            var result = name(fast(x), y);
            var a = plain(PlainArray.Of(x.AsSpan(), x.Shape));
            var b = PlainArray.Of(y.AsSpan(), y.Shape);
            var expected = a.Zip(b, f);
            Assert.Equal(expected.Sizes, result.Shape.ToArray());
            Near.Equal(expected.ToArray(), result.AsSpan(), 1e-6, $"seed {seed}");
            if (result.Length == 0)
                continue;

            float[] cotangent = [.. Enumerable.Range(0, result.Length).Select(_ => random.Next(-9, 10) / 4f)];
            result.Backward(Tensor.From(cotangent, result.Shape));
            double[] dx = new double[x.Length], dy = new double[y.Length];
            float[] numbers = [.. Enumerable.Range(0, x.Length).Select(static i => (float)i)];
            var sources = plain(PlainArray.Of(numbers, x.Shape)).Expand(expected.Sizes);
            float[] numbersY = [.. Enumerable.Range(0, y.Length).Select(static i => (float)i)];
            var sourcesY = PlainArray.Of(numbersY, y.Shape).Expand(expected.Sizes);
            PlainArray wideA = a.Expand(expected.Sizes), wideB = b.Expand(expected.Sizes);
            int i = 0;
            foreach (int[] position in PlainArray.Positions(expected.Sizes))
            {
                double g = cotangent[i++], p = wideA.At(position), q = wideB.At(position);
                dx[(int)sources.At(position)] += g * left(p, q);
                dy[(int)sourcesY.At(position)] += g * right(p, q);
            }

            Near.Equal(dx, x.Grad!.AsSpan(), 1e-5, $"seed {seed}, dx");
            Near.Equal(dy, y.Grad!.AsSpan(), 1e-5, $"seed {seed}, dy");
        }
    }

    static (Func<Tensor, Tensor, Tensor>, Func<double, double, double>, Func<double, double, double> Left, Func<double, double, double> Right)
        Function(int kind) => kind switch
        {
            0 => (static (x, y) => x + y, static (a, b) => a + b, static (_, _) => 1, static (_, _) => 1),
            1 => (static (x, y) => x - y, static (a, b) => a - b, static (_, _) => 1, static (_, _) => -1),
            2 => (static (x, y) => x * y, static (a, b) => a * b, static (_, b) => b, static (a, _) => a),
            _ => (static (x, y) => x / (y * y + 1f), static (a, b) => a / (b * b + 1), static (_, b) => 1 / (b * b + 1),
                static (a, b) => -2 * a * b / ((b * b + 1) * (b * b + 1))),
        };

    [Theory]
    [InlineData(300, 517, 1)]
    [InlineData(1024, 512, 1)]
    [InlineData(37, 64, 33)]
    public void Large_transposed_and_permuted_copies_are_exact(int rows, int columns, int depth)
    {
        var x = Tensor.Randn([rows, columns, depth], new Generator(1));
        float[] from = x.ToArray(), turned = x.Permute(2, 1, 0).ToArray();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int k = 0; k < depth; k++)
                    Assert.True(from[(i * columns + j) * depth + k] == turned[(k * columns + j) * rows + i]);
            }
        }
    }

    [Theory]
    [InlineData(new[] { 8, 16, 48, 48 }, new[] { 16, 1, 1 })]
    [InlineData(new[] { 300, 700 }, new[] { 700 })]
    [InlineData(new[] { 300, 700 }, new[] { 300, 1 })]
    [InlineData(new[] { 70000, 3 }, new[] { 3 })]
    [InlineData(new[] { 300000 }, new[] { 1 })]
    public void Large_broadcasts_and_their_gradients_are_those_of_the_expanded_product(int[] large, int[] small)
    {
        Parameter x = new(Tensor.Randn(new Shape(large), new Generator(1))), y = new(Tensor.Randn(new Shape(small), new Generator(2)));
        var g = Tensor.Randn(new Shape(large), new Generator(3));
        var product = x * y;
        product.Backward(g);
        var wide = PlainArray.Of(y.AsSpan(), y.Shape).Expand(large).ToArray();
        var owners = PlainArray.Of([.. Enumerable.Range(0, y.Length).Select(static i => (float)i)], y.Shape).Expand(large).ToArray();
        double[] dy = new double[y.Length];
        for (int i = 0; i < wide.Length; i++)
            dy[(int)owners[i]] += (double)g.AsSpan()[i] * x.AsSpan()[i];
        Assert.Equal(x.ToArray().Select((value, i) => value * (float)wide[i]), (x * y).ToArray());
        Assert.Equal(g.ToArray().Select((value, i) => value * (float)wide[i]), x.Grad!.ToArray());
        Near.Equal(dy, y.Grad!.AsSpan(), 2e-5, "dy");
    }

    [Fact]
    public void A_view_keeps_what_it_showed_when_the_parameter_moves_on()
    {
        Parameter weight = new(Tensor.From([1, 2, 3, 4], [2, 2]));
        Tensor turned;
        using (Tensor.NoGrad())
            turned = weight.Transpose(0, 1);
        weight.CopyFrom([5, 6, 7, 8]);
        Assert.Equal([1, 3, 2, 4], turned.ToArray());
        Assert.Equal([5, 6, 7, 8], weight.ToArray());
    }

    [Fact]
    public void Indices_take_what_Python_would()
    {
        var x = Tensor.From([.. Enumerable.Range(0, 24).Select(static i => (float)i)], [2, 3, 4]);
        Assert.Equal([4, 5, 6, 7], x[0, 1, ..].ToArray());
        Assert.Equal([5, 6, 9, 10], x[0, 1.., 1..3].ToArray());
        Assert.Equal([3, 7, 11, 15, 19, 23], x[TensorIndex.Ellipsis, ^1].ToArray());
        Assert.Equal([3, 2, 1, 0], x[0, 0, TensorIndex.Every(-1, ..)].ToArray());
        Assert.Equal(new Shape(1, 1, 3, 1), x[TensorIndex.NewAxis, 0..1, .., 1..2].Shape);
        Assert.Equal(new Shape(2, 3, 0), x[.., .., 4..].Shape);
        Assert.Equal("Tensor [2, 3, 4]: expected at most 3 indices, got 4.", Assert.Throws<ArgumentException>(() => x[0..1, 0..1, 0..1, 0..1]).Message);
        Assert.Equal("Tensor [2, 3, 4]: index 3 is outside axis 1, which has 3 values.", Assert.Throws<ArgumentException>(() => x[.., 3, ..]).Message);
    }

    [Fact]
    public void What_is_no_view_is_refused_with_the_axes_there_are()
    {
        var x = Tensor.Zeros([2, 3]);
        Assert.Equal("Permute: expected each of the 2 axes of [2, 3] once, got [0, 0].", Assert.Throws<ArgumentException>(() => x.Permute(0, 0)).Message);
        Assert.Equal("Transpose: there is no axis 2 in [2, 3]. Axes go from -2 to 1.", Assert.Throws<ArgumentException>(() => x.Transpose(0, 2)).Message);
        Assert.Equal("Expand: [2, 3] does not expand to [4, 3]: axis 0 has the size 2, and only 1 can grow.", Assert.Throws<ArgumentException>(() => x.Expand(4, 3)).Message);
        Assert.Equal("Narrow: positions 1 to 3 are outside axis 1 of [2, 3], which has 3.", Assert.Throws<ArgumentException>(() => x.Narrow(1, 1, 3)).Message);
    }

    [Fact]
    public void Data_that_ask_for_it_gather_a_gradient_and_results_of_one_value_stay()
    {
        var x = Tensor.From([1, 2, 3], [3]);
        x.RequiresGrad = true;
        var term = (x * x).Sum();
        var loss = term + term;
        loss.Backward();
        Assert.Equal([4, 8, 12], x.Grad!.ToArray());
        Assert.Equal(14, term.Item());
        (x * 2f).Sum().Backward();
        Assert.Equal([6, 10, 14], x.Grad!.ToArray());
        Assert.Equal([1, 2, 3], x.ToArray());
        x.ZeroGrad();
        Assert.Null(x.Grad);
        Assert.StartsWith("RequiresGrad: this tensor [3] was computed", Assert.Throws<InvalidOperationException>(() => (x * 2f).RequiresGrad = true).Message);
    }

    [Fact]
    public void A_linear_layer_learns_from_a_flattened_view_of_data()
    {
        var x = Tests.Draw.Data([3, 2, 4, 5], 1);
        var layer = new Linear(40, 7, generator: new Generator(2));
        layer.Forward(x.Transpose(2, 3).Flatten(1)).Backward(Tests.Draw.Data([3, 7], 3));
        var gradient = layer.Weight.Grad!.ToArray();
        layer.Weight.ZeroGrad();
        layer.Forward(Tensor.From(x.Transpose(2, 3).ToArray(), [3, 40])).Backward(Tests.Draw.Data([3, 7], 3));
        Assert.Equal(layer.Weight.Grad!.ToArray(), gradient);
    }

    [Theory]
    [InlineData(-1, 5000)]
    [InlineData(2, 5001)]
    [InlineData(-3, 4099)]
    public void Long_rows_that_are_reversed_or_stepped_are_copied_element_by_element(int step, int size)
    {
        float[] values = [.. Enumerable.Range(0, 2 * size).Select(static i => (float)i)];
        int[] taken = [.. Enumerable.Range(0, size).Where(i => i % Math.Abs(step) == 0)];
        if (step < 0)
            taken = [.. Enumerable.Range(0, taken.Length).Select(i => size - 1 + i * step)];
        float[] expected = [.. taken.Select(i => values[i]), .. taken.Select(i => values[size + i])];
        var view = Tensor.From(values, [2, size])[.., TensorIndex.Every(step, ..)];
        Assert.Equal(expected, view.Clone().ToArray());
        Assert.Equal(expected, view.To(ElementType.Int64).ToArray<long>().Select(static value => (float)value));
        Assert.Equal(expected.Sum(static value => (double)value), view.Sum([0, 1]).Item(), 1e-6 * expected.Sum(static value => (double)value));
    }
}
