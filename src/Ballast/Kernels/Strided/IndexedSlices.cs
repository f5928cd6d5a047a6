using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Slices of an axis by their positions: lookups, and their gradient. A plan over the other axes says where the elements of a
/// slice lie; a step leads from a slice to the next one.</summary>
static unsafe class IndexedSlices
{
    const int Part = 1 << 13;
    const int Block = 256;

    /// <summary>to[k] = from[positions[k]], slice by slice.</summary>
    /// <param name="slice">The other axes: operand 0 is the destination, operand 1 the source.</param>
    /// <param name="to">The destination's first element.</param>
    /// <param name="toStep">The distance of the destination's slices.</param>
    /// <param name="from">The source's first element.</param>
    /// <param name="fromStep">The distance of the source's slices.</param>
    /// <param name="positions">The positions, each within the source's axis.</param>
    /// <param name="count">Their number.</param>
    public static void Gather<T>(in StridedPlan slice, T* to, nint toStep, T* from, nint fromStep, long* positions, int count)
        where T : unmanaged
    {
        long length = slice.Length * count;
        if (length == 0)
            return;
        var work = new GatherWork<T>
        {
            Slice = slice,
            To = to,
            From = from,
            ToStep = toStep,
            FromStep = fromStep,
            Positions = positions,
            Count = count,
            Inner = toStep < slice.RunStride(0) || slice.Length == 1,
        };
        work.Size = (int)Math.Max(1, Part / Math.Max(1, work.Inner ? count : slice.Length));
        long units = work.Inner ? slice.Length : count, parts = (units + work.Size - 1) / work.Size;
        Workers.Run(work, (int)parts, length, SharedFrom.Cache);
    }

    /// <summary>to[positions[k]] += from[k], slice by slice, in the order of k for each element.</summary>
    /// <inheritdoc cref="Gather"/>
    public static void Add(in StridedPlan slice, float* to, nint toStep, float* from, nint fromStep, long* positions, int count)
    {
        long length = slice.Length * count;
        if (length == 0)
            return;
        int blocks = (slice.Run + Block - 1) / Block;
        var work = new AddWork
        {
            Slice = slice,
            To = to,
            From = from,
            ToStep = toStep,
            FromStep = fromStep,
            Positions = positions,
            Count = count,
            Blocks = blocks,
        };
        long parts = slice.Runs * blocks;
        Workers.Run(work, (int)parts, length, SharedFrom.Cache);
    }

    struct GatherWork<T> : IWork
        where T : unmanaged
    {
        public StridedPlan Slice;
        public T* To, From;
        public nint ToStep, FromStep;
        public long* Positions;
        public int Count, Size;
        public bool Inner;

        public readonly void Run(int first, int last)
        {
            int start = first * Size;
            if (Inner)
                Elements(start, (int)Math.Min(Slice.Length, (long)last * Size));
            else
                Slices(start, (int)Math.Min(Count, (long)last * Size));
        }

        // The axis is the destination's innermost one: all positions for each element of a slice.
        readonly void Elements(int start, int end)
        {
            var at = Slice.At(start / Slice.Run);
            for (int i = start; i < end; i++)
            {
                int place = i % Slice.Run;
                Line(To + at.Offsets[0] + place * Slice.RunStride(0), From + at.Offsets[1] + place * Slice.RunStride(1));
                if (place == Slice.Run - 1)
                    Slice.Advance(ref at);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Line(T* to, T* from)
        {
            for (int k = 0; k < Count; k++)
                to[k * ToStep] = from[(nint)Positions[k] * FromStep];
        }

        readonly void Slices(int start, int end)
        {
            nint stepTo = Slice.RunStride(0), stepFrom = Slice.RunStride(1);
            for (int k = start; k < end; k++)
            {
                T* to = To + k * ToStep, from = From + (nint)Positions[k] * FromStep;
                var at = Slice.At(0);
                for (long run = 0; run < Slice.Runs; run++)
                {
                    if (stepTo == 1 && stepFrom == 1)
                        new Span<T>(from + at.Offsets[1], Slice.Run).CopyTo(new Span<T>(to + at.Offsets[0], Slice.Run));
                    else
                        Copy(to + at.Offsets[0], stepTo, from + at.Offsets[1], stepFrom, Slice.Run);
                    Slice.Advance(ref at);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Copy(T* to, nint stepTo, T* from, nint stepFrom, int length)
        {
            for (int i = 0; i < length; i++)
                to[i * stepTo] = from[i * stepFrom];
        }
    }

    struct AddWork : IWork
    {
        public StridedPlan Slice;
        public float* To, From;
        public nint ToStep, FromStep;
        public long* Positions;
        public int Count, Blocks;

        public readonly void Run(int first, int last)
        {
            nint stepTo = Slice.RunStride(0), stepFrom = Slice.RunStride(1);
            for (int part = first; part < last; part++)
            {
                int start = part % Blocks * Block, length = Math.Min(Block, Slice.Run - start);
                var at = Slice.At(part / Blocks);
                float* to = To + at.Offsets[0] + start * stepTo, from = From + at.Offsets[1] + start * stepFrom;
                for (int k = 0; k < Count; k++)
                    Join(to + (nint)Positions[k] * ToStep, stepTo, from + k * FromStep, stepFrom, length);
            }
        }

        static void Join(float* to, nint stepTo, float* from, nint stepFrom, int length)
        {
            if (stepTo == 1 && stepFrom == 1 && length > 1)
            {
                Span<float> sum = new(to, length);
                Elementwise.Zip<Add>(sum, new ReadOnlySpan<float>(from, length), sum);
                return;
            }

            for (int i = 0; i < length; i++)
                to[i * stepTo] += from[i * stepFrom];
        }
    }
}
