namespace Ballast.Tests.Tensors;

/// <summary>Operations of one's own.</summary>
public class FunctionTests
{
    sealed class Cube : Function
    {
        protected override Tensor[] Forward(FunctionContext context, ReadOnlySpan<Tensor> inputs)
        {
            context.Save(inputs[0]);
            return [inputs[0] * inputs[0] * inputs[0]];
        }

        protected override Tensor?[] Backward(FunctionContext context, ReadOnlySpan<Tensor> gradients) =>
            [gradients[0] * 3f * context.Saved(0) * context.Saved(0)];
    }

    // Five inputs and three results: the sums of all, of the first two, and the first one itself.
    sealed class Sums : Function
    {
        protected override Tensor[] Forward(FunctionContext context, ReadOnlySpan<Tensor> inputs) =>
            [inputs[0] + inputs[1] + inputs[2] + inputs[3] + inputs[4], inputs[0] + inputs[1], inputs[0]];

        protected override Tensor?[] Backward(FunctionContext context, ReadOnlySpan<Tensor> gradients) =>
        [
            gradients[0] + gradients[1] + gradients[2], gradients[0] + gradients[1], gradients[0], gradients[0],
            context.NeedsGradient(4) ? gradients[0] : null,
        ];
    }

    sealed class Wrong(Tensor?[]? gradients) : Function
    {
        protected override Tensor[] Forward(FunctionContext context, ReadOnlySpan<Tensor> inputs) => [inputs[0] * 2f];

        protected override Tensor?[] Backward(FunctionContext context, ReadOnlySpan<Tensor> given) => gradients!;
    }

    sealed class Nested(Tensor other) : Function
    {
        protected override Tensor[] Forward(FunctionContext context, ReadOnlySpan<Tensor> inputs) => [inputs[0] * 2f];

        protected override Tensor?[] Backward(FunctionContext context, ReadOnlySpan<Tensor> gradients)
        {
            other.Backward();
            return [gradients[0]];
        }
    }

    static Parameter Draw(long seed, params ReadOnlySpan<int> sizes) => new(Tensor.Randn(new Shape(sizes), new Generator(seed)));

    [Fact]
    public void A_function_gives_its_values_and_its_gradient()
    {
        var x = Draw(1, 3, 4);
        GradientCheck.Run([x], () => new Cube().Apply(x)[0].Sigmoid(), static v => [.. v[0].Select(static a => 1 / (1 + Math.Exp(-a * a * a)))]);
    }

    [Fact]
    public void A_function_has_any_number_of_inputs_and_results()
    {
        Parameter[] x = [Draw(1, 3), Draw(2, 3), Draw(3, 3), Draw(4, 3), Draw(5, 3)];
        x[4].Frozen = true;
        var results = new Sums().Apply(x);
        Assert.Equal(x[0].ToArray(), results[2].ToArray());
        (results[0] * 2f + results[2] * results[1]).Sum().Backward();
        for (int i = 0; i < 3; i++)
        {
            float a = x[0][i], b = x[1][i];
            Assert.Equal(2 + a + (a + b), x[0].Grad![i], 1e-5f);
            Assert.Equal(2 + a, x[1].Grad![i], 1e-5f);
            Assert.Equal(2, x[3].Grad![i]);
        }

        Assert.Null(x[4].Grad);
    }

    [Fact]
    public void A_result_that_nothing_was_computed_from_has_a_gradient_of_zeros()
    {
        Parameter[] x = [Draw(1, 3), Draw(2, 3), Draw(3, 3), Draw(4, 3), Draw(5, 3)];
        new Sums().Apply(x)[1].Sum().Backward();
        Assert.Equal([1, 1, 1], x[0].Grad!.ToArray());
        Assert.Equal([0, 0, 0], x[3].Grad!.ToArray());
    }

    [Fact]
    public void A_retained_graph_finds_what_was_saved_again()
    {
        var x = new Parameter(Tensor.From([2, 3], [2]));
        var loss = new Cube().Apply(x)[0].Sum();
        loss.Backward(retainGraph: true);
        loss.Backward();
        Assert.Equal([24, 54], x.Grad!.ToArray());
    }

    sealed class Largest : Function
    {
        protected override Tensor[] Forward(FunctionContext context, ReadOnlySpan<Tensor> inputs)
        {
            var (values, indices) = inputs[0].Max(1);
            return [values, indices];
        }

        protected override Tensor?[] Backward(FunctionContext context, ReadOnlySpan<Tensor> gradients) => [gradients[0].Unsqueeze(1).Expand(2, 3)];
    }

    [Fact]
    public void Results_that_are_positions_have_no_gradient_and_stay()
    {
        var x = new Parameter(Tensor.From([1, 5, 2, 9, 0, 3], [2, 3]));
        var results = new Largest().Apply(x);
        Assert.True(results[0].RequiresGrad);
        Assert.False(results[1].RequiresGrad);
        (results[0] * 2).Sum().Backward();
        x.Sum().Backward();
        Assert.Equal([1, 0], results[1].ToArray<long>());
        Assert.Equal(Enumerable.Repeat(3f, 6), x.Grad!.ToArray());
    }

    [Fact]
    public void A_wrong_gradient_is_refused_and_leaves_no_gradient_for_the_next_pass()
    {
        var x = Draw(1, 2, 3);
        Assert.Equal("Wrong.Backward: the gradient of input 0 has to be float32 [2, 3], as the input is, got float32 [3]. "
                + "Where the input was repeated, its gradient is the sum over the repetitions; where it has none, return null.",
            Assert.Throws<InvalidOperationException>(() => (new Wrong([Tensor.Zeros([3])]).Apply(x)[0] + x).Sum().Backward()).Message);
        Assert.Equal("Wrong.Backward: expected a gradient for each of the 1 inputs, got 0. Return null for an input that has none.",
            Assert.Throws<InvalidOperationException>(() => new Wrong(null).Apply(x)[0].Sum().Backward()).Message);
        x.ZeroGrad();
        x.Sum().Backward();
        Assert.Equal(Enumerable.Repeat(1f, 6), x.Grad!.ToArray());
    }

    [Fact]
    public void A_backward_pass_within_a_backward_pass_is_refused()
    {
        var x = Draw(1, 2);
        var other = x.Sum();
        Assert.StartsWith("Backward: a backward pass is running.",
            Assert.Throws<InvalidOperationException>(() => new Nested(other).Apply(x)[0].Sum().Backward()).Message);
        other.Backward();
        Assert.Equal([1, 1], x.Grad!.ToArray());
    }

    [Fact]
    public void Concat_stack_and_chunk_send_each_part_its_gradient()
    {
        Parameter x = Draw(1, 2, 3), y = Draw(2, 2, 2);
        GradientCheck.Run([x, y], () => Tensor.Concat([x, y * y, x], 1).Exp(), static v => [.. Enumerable.Range(0, 2).SelectMany(row =>
            v[0][(row * 3)..(row * 3 + 3)].Concat(v[1][(row * 2)..(row * 2 + 2)].Select(static a => a * a)).Concat(v[0][(row * 3)..(row * 3 + 3)]).Select(Math.Exp))]);
        GradientCheck.Run([x], () => Tensor.Stack([x, x * 2f], -1).Exp(), static v => [.. v[0].SelectMany(static a => new[] { Math.Exp(a), Math.Exp(2 * a) })]);
        var z = Draw(3, 4, 6);
        GradientCheck.Run([z], () =>
        {
            var parts = z.Chunk(3, 1);
            return parts[0] * parts[1] + parts[2];
        }, static v => [.. Enumerable.Range(0, 8).Select(i => (i / 2 * 6) + i % 2).Select(i => v[0][i] * v[0][i + 2] + v[0][i + 4])]);
    }

    [Fact]
    public void Sums_and_means_along_axes_are_those_of_plain_loops()
    {
        foreach (int[] axes in new[] { [0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2], Array.Empty<int>() })
        {
            foreach (int[] sizes in new[] { new[] { 3, 4, 5 }, [2, 300, 17], [600, 3, 40] })
            {
                var x = Draw(1, sizes);
                int[] kept = [.. sizes.Select((size, axis) => axes.Length == 0 || axes.Contains(axis) ? 1 : size)];
                double[] sums = new double[kept.Aggregate(1, static (a, b) => a * b)];
                foreach (int[] position in PlainArray.Positions(sizes))
                    sums[PlainArray.Flat([.. position.Select((p, axis) => kept[axis] == 1 ? 0 : p)], kept)] += x[position];
                Near.Equal(sums, x.Sum(axes, keepAxes: true).AsSpan(), 1e-6);
                double count = (double)x.Length / sums.Length;
                var mean = x.Mean(axes);
                Near.Equal([.. sums.Select(sum => sum / count)], mean.AsSpan(), 1e-6);
                x.ZeroGrad();
                mean.Backward(Tensor.Full(mean.Shape, 2));
                Assert.All(x.Grad!.ToArray(), value => Assert.Equal((float)(2 / count), value, 1e-9f));
            }
        }
    }
}
