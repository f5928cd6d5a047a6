using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Copy in which the source lies side by side along another axis than the destination: both are walked in square blocks, so that
/// each cache line is read and written once.</summary>
static unsafe class BlockTransposition
{
    /// <summary>The smallest number of neighbours on the source's axis that is worth a block.</summary>
    public const int Smallest = 4;

    const int Block = 16;

    // A square of blocks: each row of the source is read for several lines at a time, as its page has to be found for each visit.
    const int Square = 64;

    // From so many bytes on, what is written will not be in a cache when it is read.
    const long AwayLength = 1 << 25;
    const int Part = 1 << 13;
    const int SerialLength = 1 << 15;

    /// <summary>Copies operand 1 of a plan, which lies side by side along the axis <paramref name="across"/>, to operand 0, which does
    /// along the innermost axis.</summary>
    public static void Compute<T>(in StridedPlan plan, int across, T* to, T* from)
        where T : unmanaged
    {
        // The two axes of the blocks become the innermost ones; the odometer counts through the others.
        int last = plan.Rank - 1;
        var turned = plan.WithRun(across);
        turned = turned.WithRun(last - 1);
        var work = new Work<T>
        {
            Plan = turned,
            To = to,
            From = from,
            Rows = turned.Size(last - 1),
            Columns = turned.Size(last),
            ToStride = turned.Stride(0, last - 1),
            FromStride = turned.Stride(1, last),
        };
        work.IsLarge = plan.Length * sizeof(T) >= AwayLength;
        long matrices = plan.Length / ((long)work.Rows * work.Columns), parts = matrices * work.Bands;
        if (plan.Length < SerialLength)
            work.Run(0, (int)parts);
        else
            Workers.Run(work, (int)parts);
    }

    // to[r * ToStride + c] = from[c * FromStride + r]: rows are neighbours in the source, columns in the destination.
    struct Work<T> : IWork
        where T : unmanaged
    {
        public StridedPlan Plan;
        public T* To, From;
        public int Rows, Columns;
        public nint ToStride, FromStride;
        public bool IsLarge;

        public static int Pieces => 4;

        readonly int BandRows => Math.Max(Square, Part / Math.Max(Block, Columns) / Square * Square);

        public readonly int Bands => (Rows + BandRows - 1) / BandRows;

        public readonly void Run(int first, int last)
        {
            int band = BandRows;
            var at = Plan.At(first / Bands, inner: 2);
            for (int part = first; part < last; part++)
            {
                int start = part % Bands * band, rows = Math.Min(band, Rows - start);
                Matrix(To + at.Offsets[0] + start * ToStride, From + at.Offsets[1] + start, rows);
                if (part % Bands == Bands - 1)
                    Plan.Advance(ref at);
            }

            if (IsLarge)
                StoresAway.Fence();
        }

        readonly void Matrix(T* to, T* from, int rows)
        {
            for (int top = 0; top < rows; top += Square)
            {
                for (int left = 0; left < Columns; left += Square)
                {
                    Blocks(from + left * FromStride + top, to + top * ToStride + left,
                        Math.Min(Square, rows - top), Math.Min(Square, Columns - left), left + 2 * Square <= Columns);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Blocks(T* from, T* to, int rows, int columns, bool hasNext)
        {
            bool wide = sizeof(T) == sizeof(float) && Avx.IsSupported;
            bool away = wide && IsLarge && ((nint)to & 31) == 0 && ToStride % 8 == 0;
            for (int c = 0; c < columns; c += Block)
            {
                int width = Math.Min(Block, columns - c);
                for (int r = 0; r < rows; r += Block)
                {
                    int height = Math.Min(Block, rows - r);
                    T* source = from + c * FromStride + r, destination = to + r * ToStride + c;
                    for (int j = 0; IsLarge && hasNext && j < width; j++)
                        Region.Ahead((float*)(source + (Square + j) * FromStride), 1, 0);
                    if (wide && height == Block && width == Block)
                        Whole((float*)source, FromStride, (float*)destination, ToStride, away);
                    else
                        Partial(source, destination, height, width);
                }
            }
        }

        readonly void Partial(T* source, T* destination, int height, int width)
        {
            for (int i = 0; i < height; i++)
            {
                T* to = destination + i * ToStride;
                for (int j = 0; j < width; j++)
                    to[j] = source[j * FromStride + i];
            }
        }
    }

    // Lines are read whole before any of them is needed again: those of a source whose stride is a power of two share a set of the cache.
    static void Whole(float* from, nint fromStride, float* to, nint toStride, bool away)
    {
        float* lines = stackalloc float[Block * Block];
        for (int j = 0; j < Block; j++)
        {
            Vector256.Load(from + j * fromStride).Store(lines + j * Block);
            Vector256.Load(from + j * fromStride + 8).Store(lines + j * Block + 8);
        }

        for (int i = 0; i < Block; i += 8)
        {
            Eight(lines + i, to + i * toStride, toStride, away);
            Eight(lines + 8 * Block + i, to + i * toStride + 8, toStride, away);
        }
    }

    // Eight rows of eight values turned over in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Eight(float* lines, float* to, nint stride, bool away)
    {
        var a = Pair(lines, 0);
        var b = Pair(lines, 2);
        var c = Pair(lines, 4);
        var d = Pair(lines, 6);
        Quad(a.Low, b.Low, c.Low, d.Low, to, stride, 0, away);
        Quad(a.High, b.High, c.High, d.High, to, stride, 2, away);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector256<float> Low, Vector256<float> High) Pair(float* lines, int row)
    {
        var x = Vector256.Load(lines + row * Block);
        var y = Vector256.Load(lines + (row + 1) * Block);
        return (Avx.UnpackLow(x, y), Avx.UnpackHigh(x, y));
    }

    // Rows `first` and `first + 1` of the result, and the same four rows further down.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Quad(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, float* to, nint stride, int first, bool away)
    {
        var ab0 = Avx.Shuffle(a, b, 0b01_00_01_00);
        var cd0 = Avx.Shuffle(c, d, 0b01_00_01_00);
        var ab1 = Avx.Shuffle(a, b, 0b11_10_11_10);
        var cd1 = Avx.Shuffle(c, d, 0b11_10_11_10);
        Put(Avx.Permute2x128(ab0, cd0, 0x20), to + first * stride, away);
        Put(Avx.Permute2x128(ab1, cd1, 0x20), to + (first + 1) * stride, away);
        Put(Avx.Permute2x128(ab0, cd0, 0x31), to + (first + 4) * stride, away);
        Put(Avx.Permute2x128(ab1, cd1, 0x31), to + (first + 5) * stride, away);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(Vector256<float> value, float* to, bool away)
    {
        if (away)
            value.StoreAlignedNonTemporal(to);
        else
            value.Store(to);
    }
}
