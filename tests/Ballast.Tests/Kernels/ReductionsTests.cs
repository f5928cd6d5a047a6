using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

public class ReductionsTests
{
    [Fact]
    public void The_sums_of_columns_are_exact_on_whole_numbers_for_every_size()
    {
        for (int size = 0; size <= 256; size++)
        {
            Check(size, 3);
            Check(5, size);
        }

        Check(257, 65);
        Check(1025, 17);
    }

    static void Check(int rows, int columns)
    {
        float[] x = Draw.Whole(rows * columns, rows), sums = [.. Enumerable.Repeat(float.NaN, columns)];
        float[] expected = new float[columns];
        for (int i = 0; i < x.Length; i++)
            expected[i % columns] += x[i];
        Reductions.SumRows(x, rows, columns, sums);
        Assert.Equal(expected, sums);
    }

    [Fact]
    public void Long_columns_keep_their_digits()
    {
        float[] x = [.. Enumerable.Repeat(0.1f, 200_000 * 3)], sums = new float[3];
        Reductions.SumRows(x, 200_000, 3, sums);
        // 256 values are summed in float, the pieces in double; one running sum in float would be off by 1e-3.
        Assert.All(sums, sum => Assert.Equal(1, sum / (200_000 * (double)0.1f), 3e-6));
    }
}
