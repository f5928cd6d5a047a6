using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The softmax of each row, and the logarithm of its denominator.</summary>
static unsafe class Softmax
{
    const int PartRows = 16;
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
    public static void Compute(
        ReadOnlySpan<float> x, Span<float> p, Span<float> logSums, int rows, int classes, ReadOnlySpan<int> labels = default)
    {
        fixed (float* from = x, to = p, sums = logSums)
        fixed (int* classOf = labels)
        {
            var work = new Work { X = from, P = to, LogSums = sums, Targets = classOf, Rows = rows, Classes = classes };
            int parts = (rows + PartRows - 1) / PartRows;
            if (x.Length < SerialLength)
                work.Run(0, parts);
            else
                Workers.Run(work, parts);
        }
    }

    struct Work : IWork, IWideWork
    {
        public float* X, P, LogSums;
        public int* Targets;
        public int Rows, Classes;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int start = first * PartRows, count = Math.Min(last * PartRows, Rows) - start;
            nint offset = (nint)start * Classes;
            Compute<S, V>(
                X + offset, P + offset, LogSums + start, Targets is null ? null : Targets + start, count, Classes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Compute<S, V>(float* x, float* p, float* logSums, int* labels, int rows, int classes)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int padded = (classes + S.Width - 1) / S.Width * S.Width;
        float* row = Scratch.Take(2 * padded), exponentials = row + padded;
        new Span<float>(row, padded).Fill(float.NegativeInfinity);
        for (int n = 0; n < rows; n++, x += classes, p += classes)
        {
            float max = x[0];
            for (int c = 0; c < classes; c++)
            {
                row[c] = x[c];
                max = x[c] > max ? x[c] : max;
            }

            V top = S.Broadcast(max), total = S.Broadcast(0);
            for (int c = 0; c < padded; c += S.Width)
            {
                V e = S.Exp(S.Subtract(S.Load(row + c), top));
                S.Store(exponentials + c, e);
                total = S.Add(total, e);
            }

            float sum = S.Sum(total), inverse = 1 / sum;
            for (int c = 0; c < classes; c++)
                p[c] = exponentials[c] * inverse;
            logSums[n] = MathF.Log(sum) - (labels is null ? 0 : x[labels[n]] - max);
        }
    }
}
