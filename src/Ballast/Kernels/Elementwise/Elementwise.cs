using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>Loops over elements, written once for every operator and every register width. Destinations may be one of the
/// sources.</summary>
static unsafe class Elementwise
{
    // A multiple of every register's width: which elements share a register does not depend on the parts.
    const int Part = 1 << 13;
    const int SerialLength = 1 << 16;

    /// <summary>destination[i] = F(x[i]).</summary>
    public static void Map<F>(ReadOnlySpan<float> x, Span<float> destination)
        where F : struct, IUnary
    {
        fixed (float* from = x, to = destination)
            Share(new MapLoop<F> { From = from, To = to }, x.Length);
    }

    /// <summary>destination[i] = F(x[i], y[i]).</summary>
    public static void Zip<F>(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> destination)
        where F : struct, IBinary
    {
        fixed (float* left = x, right = y, to = destination)
            Share(new ZipLoop<F> { Left = left, Right = right, To = to }, x.Length);
    }

    /// <summary>The sum of all values: partial sums of at most 4,096 values in float, added up in double.</summary>
    public static double Sum(ReadOnlySpan<float> x)
    {
        fixed (float* from = x)
            return Sum(new Stored { From = from }, x.Length);
    }

    /// <summary>Where the values of a sum come from, piece by piece.</summary>
    internal interface IPieces
    {
        /// <summary>The values of a piece: where they lie, or written to <paramref name="scratch"/>.</summary>
        float* Piece(int start, int length, float* scratch);
    }

    /// <summary>The same sum of values that are made a piece at a time.</summary>
    internal static double Sum<P>(in P pieces, int length)
        where P : struct, IPieces
    {
        var work = new SumPieces<P> { Pieces = pieces, Length = length };
        int count = work.Count;
        if (length < SerialLength)
            return work.Run(0, count, null);
        float* sums = Scratch.TakeShared(count);
        work.Sums = sums;
        Workers.Run(work, count);
        double total = 0;
        for (int i = 0; i < count; i++)
            total += sums[i];
        return total;
    }

    struct Stored : IPieces
    {
        public float* From;

        public readonly float* Piece(int start, int length, float* scratch) => From + start;
    }

    struct SumPieces<P> : IWork
        where P : struct, IPieces
    {
        const int LongestPiece = 4096;

        // 128 values in each lane of two accumulators, however wide the registers are.
        static int Piece => LongestPiece / 16 * Compute.SimdWidth;

        public P Pieces;
        public float* Sums;
        public int Length;

        public readonly int Count => (int)(((long)Length + Piece - 1) / Piece);

        public readonly void Run(int first, int last) => Run(first, last, Sums);

        [SkipLocalsInit]
        public readonly double Run(int first, int last, float* sums)
        {
            float* scratch = stackalloc float[typeof(P) == typeof(Stored) ? 1 : LongestPiece];
            double total = 0;
            for (int piece = first; piece < last; piece++)
            {
                int length = Math.Min(Piece, Length - piece * Piece);
                float* from = Pieces.Piece(piece * Piece, length, scratch);
                float sum = Vector512.IsHardwareAccelerated ? Sum<Simd512, Vector512<float>>(from, length)
                    : Vector256.IsHardwareAccelerated ? Sum<Simd256, Vector256<float>>(from, length)
                    : Sum<Simd128, Vector128<float>>(from, length);
                if (sums is null)
                    total += sum;
                else
                    sums[piece] = sum;
            }

            return total;
        }
    }

    /// <summary>Runs a loop over elements, a long one by all threads.</summary>
    internal static void Share<L>(in L loop, int length)
        where L : struct, ILoop
    {
        if (length < SerialLength)
            Simd.Run(loop, length);
        else
            Workers.Run(new Parts<L> { Loop = loop, Length = length }, (length + Part - 1) / Part);
    }

    struct Parts<L> : IWork
        where L : struct, ILoop
    {
        public L Loop;
        public int Length;

        public readonly void Run(int first, int last) =>
            Simd.RunFrom(Loop, first * Part, Math.Min(Length, last * Part));
    }

    struct MapLoop<F> : ILoop
        where F : struct, IUnary
    {
        public float* From, To;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Map<F, S, V>(From, To, start, length);
    }

    struct ZipLoop<F> : ILoop
        where F : struct, IBinary
    {
        public float* Left, Right, To;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Zip<F, S, V>(Left, Right, To, start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Map<F, S, V>(float* from, float* to, int i, int length)
        where F : struct, IUnary
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (; i <= length - S.Width; i += S.Width)
            S.Store(to + i, F.Apply<S, V>(S.Load(from + i)));
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Zip<F, S, V>(float* left, float* right, float* to, int i, int length)
        where F : struct, IBinary
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (; i <= length - S.Width; i += S.Width)
            S.Store(to + i, F.Apply<S, V>(S.Load(left + i), S.Load(right + i)));
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Sum<S, V>(float* from, int length)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var a = S.Broadcast(0);
        var b = a;
        int i = 0;
        for (; i <= length - 2 * S.Width; i += 2 * S.Width)
        {
            a = S.Add(a, S.Load(from + i));
            b = S.Add(b, S.Load(from + i + S.Width));
        }

        float sum = S.Sum(S.Add(a, b));
        for (; i < length; i++)
            sum += from[i];
        return sum;
    }
}
