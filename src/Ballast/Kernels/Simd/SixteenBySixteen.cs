using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Sixteen rows of sixteen values turned over, each row a line of memory: neighbours are interleaved first, then pairs of them, then
/// quarters of the registers.</summary>
/// <remarks>All rows are read before the first is written: those of a source whose stride is a power of two share a set of the cache.</remarks>
static unsafe class SixteenBySixteen
{
    /// <summary>16.</summary>
    public const int Size = 16;

    /// <summary>The values of <c>lines</c>: so much working memory needs a processor without registers of sixteen values.</summary>
    public const int WorkLength = 2 * Size * Size;

    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => Avx.IsSupported;

    /// <summary>Whether a line is stored by two instructions.</summary>
    public static bool StoresHalves => !Avx512F.IsSupported;

    /// <summary>to[j toStride + i] = from[i fromStride + j] for i and j below 16.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromStride">From one row to the next.</param>
    /// <param name="to">The result.</param>
    /// <param name="toStride">From one of its rows to the next.</param>
    /// <param name="away">Whether the result is stored past the caches; then each of its rows is one of memory's lines.</param>
    /// <param name="lines">Working memory that begins with a line.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(float* from, nint fromStride, float* to, nint toStride, bool away, float* lines)
    {
        if (Avx512F.IsSupported)
            TurnRegisters(from, fromStride, to, toStride, away);
        else if (!away)
            TurnHalves(from, fromStride, to, toStride, lines);
        else
            TurnAway(from, fromStride, to, toStride, lines);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void TurnRegisters(float* from, nint fromStride, float* to, nint toStride, bool away)
    {
        var a = Four.Load(from, fromStride);
        var b = Four.Load(from + 4 * fromStride, fromStride);
        var c = Four.Load(from + 8 * fromStride, fromStride);
        var d = Four.Load(from + 12 * fromStride, fromStride);
        Quarters(a.First, b.First, c.First, d.First, to, 4 * toStride, away);
        Quarters(a.Second, b.Second, c.Second, d.Second, to + toStride, 4 * toStride, away);
        Quarters(a.Third, b.Third, c.Third, d.Third, to + 2 * toStride, 4 * toStride, away);
        Quarters(a.Fourth, b.Fourth, c.Fourth, d.Fourth, to + 3 * toStride, 4 * toStride, away);
    }

    // Quarter q of each register goes to row q.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Quarters(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to, nint stride, bool away)
    {
        (a, b, c, d) = FourLines.Turn(a, b, c, d);
        Store(a, to, away);
        Store(b, to + stride, away);
        Store(c, to + 2 * stride, away);
        Store(d, to + 3 * stride, away);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(Vector512<float> value, float* to, bool away)
    {
        if (away)
            value.StoreAlignedNonTemporal(to);
        else
            value.Store(to);
    }

    // Four rows: each quarter of a register holds the four values of one of their columns, `First` those of columns 0, 4, 8 and 12.
    readonly ref struct Four
    {
        public Vector512<float> First { get; private init; }

        public Vector512<float> Second { get; private init; }

        public Vector512<float> Third { get; private init; }

        public Vector512<float> Fourth { get; private init; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Four Load(float* from, nint stride)
        {
            Vector512<float> a = Vector512.Load(from), b = Vector512.Load(from + stride);
            Vector512<float> c = Vector512.Load(from + 2 * stride), d = Vector512.Load(from + 3 * stride);
            var lowAb = Avx512F.UnpackLow(a, b).AsDouble();
            var lowCd = Avx512F.UnpackLow(c, d).AsDouble();
            var highAb = Avx512F.UnpackHigh(a, b).AsDouble();
            var highCd = Avx512F.UnpackHigh(c, d).AsDouble();
            return new()
            {
                First = Avx512F.UnpackLow(lowAb, lowCd).AsSingle(),
                Second = Avx512F.UnpackHigh(lowAb, lowCd).AsSingle(),
                Third = Avx512F.UnpackLow(highAb, highCd).AsSingle(),
                Fourth = Avx512F.UnpackHigh(highAb, highCd).AsSingle(),
            };
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void TurnAway(float* from, nint fromStride, float* to, nint toStride, float* lines)
    {
        float* turned = lines + Size * Size;
        TurnHalves(from, fromStride, turned, Size, lines);
        for (int i = 0; i < Size; i++)
        {
            Vector256.Load(turned + i * Size).StoreAlignedNonTemporal(to + i * toStride);
            Vector256.Load(turned + i * Size + 8).StoreAlignedNonTemporal(to + i * toStride + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void TurnHalves(float* from, nint fromStride, float* to, nint toStride, float* lines)
    {
        for (int j = 0; j < Size; j++)
        {
            Vector256.Load(from + j * fromStride).Store(lines + j * Size);
            Vector256.Load(from + j * fromStride + 8).Store(lines + j * Size + 8);
        }

        for (int i = 0; i < Size; i += 8)
        {
            Eight(lines + i, to + i * toStride, toStride);
            Eight(lines + 8 * Size + i, to + i * toStride + 8, toStride);
        }
    }

    // Eight rows of eight values.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Eight(float* lines, float* to, nint stride)
    {
        var a = Pair(lines, 0);
        var b = Pair(lines, 2);
        var c = Pair(lines, 4);
        var d = Pair(lines, 6);
        Quad(a.Low, b.Low, c.Low, d.Low, to, stride, 0);
        Quad(a.High, b.High, c.High, d.High, to, stride, 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector256<float> Low, Vector256<float> High) Pair(float* lines, int row)
    {
        var x = Vector256.Load(lines + row * Size);
        var y = Vector256.Load(lines + (row + 1) * Size);
        return (Avx.UnpackLow(x, y), Avx.UnpackHigh(x, y));
    }

    // Rows `first` and `first + 1` of the result, and the same four rows further down.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Quad(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, float* to, nint stride, int first)
    {
        var ab0 = Avx.Shuffle(a, b, 0b01_00_01_00);
        var cd0 = Avx.Shuffle(c, d, 0b01_00_01_00);
        var ab1 = Avx.Shuffle(a, b, 0b11_10_11_10);
        var cd1 = Avx.Shuffle(c, d, 0b11_10_11_10);
        Avx.Permute2x128(ab0, cd0, 0x20).Store(to + first * stride);
        Avx.Permute2x128(ab1, cd1, 0x20).Store(to + (first + 1) * stride);
        Avx.Permute2x128(ab0, cd0, 0x31).Store(to + (first + 4) * stride);
        Avx.Permute2x128(ab1, cd1, 0x31).Store(to + (first + 5) * stride);
    }
}
