using System.Numerics;

namespace Ballast.Kernels;

/// <summary>The whole numbers of each row made one by arithmetic, such as their sum.</summary>
static unsafe class LineFolds
{
    /// <summary>to[row] = start A x_0 A x_1 A ..., in 64 bits, which wrap round.</summary>
    /// <param name="x">[rows, size].</param>
    /// <param name="to">[rows].</param>
    /// <param name="size">How many elements a row has.</param>
    /// <param name="start">The value of no elements.</param>
    public static void Run<A, T>(ReadOnlySpan<T> x, Span<long> to, int size, long start)
        where A : struct, IArithmetic
        where T : unmanaged, INumber<T>
    {
        fixed (T* from = x)
        fixed (long* results = to)
            LineParts.Share(new Work<A, T> { X = from, To = results, Size = size, Start = start }, new LineShape(to.Length, size, 1));
    }

    struct Work<A, T> : ILineWork
        where A : struct, IArithmetic
        where T : unmanaged, INumber<T>
    {
        public T* X;
        public long* To;
        public int Size;
        public long Start;

        public readonly void Run(int line)
        {
            long result = Start;
            foreach (var x in new ReadOnlySpan<T>(X + (nint)line * Size, Size))
                result = A.Apply(result, long.CreateTruncating(x));
            To[line] = result;
        }
    }
}
