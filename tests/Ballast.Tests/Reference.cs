namespace Ballast.Tests;

/// <summary>The formulas in double, as plain as can be.</summary>
static class Reference
{
    /// <summary>F(x, y) with NumPy's broadcasting.</summary>
    public static double[] Zip(
        double[] x, Shape shapeX, double[] y, Shape shapeY, Shape result, Func<double, double, double> f)
    {
        double[] z = new double[result.Length];
        for (int i = 0; i < z.Length; i++)
            z[i] = f(x[Position(i, shapeX, result)], y[Position(i, shapeY, result)]);
        return z;
    }

    static int Position(int i, Shape small, Shape large)
    {
        int[] index = new int[large.Rank];
        for (int axis = large.Rank - 1; axis >= 0; axis--)
        {
            index[axis] = i % large[axis];
            i /= large[axis];
        }

        int position = 0, skipped = large.Rank - small.Rank;
        for (int axis = 0; axis < small.Rank; axis++)
            position = position * small[axis] + (small[axis] == 1 ? 0 : index[axis + skipped]);
        return position;
    }

    /// <summary>The shape that two broadcast to.</summary>
    public static Shape Broadcast(Shape x, Shape y)
    {
        int[] sizes = new int[Math.Max(x.Rank, y.Rank)];
        for (int axis = 1; axis <= sizes.Length; axis++)
            sizes[^axis] = Math.Max(axis <= x.Rank ? x[^axis] : 1, axis <= y.Rank ? y[^axis] : 1);
        return new Shape(sizes);
    }

    /// <summary>[m, k] times [k, n].</summary>
    public static double[] MatMul(double[] a, double[] b, int m, int k, int n)
    {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int s = 0; s < k; s++)
                    c[i * n + j] += a[i * k + s] * b[s * n + j];
            }
        }

        return c;
    }

    /// <summary>[m, n] as [n, m].</summary>
    public static double[] Transpose(double[] a, int m, int n)
    {
        double[] b = new double[m * n];
        for (int i = 0; i < m * n; i++)
            b[i % n * m + i / n] = a[i];
        return b;
    }

    /// <summary>x W^T + b.</summary>
    public static double[] Linear(double[] x, double[] w, double[]? b, int inputs, int outputs)
    {
        int rows = x.Length / inputs;
        double[] y = MatMul(x, Transpose(w, outputs, inputs), rows, inputs, outputs);
        for (int i = 0; b is not null && i < y.Length; i++)
            y[i] += b[i % outputs];
        return y;
    }

    /// <summary>Max(x, 0).</summary>
    public static double[] Relu(double[] x) => Array.ConvertAll(x, static value => Math.Max(value, 0));

    /// <summary>Batch normalization of [N, C, L] by given or by its own statistics.</summary>
    public static double[] Normalize(
        double[] x, int channels, int l, double[]? gamma, double[]? beta, double eps, double[]? means = null,
        double[]? variances = null)
    {
        double[] y = new double[x.Length];
        for (int c = 0; c < channels; c++)
        {
            int[] own = [.. Enumerable.Range(0, x.Length).Where(i => i / l % channels == c)];
            double mean = means is null ? own.Average(i => x[i]) : means[c];
            double variance = variances is null ? own.Average(i => (x[i] - mean) * (x[i] - mean)) : variances[c];
            foreach (int i in own)
                y[i] = (x[i] - mean) / Math.Sqrt(variance + eps) * (gamma?[c] ?? 1) + (beta?[c] ?? 0);
        }

        return y;
    }

    /// <summary>-ln softmax(x)[label] of each row.</summary>
    public static double[] CrossEntropy(double[] x, int[] labels)
    {
        int classes = x.Length / labels.Length;
        return [.. labels.Select((label, n) =>
        {
            var row = x.AsSpan(n * classes, classes).ToArray();
            double max = row.Max();
            return max + Math.Log(row.Sum(value => Math.Exp(value - max))) - row[label];
        })];
    }
}
