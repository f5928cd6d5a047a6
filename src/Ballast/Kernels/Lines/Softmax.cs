using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The softmax of each row, and the logarithm of its denominator.</summary>
static unsafe class Softmax
{
    const int PartLength = 1 << 13;
    const int MostRows = 16;
    const int SerialLength = 1 << 12;

    /// <summary>The scalar reference: p[n, c] = exp(x[n, c]) / sum over j of exp(x[n, j]); logSums[n] = ln of the sum over j of
    /// exp(x[n, j] - max).</summary>
    public static void Reference(ReadOnlySpan<float> x, Span<float> p, Span<float> logSums, int rows, int classes)
    {
        for (int n = 0; n < rows; n++)
        {
            var row = x.Slice(n * classes, classes);
            double max = double.NegativeInfinity, sum = 0;
            foreach (float value in row)
                max = Math.Max(max, value);
            foreach (float value in row)
                sum += Math.Exp(value - max);
            for (int c = 0; c < classes; c++)
                p[n * classes + c] = (float)(Math.Exp(row[c] - max) / sum);
            logSums[n] = (float)Math.Log(sum);
        }
    }

    /// <summary>p[n, c] = exp(x[n, c]) / sum over j of exp(x[n, j]). The largest value of a row, max, is subtracted first, so
    /// that nothing overflows; logSums[n] = ln of the sum over j of exp(x[n, j] - max).</summary>
    /// <param name="x">[rows, classes].</param>
    /// <param name="p">[rows, classes].</param>
    /// <param name="logSums">[rows].</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="classes">How many values a row has.</param>
    /// <param name="labels">[rows], or empty. With labels, logSums[n] is less by x[n, label n] - max, which makes it
    /// -ln p[n, label n]: the logits' difference first, for it keeps its digits where they are large.</param>
    /// <param name="ignore">The label whose rows have 0 there.</param>
    public static void Compute(
        ReadOnlySpan<float> x, Span<float> p, Span<float> logSums, int rows, int classes, ReadOnlySpan<long> labels = default, long ignore = -1)
    {
        fixed (float* from = x, to = p, sums = logSums)
        fixed (long* classOf = labels)
        {
            int partRows = Math.Clamp(PartLength / classes, 1, MostRows);
            var work = new Work
            {
                X = from,
                P = to,
                LogSums = sums,
                Targets = classOf,
                Ignore = ignore,
                Rows = rows,
                Classes = classes,
                PartRows = partRows,
            };
            int parts = (rows + partRows - 1) / partRows;
            if (x.Length < SerialLength)
                work.Run(0, parts);
            else
                Workers.Run(work, parts);
        }
    }

    struct Work : IWork, IWideWork
    {
        public float* X, P, LogSums;
        public long* Targets;
        public long Ignore;
        public int Rows, Classes, PartRows;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int n = first * PartRows; n < Math.Min(last * PartRows, Rows); n++)
            {
                float* x = X + (nint)n * Classes;
                var (max, logSum) = SoftmaxRow.Compute<PlainSoftmax, S, V>(x, P + (nint)n * Classes, Classes);
                LogSums[n] = Targets is null ? logSum : Targets[n] == Ignore ? 0 : logSum - (x[Targets[n]] - max);
            }
        }
    }
}
