using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

public class SymmetricEigenTests
{
    static double[] Symmetric(int n, int seed)
    {
        var random = new Random(seed);
        double[] matrix = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                matrix[i * n + j] = matrix[j * n + i] = random.NextDouble() * 2 - 1;
        }

        return matrix;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(27)]
    public void Vectors_are_orthonormal_and_make_the_matrix_again(int n)
    {
        double[] matrix = Symmetric(n, n), values = new double[n], vectors = new double[n * n];
        SymmetricEigen.Decompose([.. matrix], values, vectors);
        for (int i = 0; i < n; i++)
        {
            Assert.True(i == 0 || values[i - 1] >= values[i]);
            var row = vectors.AsSpan(i * n, n).ToArray();
            Assert.True(row.MaxBy(Math.Abs) > 0);
            for (int j = 0; j < n; j++)
            {
                double product = 0, again = 0;
                for (int k = 0; k < n; k++)
                {
                    product += row[k] * vectors[j * n + k];
                    again += values[k] * vectors[k * n + i] * vectors[k * n + j];
                }

                Assert.Equal(i == j ? 1 : 0, product, 1e-13);
                Assert.Equal(matrix[i * n + j], again, 1e-13);
            }
        }
    }

    [Fact]
    public void Known_eigenvalues_are_found_equal_ones_and_zeros_too()
    {
        double[] values = new double[3], vectors = new double[9];
        SymmetricEigen.Decompose([2, 1, 0, 1, 2, 0, 0, 0, 3], values, vectors);
        Assert.Equal([3, 3, 1], values.Select(static value => Math.Round(value, 14)));
        SymmetricEigen.Decompose([0, 0, 0, 0, 5, 0, 0, 0, -1], values, vectors);
        Assert.Equal([5, 0, -1], values);
        Assert.Equal([0, 1, 0, 1, 0, 0, 0, 0, 1], vectors);
    }
}
