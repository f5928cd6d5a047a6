namespace Ballast.Kernels;

/// <summary>Turns each of several matrices over, as between [N, C, L] and [N, L, C].</summary>
static unsafe class Transposition
{
    /// <summary>to[n, j, i] = from[n, i, j].</summary>
    /// <param name="from">[count, rows, columns].</param>
    /// <param name="to">[count, columns, rows].</param>
    /// <param name="count">How many matrices there are.</param>
    /// <param name="rows">The rows of each of them.</param>
    /// <param name="columns">The columns of each of them.</param>
    public static void Compute(ReadOnlySpan<float> from, Span<float> to, int count, int rows, int columns)
    {
        var plan = StridedPlan.Of([count, rows, columns], [rows * columns, 1, rows, rows * columns, columns, 1]);
        fixed (float* source = from, destination = to)
            StridedCopy.Compute(plan, destination, source);
    }
}
