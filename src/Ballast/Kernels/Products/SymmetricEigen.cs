namespace Ballast.Kernels;

/// <summary>Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations: each sets one element off the
/// diagonal to zero, and sweeps over all of them converge quadratically (Golub &amp; Van Loan 2013, section 8.5).</summary>
static class SymmetricEigen
{
    const int MostSweeps = 64; // about ten are needed

    /// <summary>Decomposes a matrix: A = sum over i of values[i] vectors[i] vectors[i]^T.</summary>
    /// <param name="matrix">[n, n], symmetric; it is destroyed.</param>
    /// <param name="values">The n eigenvalues, the largest first.</param>
    /// <param name="vectors">Their eigenvectors in rows, of length 1, the largest component of each positive: [n, n].</param>
    public static void Decompose(Span<double> matrix, Span<double> values, Span<double> vectors)
    {
        int n = values.Length;
        vectors.Clear();
        for (int i = 0; i < n; i++)
            vectors[i * n + i] = 1;
        for (int sweep = 0; sweep < MostSweeps && Sweep(matrix, vectors, n); sweep++)
        {
        }

        for (int i = 0; i < n; i++)
            values[i] = matrix[i * n + i];
        Sort(values, vectors, n);
        for (int i = 0; i < n; i++)
            Orient(vectors.Slice(i * n, n));
    }

    // Whether anything was left to rotate.
    static bool Sweep(Span<double> a, Span<double> vectors, int n)
    {
        bool rotated = false;
        for (int p = 0; p < n; p++)
        {
            for (int q = p + 1; q < n; q++)
            {
                double off = a[p * n + q];
                if (Math.Abs(off) <= 1e-17 * (Math.Abs(a[p * n + p]) + Math.Abs(a[q * n + q])))
                    continue;
                rotated = true;
                // The smaller of the two angles that make the element zero.
                double half = (a[q * n + q] - a[p * n + p]) / (2 * off);
                double tangent = (half < 0 ? -1 : 1) / (Math.Abs(half) + Math.Sqrt(half * half + 1));
                double cosine = 1 / Math.Sqrt(tangent * tangent + 1), sine = tangent * cosine;
                for (int i = 0; i < n; i++)
                    Rotate(ref a[i * n + p], ref a[i * n + q], cosine, sine);
                for (int i = 0; i < n; i++)
                {
                    Rotate(ref a[p * n + i], ref a[q * n + i], cosine, sine);
                    Rotate(ref vectors[p * n + i], ref vectors[q * n + i], cosine, sine);
                }

                a[p * n + q] = a[q * n + p] = 0;
            }
        }

        return rotated;
    }

    static void Rotate(ref double x, ref double y, double cosine, double sine) =>
        (x, y) = (cosine * x - sine * y, sine * x + cosine * y);

    static void Sort(Span<double> values, Span<double> vectors, int n)
    {
        for (int i = 0; i < n; i++)
        {
            int largest = i;
            for (int j = i + 1; j < n; j++)
                largest = values[j] > values[largest] ? j : largest;
            if (largest == i)
                continue;
            (values[i], values[largest]) = (values[largest], values[i]);
            for (int k = 0; k < n; k++)
                (vectors[i * n + k], vectors[largest * n + k]) = (vectors[largest * n + k], vectors[i * n + k]);
        }
    }

    // An eigenvector's sign is free: this makes it one and the same.
    static void Orient(Span<double> vector)
    {
        int largest = 0;
        for (int i = 1; i < vector.Length; i++)
            largest = Math.Abs(vector[i]) > Math.Abs(vector[largest]) ? i : largest;
        if (vector[largest] >= 0)
            return;
        foreach (ref double component in vector)
            component = -component;
    }
}
