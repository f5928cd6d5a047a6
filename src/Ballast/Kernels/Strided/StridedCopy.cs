using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Copies between strides, for elements of any size.</summary>
static unsafe class StridedCopy
{
    /// <summary>Copies operand 1 of a plan to operand 0.</summary>
    /// <param name="plan">The loop; the destination's order decides.</param>
    /// <param name="to">The destination's first element.</param>
    /// <param name="from">The source's first element.</param>
    public static void Compute<T>(in StridedPlan plan, T* to, T* from)
        where T : unmanaged
    {
        if (plan.Length == 0)
            return;
        int across = plan.RunStride(1) is 0 or 1 ? -1 : Contiguous(plan);
        if (across >= 0 && plan.RunStride(0) == 1)
            BlockTransposition.Compute(plan, across, to, from);
        else
            RunParts.Share(plan, new CopyRuns<T> { To = to, From = from });
    }

    // The outer axis along which the source lies side by side: turned over in blocks, both sides are read and written by whole lines.
    static int Contiguous(in StridedPlan plan)
    {
        for (int axis = 0; axis < plan.Rank - 1; axis++)
        {
            if (plan.Stride(1, axis) == 1 && plan.Size(axis) >= BlockTransposition.Smallest)
                return axis;
        }

        return -1;
    }

    struct CopyRuns<T> : IRunWork
        where T : unmanaged
    {
        public T* To, From;

        public readonly void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length)
        {
            nint stepTo = plan.RunStride(0), stepFrom = plan.RunStride(1);
            T* to = To + at.Offsets[0] + start * stepTo, from = From + at.Offsets[1] + start * stepFrom;
            if (stepTo == 1 && stepFrom == 1)
                new Span<T>(from, length).CopyTo(new Span<T>(to, length));
            else if (stepTo == 1 && stepFrom == 0)
                new Span<T>(to, length).Fill(*from);
            else if (stepTo == 1 && stepFrom == -1)
                Reverse(to, from, length);
            else if (stepTo == 1)
                Gather(to, from, stepFrom, length);
            else
                Scatter(to, stepTo, from, stepFrom, length);
        }

        // Side by side, and turned over while it is in the first-level cache.
        static void Reverse(T* to, T* from, int length)
        {
            const int Piece = 1024;
            for (int done = 0; done < length; done += Piece)
            {
                int count = Math.Min(Piece, length - done);
                Span<T> piece = new(to + done, count);
                new Span<T>(from - done - count + 1, count).CopyTo(piece);
                piece.Reverse();
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Gather(T* to, T* from, nint step, int length)
        {
            T* end = to + length;
            for (; to <= end - 8; to += 8, from += 8 * step)
            {
                T* second = from + 4 * step;
                (to[0], to[1], to[2], to[3]) = (from[0], from[step], from[2 * step], from[3 * step]);
                (to[4], to[5], to[6], to[7]) = (second[0], second[step], second[2 * step], second[3 * step]);
            }

            for (; to < end; to++, from += step)
                *to = *from;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Scatter(T* to, nint stepTo, T* from, nint stepFrom, int length)
        {
            for (int i = 0; i < length; i++)
                to[i * stepTo] = from[i * stepFrom];
        }
    }
}
