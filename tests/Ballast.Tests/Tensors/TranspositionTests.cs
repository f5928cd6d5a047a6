using Ballast.Kernels;

namespace Ballast.Tests.Tensors;

/// <summary>Copies in another order of matrices that no cache holds, against plain loops.</summary>
public class TranspositionTests
{
    // More than 32 MB go past the caches; rows that a register's size does not divide go through them.
    [Theory]
    [InlineData(4096, 2176)]
    [InlineData(2900, 2904)]
    [InlineData(2901, 2903)]
    [InlineData(200, 131)]
    public void A_turned_copy_has_each_value_in_its_place(int rows, int columns)
    {
        float[] x = new float[rows * columns];
        for (int i = 0; i < x.Length; i++)
            x[i] = i;
        var turned = Tensor.From(x, [rows, columns]).Transpose(0, 1).Clone();
        var y = turned.AsSpan();
        int wrong = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                wrong += y[column * rows + row] == x[row * columns + column] ? 0 : 1;
        }

        Assert.Equal(0, wrong);
    }

    // Blocks of sixteen, groups of four and what is left of both; of two or three columns each row is stored over the end of the one before.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Small_matrices_of_every_size_are_turned(int count)
    {
        for (int rows = 1; rows <= 36; rows++)
        {
            for (int columns = 1; columns <= 36; columns++)
                Turn(count, rows, columns);
        }

        foreach (int length in (int[])[63, 64, 65, 127, 200, 1023, 1025, 5000])
        {
            for (int narrow = 1; narrow <= 19; narrow++)
            {
                Turn(count, length, narrow);
                Turn(count, narrow, length);
            }
        }
    }

    // More than a megabyte: pages are walked from end to end.
    [Theory]
    [InlineData(2, 3, 70_001)]
    [InlineData(2, 70_001, 3)]
    [InlineData(2, 2, 140_003)]
    [InlineData(3, 17, 20_011)]
    [InlineData(3, 20_011, 17)]
    [InlineData(2, 1027, 130)]
    public void Narrow_matrices_of_many_rows_are_turned(int count, int rows, int columns) => Turn(count, rows, columns);

    static void Turn(int count, int rows, int columns)
    {
        float[] x = new float[count * rows * columns];
        for (int i = 0; i < x.Length; i++)
            x[i] = i + 1;
        var matrices = Tensor.From(x, [count, rows, columns]);
        var y = matrices.Permute(0, 2, 1).Clone().AsSpan();
        float[] channels = new float[x.Length + 4];
        Transposition.Compute(x, channels.AsSpan(0, x.Length), count, rows, columns);
        Assert.Equal(new float[4], channels.AsSpan(x.Length).ToArray());
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            for (int column = 0; column < columns; column++)
            {
                for (int row = 0; row < rows; row++, at++)
                {
                    float expected = x[(i * rows + row) * columns + column];
                    if (y[at] != expected || channels[at] != expected)
                        Assert.Fail($"[{count}, {rows}, {columns}] at {i}, {row}, {column}: {y[at]} and {channels[at]}, expected {expected}.");
                }
            }
        }
    }

    [Fact]
    public void Several_large_matrices_are_turned_each_in_its_place()
    {
        const int count = 3, rows = 1624, columns = 1760;
        float[] x = new float[count * rows * columns];
        for (int i = 0; i < x.Length; i++)
            x[i] = i % 9_999_991;
        var turned = Tensor.From(x, [count, rows, columns])[.., ..1616].Permute(0, 2, 1).Clone();
        var y = turned.AsSpan();
        int wrong = 0, at = 0;
        for (int i = 0; i < count; i++)
        {
            for (int column = 0; column < columns; column++)
            {
                for (int row = 0; row < 1616; row++)
                    wrong += y[at++] == x[(i * rows + row) * columns + column] ? 0 : 1;
            }
        }

        Assert.Equal(0, wrong);
    }
}
