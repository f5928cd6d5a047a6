namespace Ballast.Tests.Tensors;

/// <summary>Element-wise functions of operands whose innermost axis is short, against the same functions of dense copies, to the bit.</summary>
public class ShortRunTests
{
    [Fact]
    public void Short_rows_with_a_row_a_column_or_another_order_have_the_bits_of_dense_operands()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            int batch = random.Next(1, 4), rows = random.Next(6) == 0 ? random.Next(1000, 9000) : random.Next(1, 90), run = random.Next(1, 36);
            var x = Drawn(random, [batch, rows, run]);
            var y = random.Next(6) switch
            {
                0 => Drawn(random, [run]),
                1 => Drawn(random, [batch, rows, 1]),
                2 => Drawn(random, [batch, 1, run]),
                3 => Drawn(random, [batch, run, rows]).Transpose(1, 2),
                4 => Drawn(random, [batch, rows, run + 2])[.., .., 1..^1],
                _ => Drawn(random, [1, rows, run]).Flip(1),
            };
            if (random.Next(4) == 0)
                (x, y) = (y.Expand(batch, rows, run), x);
            Same(x, y, static (a, b) => a * b, seed);
            Same(x, y, static (a, b) => a - b, seed);
            Same(x, y, static (a, _) => a.Abs(), seed);
            Same(x, y, static (_, b) => b.Silu(), seed);
            Same(x, y, static (a, b) => a / b, seed);
        }
    }

    [Fact]
    public void Gradients_of_short_rows_have_the_bits_of_dense_operands()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Random random = new(seed);
            int rows = random.Next(5, 3000), run = random.Next(2, 33);
            float[] values = Draw.Floats(rows * (run + 1), seed, -3, 3), g = Draw.Floats(rows, seed + 1, -2, 2);
            Parameter whole = new(Tensor.From(values, [rows, run + 1])), dense = new(whole[.., ..run].Clone().Detach());
            var spread = Tensor.From(g, [rows, 1]).Expand([rows, run]);
            whole[.., ..run].Silu().Backward(spread);
            dense.Silu().Backward(spread.Clone());
            Assert.Equal(dense.Grad!.ToArray(), whole.Grad![.., ..run].ToArray());
        }
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        int before = Compute.Threads;
        try
        {
            var x = Draw.Data([70_001, 3], 1);
            Tensor row = Draw.Data([3], 2), column = Draw.Data([70_001, 1], 3);
            float[]? first = null;
            foreach (int threads in (int[])[1, 2, 5])
            {
                Compute.Threads = threads;
                float[] got = [.. (x * row - column).ToArray(), x.Sum([0]).ToArray()[0], x.Sum().Item(), .. x.MatMul(row.Reshape([3, 1])).ToArray()];
                first ??= got;
                Assert.Equal(first, got);
            }
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    static Tensor Drawn(Random random, Shape sizes) => Draw.Data(sizes, random.Next());

    static void Same(Tensor x, Tensor y, Func<Tensor, Tensor, Tensor> f, int seed)
    {
        int[] sizes = [.. x.Shape.Rank >= y.Shape.Rank ? x.Shape.ToArray() : y.Shape.ToArray()];
        Tensor wideX = x.Expand(sizes).Clone(), wideY = y.Expand(sizes).Clone();
        Tensor got = f(x, y), expected = f(wideX, wideY);
        Assert.True(expected.ToArray().AsSpan().SequenceEqual(got.Expand(sizes).ToArray()), $"seed {seed}: {x.Shape} and {y.Shape}");
    }
}
