using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Lines in the order of their values: sorted, or their first few. Equal values stay in the order of their positions; what is
/// not a number is larger than all numbers.</summary>
/// <remarks>A value and its position become one integer that orders as they do: no two are equal, so every way to sort is stable.</remarks>
static unsafe class LineRanks
{
    /// <summary>The first <paramref name="count"/> of each line in ascending or descending order.</summary>
    /// <param name="x">The lines.</param>
    /// <param name="values">[outer, count, inner]: the values.</param>
    /// <param name="positions">[outer, count, inner]: where they stood.</param>
    /// <param name="shape">The lines' shape.</param>
    /// <param name="count">How many are wanted of each.</param>
    /// <param name="descending">From the largest on.</param>
    public static void Sort(ReadOnlySpan<float> x, Span<float> values, Span<long> positions, LineShape shape, int count, bool descending)
    {
        fixed (float* from = x, to = values)
        fixed (long* places = positions)
        {
            LineParts.Share(
                new Work { X = from, Sorted = to, Positions = places, Shape = shape, Count = count, First = 0, Descending = descending }, shape);
        }
    }

    /// <summary>The value of each line that has the number <paramref name="rank"/> in ascending order, from 0 on.</summary>
    /// <param name="x">The lines.</param>
    /// <param name="values">[outer, 1, inner]: the values.</param>
    /// <param name="positions">[outer, 1, inner]: where they stood.</param>
    /// <param name="shape">The lines' shape.</param>
    /// <param name="rank">The number.</param>
    /// <param name="spoiled">Whether a line with something that is not a number gives the first such one.</param>
    public static void Select(ReadOnlySpan<float> x, Span<float> values, Span<long> positions, LineShape shape, int rank, bool spoiled)
    {
        fixed (float* from = x, to = values)
        fixed (long* places = positions)
        {
            var work = new Work { X = from, Sorted = to, Positions = places, Shape = shape, Count = 1, First = rank, Spoiled = spoiled };
            LineParts.Share(work, shape);
        }
    }

    struct Work : ILineWork
    {
        public float* X, Sorted;
        public long* Positions;
        public LineShape Shape;
        public int First, Count;
        public bool Descending, Spoiled;

        public readonly void Run(int line)
        {
            float* x = X + Shape.Start(line);
            int size = Shape.Size, step = Shape.Inner, first = First;
            Span<ulong> keys = new(Scratch.Take(2 * size), size);
            ulong flip = Descending ? 0xFFFF_FFFF_0000_0000 : 0;
            int spoiledAt = size;
            for (int i = 0; i < size; i++)
            {
                float value = x[(nint)i * step];
                keys[i] = (((ulong)Ordered(value) << 32) | (uint)i) ^ flip;
                spoiledAt = Spoiled && spoiledAt == size && float.IsNaN(value) ? i : spoiledAt;
            }

            if (spoiledAt < size)
            {
                keys[first] = (uint)spoiledAt;
            }
            else if (first > 0 || Count < size)
            {
                Partition(keys, first + Count - 1);
                keys.Slice(first, Count).Sort();
            }
            else
            {
                keys.Sort();
            }

            nint to = Shape.WithSize(Count).Start(line);
            for (int i = 0; i < Count; i++, to += step)
            {
                int position = (int)(uint)keys[first + i];
                Positions[to] = position;
                Sorted[to] = x[(nint)position * step];
            }
        }
    }

    // The bits of a float as an integer that orders as the values do: both zeros alike, all that is not a number last.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Ordered(float value)
    {
        if (float.IsNaN(value))
            return uint.MaxValue;
        uint bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
    }

    // Puts the key with the number `rank` in its place, the smaller ones in front of it, the larger ones after it.
    static void Partition(Span<ulong> keys, int rank)
    {
        int first = 0, last = keys.Length - 1;
        while (first < last)
        {
            ulong a = keys[first], b = keys[first + (last - first) / 2], c = keys[last];
            ulong pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c)); // the middle one
            int i = first, j = last;
            while (i <= j)
            {
                while (keys[i] < pivot)
                    i++;
                while (keys[j] > pivot)
                    j--;
                if (i <= j)
                {
                    (keys[i], keys[j]) = (keys[j], keys[i]);
                    i++;
                    j--;
                }
            }

            if (rank <= j)
                last = j;
            else if (rank >= i)
                first = i;
            else
                return;
        }
    }
}
