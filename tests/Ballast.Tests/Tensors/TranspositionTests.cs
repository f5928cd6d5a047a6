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
