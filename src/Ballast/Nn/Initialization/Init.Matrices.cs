namespace Ballast;

public static partial class Init
{
    /// <summary>Normal, within bounds: drawn by the inverse of its distribution function. PyTorch: <c>trunc_normal_</c>.</summary>
    /// <param name="tensor">The parameter.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="std">The standard deviation, above 0.</param>
    /// <param name="a">The lower bound.</param>
    /// <param name="b">The upper bound.</param>
    /// <param name="generator">Where the draws come from.</param>
    /// <exception cref="ArgumentException">A deviation that is not above 0, or bounds the wrong way round.</exception>
    public static Parameter TruncNormal(
        Parameter tensor, double mean = 0, double std = 1, double a = -2, double b = 2, Generator? generator = null)
    {
        Throw.Unless(std > 0 && a <= b, $"Init.TruncNormal: expected a deviation above 0 and a lower bound up to the upper, got {std}, {a} and {b}.");
        double low = StandardNormal.Share((a - mean) / std), high = StandardNormal.Share((b - mean) / std);
        Uniform(tensor, 2 * low - 1, 2 * high - 1, generator);
        float scale = (float)(std * Math.Sqrt(2)), center = (float)mean;
        foreach (ref float value in tensor.Mutate())
            value = Math.Clamp((float)StandardNormal.InverseErf(value) * scale + center, (float)a, (float)b);
        return tensor;
    }

    /// <summary>A matrix whose rows, or columns where there are more rows, are orthogonal and of the length gain (Saxe et al. 2014); axes behind the
    /// second are joined with it. PyTorch: <c>orthogonal_</c>.</summary>
    /// <exception cref="ArgumentException">Fewer than two axes.</exception>
    public static Parameter Orthogonal(Parameter tensor, double gain = 1, Generator? generator = null)
    {
        Fans(nameof(Orthogonal), tensor);
        Normal(tensor, 0, 1, generator);
        int rows = tensor.Shape[0], columns = tensor.Length / rows, vectors = Math.Min(rows, columns), size = Math.Max(rows, columns);
        var values = tensor.Mutate();
        // The vectors one after the other: what QR gives once R's diagonal is above 0.
        double[][] q = new double[vectors][];
        for (int i = 0; i < vectors; i++)
        {
            q[i] = new double[size];
            for (int j = 0; j < size; j++)
                q[i][j] = rows < columns ? values[i * columns + j] : values[j * columns + i];
            Orthogonalize(q, i);
            for (int j = 0; j < size; j++)
                values[rows < columns ? i * columns + j : j * columns + i] = (float)q[i][j] * (float)gain;
        }

        return tensor;
    }

    // Twice: what rounding leaves of the others the first time is gone the second.
    static void Orthogonalize(double[][] vectors, int last)
    {
        double[] own = vectors[last];
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < last; i++)
            {
                double share = 0;
                for (int j = 0; j < own.Length; j++)
                    share += own[j] * vectors[i][j];
                for (int j = 0; j < own.Length; j++)
                    own[j] -= share * vectors[i][j];
            }
        }

        double length = Math.Sqrt(own.Sum(static value => value * value));
        for (int j = 0; j < own.Length; j++)
            own[j] /= length;
    }

    /// <summary>A matrix of normal values with a share of zeros in each column, drawn for each (Martens 2010). PyTorch: <c>sparse_</c>.</summary>
    /// <param name="tensor">The matrix.</param>
    /// <param name="sparsity">The share of zeros, 0 to 1, rounded up to whole values.</param>
    /// <param name="std">The standard deviation of the others.</param>
    /// <param name="generator">Where the draws come from.</param>
    /// <exception cref="ArgumentException">No matrix, or a share out of range.</exception>
    public static Parameter Sparse(Parameter tensor, double sparsity, double std = 0.01, Generator? generator = null)
    {
        RequireMatrix(nameof(Sparse), tensor);
        Throw.Unless(sparsity is >= 0 and <= 1, $"Init.Sparse: expected a share of zeros from 0 to 1, got {sparsity}.");
        generator ??= Generator.Default;
        Normal(tensor, 0, std, generator);
        int rows = tensor.Shape[0], columns = tensor.Shape[1], zeros = (int)Math.Ceiling(sparsity * rows);
        var values = tensor.Mutate();
        for (int column = 0; column < columns; column++)
        {
            foreach (int row in generator.Permutation(rows).AsSpan(0, zeros))
                values[row * columns + column] = 0;
        }

        return tensor;
    }
}
