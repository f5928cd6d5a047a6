using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The gradient of a cross entropy's logits, row by row: p times the sum of the row's targets, less the targets.</summary>
static unsafe class CrossEntropyGradient
{
    const int PartLength = 1 << 13;
    const int SerialLength = 1 << 14;

    /// <summary>dx[n, c] = scale[n] (p[n, c] total - every w[c] - own where c is the label), with own = share w[label] and
    /// total = own + every times the sum of w.</summary>
    /// <param name="p">The probabilities [rows, classes].</param>
    /// <param name="labels">[rows].</param>
    /// <param name="scales">The factor of each row, or one for all rows.</param>
    /// <param name="share">The part of the target that the label has by itself.</param>
    /// <param name="every">The part that each class has.</param>
    /// <param name="weights">w of each class, or empty for 1.</param>
    /// <param name="ignore">The label whose rows have no gradient.</param>
    /// <param name="dx">[rows, classes].</param>
    public static void Compute(
        ReadOnlySpan<float> p, ReadOnlySpan<long> labels, ReadOnlySpan<float> scales, double share, float every,
        ReadOnlySpan<float> weights, long ignore, Span<float> dx)
    {
        if (dx.Length == 0)
            return;
        double all = 0;
        foreach (float weight in weights)
            all += weight;
        int classes = dx.Length / labels.Length, partRows = Math.Max(1, PartLength / classes);
        fixed (float* from = p, factors = scales, w = weights, to = dx)
        fixed (long* targets = labels)
        {
            var work = new Work
            {
                P = from,
                Targets = targets,
                Ignore = ignore,
                Scales = factors,
                OneScale = scales.Length == 1,
                Share = share,
                Every = every,
                All = weights.IsEmpty ? classes : all,
                Weights = w,
                Dx = to,
                Rows = labels.Length,
                Classes = classes,
                PartRows = partRows,
            };
            int parts = (labels.Length + partRows - 1) / partRows;
            if (dx.Length < SerialLength)
                work.Run(0, parts);
            else
                Workers.Run(work, parts);
        }
    }

    struct Work : IWork
    {
        public float* P, Scales, Weights, Dx;
        public long* Targets;
        public long Ignore;
        public bool OneScale;
        public double Share, All;
        public float Every;
        public int Rows, Classes, PartRows;

        public readonly void Run(int first, int last)
        {
            for (int n = first * PartRows; n < Math.Min(last * PartRows, Rows); n++)
            {
                float scale = Scales[OneScale ? 0 : n];
                float* dx = Dx + (nint)n * Classes;
                long label = Targets[n];
                if (label == Ignore)
                {
                    new Span<float>(dx, Classes).Clear();
                    continue;
                }

                double own = Share * (Weights is null ? 1 : Weights[label]);
                Simd.Run(new ScaleLoop { From = P + (nint)n * Classes, To = dx, Factor = (float)(own + Every * All) * scale }, Classes);
                for (int c = 0; Every > 0 && c < Classes; c++)
                    dx[c] -= scale * Every * (Weights is null ? 1 : Weights[c]);
                dx[label] -= (float)own * scale;
            }
        }
    }

    struct ScaleLoop : ILoop
    {
        public float* From, To;
        public float Factor;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int i, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            V factor = S.Broadcast(Factor);
            for (; i <= length - S.Width; i += S.Width)
                S.Store(To + i, S.Multiply(S.Load(From + i), factor));
            return i;
        }
    }
}
