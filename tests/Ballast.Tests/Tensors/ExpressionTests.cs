namespace Ballast.Tests.Tensors;

/// <summary>Element-wise expressions that are computed in one pass when they are read.</summary>
public class ExpressionTests
{
    static readonly Shape Large = [96, 300];

    static DeferredExpression? Expression(Tensor x) => x.Waiting as DeferredExpression;

    [Fact]
    public void Arithmetic_and_activations_wait_for_a_reader_and_are_one_expression()
    {
        Tensor a = Draw.Data(Large, 1), b = Draw.Data(Large, 2);
        using var off = Tensor.NoGrad();
        var result = ((a + b) * a - b).Relu() / 3f;
        Assert.Equal(5, Expression(result)?.Steps);
        float[] x = a.ToArray(), y = b.ToArray();
        Assert.Equal(
            x.Zip(y).Select(static pair => Math.Max((pair.First + pair.Second) * pair.First - pair.Second, 0) / 3f), result.ToArray());
        Assert.Null(Expression(result));
    }

    [Fact]
    public void What_learns_and_what_is_small_is_computed_at_once()
    {
        var a = Draw.Weights(Large, 1);
        Assert.Null(Expression(a + a));
        using var off = Tensor.NoGrad();
        Assert.NotNull(Expression(a + a));
        Assert.Null(Expression(Draw.Data([100, 100], 1) + 1f));
        using var eager = Compute.Eager();
        Assert.Null(Expression(a + a));
    }

    [Fact]
    public void An_intermediate_result_is_part_of_one_expression_and_is_memory_to_the_next()
    {
        var a = Draw.Data(Large, 1);
        using var off = Tensor.NoGrad();
        var shared = a * 2f;
        var first = shared + 1f;
        Assert.Equal(2, Expression(first)?.Steps);
        Assert.NotNull(Expression(shared));
        var second = shared + 2f;
        Assert.Null(Expression(shared));
        Assert.Equal(1, Expression(second)?.Steps);
        float[] x = a.ToArray();
        Assert.Equal(x.Select(static value => value * 2 + 1), first.ToArray());
        Assert.Equal(x.Select(static value => value * 2 + 2), second.ToArray());
        Assert.Equal(x.Select(static value => value * 2), shared.ToArray());
        var square = shared * shared;
        Assert.Equal(x.Select(static value => value * 2 * (value * 2)), square.ToArray());
    }

    [Fact]
    public void An_expression_gives_the_values_of_the_moment_it_was_made()
    {
        var weight = Draw.Weights(Large, 1);
        float[] before = weight.ToArray();
        Tensor twice;
        using (Tensor.NoGrad())
            twice = weight * 2f + 0f;
        weight.CopyFrom(Draw.Data(Large, 2));
        Assert.Equal(before.Select(static value => value * 2), twice.ToArray());
    }

    [Fact]
    public void Zeros_keep_their_sign_and_long_chains_are_cut()
    {
        var a = Draw.Data(Large, 1);
        using var off = Tensor.NoGrad();
        Assert.Equal(Draw.Bits([.. a.ToArray().Select(static x => x * 0f + x * -0f - 0f)]), Draw.Bits((a * 0f + a * -0f - 0f).ToArray()));
        Tensor sum = a;
        float[] expected = a.ToArray();
        for (int i = 0; i < 100; i++)
        {
            sum = sum * 0.5f + a;
            float[] x = a.ToArray();
            expected = [.. expected.Select((value, at) => value * 0.5f + x[at])];
        }

        Assert.Equal(expected, sum.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_expressions_have_the_bits_of_eager_ones(bool channelsLast)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            Assert.Equal(Run(seed, channelsLast, eager: true), Run(seed, channelsLast, eager: false));
            Assert.Equal(Run(seed, channelsLast, eager: true), Run(seed, channelsLast, eager: false, threads: 3));
        }
    }

    // Results of random earlier ones, some read at once, all read at the end in random order.
    static int[] Run(int seed, bool channelsLast, bool eager, int threads = 1)
    {
        int before = Compute.Threads;
        Compute.Threads = threads;
        try
        {
            using var off = Tensor.NoGrad();
            using var scope = eager ? Compute.Eager() : default;
            var random = new Random(seed);
            Shape shape = [5, 7, 31 + random.Next(5), 33];
            List<Tensor> values = [.. Enumerable.Range(0, 3).Select(i => Operand(shape, seed + i, channelsLast && i != 2)), Tensor.From([0.75f], [1])];
            for (int step = 0; step < 40; step++)
            {
                Tensor x = values[random.Next(values.Count)], y = values[random.Next(values.Count)];
                var made = random.Next(11) switch
                {
                    0 => x + y,
                    1 => x - y,
                    2 => x * y,
                    3 => x / (y.Abs() + 0.5f),
                    4 => x.Relu(),
                    5 => x.Gelu(),
                    6 => x.Tanh() * 1.5f,
                    7 => 0.5f - x.Silu(),
                    8 => (x + 1f).Clamp(-2, 2),
                    9 => x.Sigmoid() * y + x,
                    _ => -x + y[..],
                };
                values.Add(made.Tanh());
                if (random.Next(6) == 0)
                    _ = made.Shape == shape ? made[1, 2, 3, 4] : 0;
            }

            return [.. values.OrderBy(_ => random.Next()).SelectMany(static value => Draw.Bits(value.ToArray()))];
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    static Tensor Operand(Shape shape, int seed, bool channelsLast) => channelsLast
        ? Draw.Data([shape[0], shape[2], shape[3], shape[1]], seed).Permute(0, 3, 1, 2) : Draw.Data(shape, seed);
}
