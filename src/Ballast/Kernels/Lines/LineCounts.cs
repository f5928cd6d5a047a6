using System.Runtime.InteropServices;

namespace Ballast.Kernels;

/// <summary>The number of values other than zero in each row.</summary>
static unsafe class LineCounts
{
    /// <summary>counts[row] = how many of the row's elements, of 1, 4 or 8 bytes, are not zero. For floats, both zeros are zero.</summary>
    /// <param name="x">[rows, size].</param>
    /// <param name="counts">[rows].</param>
    /// <param name="size">How many elements a row has.</param>
    /// <param name="floats">Whether elements of 4 bytes are floats.</param>
    public static void NotZero<T>(ReadOnlySpan<T> x, Span<long> counts, int size, bool floats = false)
        where T : unmanaged, IEquatable<T>
    {
        fixed (T* from = x)
        fixed (long* to = counts)
        {
            LineParts.Share(
                new Work<T> { X = from, Counts = to, Size = size, Floats = floats }, new LineShape(counts.Length, size, 1));
        }
    }

    struct Work<T> : ILineWork
        where T : unmanaged, IEquatable<T>
    {
        public T* X;
        public long* Counts;
        public int Size;
        public bool Floats;

        public readonly void Run(int line)
        {
            ReadOnlySpan<T> row = new(X + (nint)line * Size, Size);
            int zeros = row.Count(default(T));
            if (Floats)
                zeros += MemoryMarshal.Cast<T, int>(row).Count(int.MinValue); // the bits of -0
            Counts[line] = Size - zeros;
        }
    }
}
