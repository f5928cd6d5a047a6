using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Copy in which the source lies side by side along another axis than the destination: both are walked in square blocks, so that
/// each cache line is read and written once.</summary>
/// <remarks>Each visit of a row has to find its page. Where no near cache holds the whole, sixteen rows of the source are read from end to end
/// of a page, and the next sixteen are fetched meanwhile. Where no cache does, whole lines are written past the caches: a line that is
/// written in two halves with others in between is written twice. Rows that lines do not divide are fetched before they are written.</remarks>
static unsafe class BlockTransposition
{
    /// <summary>The smallest number of neighbours on the source's axis that is worth a block.</summary>
    public const int Smallest = 4;

    const int Block = 16;
    const int Group = 4;
    const int Line = 16; // floats

    // How many blocks before they are written the lines of the destination are fetched.
    const int BlocksAhead = 2;

    // From so many bytes on, the near caches do not hold it, and what is written will not be in any cache when it is read.
    const long FarLength = 1 << 20, AwayLength = 1 << 25;
    const int SmallTile = 1 << 13, LargeTile = 1 << 16;

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
        long bytes = plan.Length * sizeof(T);
        (work.IsFar, work.IsLarge) = (bytes >= FarLength, bytes >= AwayLength);
        int mostRows = work.IsFar ? Region.Page : Math.Max(4 * Block, SmallTile / work.Columns);
        work.TileRows = Math.Min(mostRows, (work.Rows + Block - 1) / Block * Block);
        work.TileColumns = Math.Max(Block, (work.IsFar ? LargeTile : SmallTile) / work.TileRows / Block * Block);
        long matrices = plan.Length / ((long)work.Rows * work.Columns), parts = matrices * work.Tiles;
        Workers.Run(work, (int)parts, plan.Length, SharedFrom.Cache);
    }

    // to[r * ToStride + c] = from[c * FromStride + r]: rows are neighbours in the source, columns in the destination. A part is a tile.
    struct Work<T> : IWork
        where T : unmanaged
    {
        public StridedPlan Plan;
        public T* To, From;
        public int Rows, Columns, TileRows, TileColumns;
        public nint ToStride, FromStride;
        public bool IsFar, IsLarge;

        public static int Pieces => 4;

        readonly int Across => (Columns + TileColumns - 1) / TileColumns;

        public readonly int Tiles => (Rows + TileRows - 1) / TileRows * Across;

        public readonly void Run(int first, int last)
        {
            int tiles = Tiles, across = Across, tile = first % tiles;
            var at = Plan.At(first / tiles, inner: 2);
            for (int part = first; part < last; part++)
            {
                Tile(To + at.Offsets[0], From + at.Offsets[1], tile / across * TileRows, tile % across * TileColumns);
                if (++tile == tiles)
                {
                    tile = 0;
                    Plan.Advance(ref at);
                }
            }

            if (IsLarge)
                StoresAway.Fence();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Tile(T* to, T* from, int top, int left)
        {
            int bottom = Math.Min(top + TileRows, Rows), right = Math.Min(left + TileColumns, Columns);
            float* memory = stackalloc float[2 * Block * Block + Line];
            float* block = (float*)(((nint)memory + 63) & ~63);
            bool wide = sizeof(T) == sizeof(float) && Avx.IsSupported;
            if (sizeof(T) == sizeof(float) && right - left < Group && ToStride == right - left)
            {
                Narrow((float*)from + left * FromStride + top, FromStride, (float*)to + top * ToStride + left, bottom - top, right - left);
                return;
            }

            bool away = wide && IsLarge && (nint)to % 64 == 0 && ToStride % Line == 0;
            for (int c = left; c < right; c += Block)
            {
                // The last block of each side begins as far back as a group needs.
                int column = Math.Max(left, Math.Min(c, right - Group)), width = Math.Min(Block, right - column);
                bool fetches = wide && IsFar && c + 2 * Block <= Columns;
                for (int r = top; r < bottom; r += Block)
                {
                    int row = Math.Max(top, Math.Min(r, bottom - Group)), height = Math.Min(Block, bottom - row);
                    T* source = from + column * FromStride + row, destination = to + row * ToStride + column;
                    if (fetches)
                        Fetch((float*)source + Block * FromStride, FromStride);
                    if (wide && IsFar && !away && r + (BlocksAhead + 1) * Block <= bottom)
                        Fetch((float*)destination + BlocksAhead * Block * ToStride + width - 1, ToStride);
                    if (!wide || height != Block || width != Block)
                        Partial(source, destination, height, width);
                    else if (away)
                        Away((float*)source, FromStride, (float*)destination, ToStride, block);
                    else
                        Whole((float*)source, FromStride, (float*)destination, ToStride, block);
                }
            }
        }

        readonly void Partial(T* source, T* destination, int height, int width)
        {
            if (sizeof(T) == sizeof(float) && height >= Group && width >= Group)
            {
                Groups((float*)source, FromStride, (float*)destination, ToStride, height, width);
                return;
            }

            for (int i = 0; i < height; i++)
            {
                T* to = destination + i * ToStride;
                for (int j = 0; j < width; j++)
                    to[j] = source[j * FromStride + i];
            }
        }
    }

    // Four rows by four columns at a time; the last four of each side begin as far back as they need.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Groups(float* from, nint fromStride, float* to, nint toStride, int height, int width)
    {
        for (int j = 0; j < width; j += Group)
        {
            int column = Math.Min(j, width - Group);
            float* a = from + column * fromStride, b = a + fromStride, c = b + fromStride, d = c + fromStride;
            for (int i = 0; i < height; i += Group)
            {
                int row = Math.Min(i, height - Group);
                FourByFour.Turn(a + row, b + row, c + row, d + row, to + row * toStride + column, toStride);
            }
        }
    }

    // Two or three columns whose rows follow one another: what a register holds besides is written over by the next row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Narrow(float* from, nint fromStride, float* to, int height, int width)
    {
        float* b = from + fromStride, c = width > 2 ? b + fromStride : b;
        int row = 0;
        for (; row < height - Group; row += Group)
            FourByFour.Turn(from + row, b + row, c + row, c + row, to + row * width, width);
        for (; row < height; row++)
        {
            for (int i = 0; i < width; i++)
                to[row * width + i] = from[i * fromStride + row];
        }
    }

    // A line of each of the rows that follow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Fetch(float* next, nint stride)
    {
        for (int j = 0; j < Block; j++)
            Sse.Prefetch1(next + j * stride);
    }

    static void Away(float* from, nint fromStride, float* to, nint toStride, float* block)
    {
        float* turned = block + Block * Block;
        Whole(from, fromStride, turned, Block, block);
        for (int i = 0; i < Block; i++)
        {
            Vector256.Load(turned + i * Block).StoreAlignedNonTemporal(to + i * toStride);
            Vector256.Load(turned + i * Block + 8).StoreAlignedNonTemporal(to + i * toStride + 8);
        }
    }

    // Lines are read whole before any of them is needed again: those of a source whose stride is a power of two share a set of the cache.
    static void Whole(float* from, nint fromStride, float* to, nint toStride, float* lines)
    {
        for (int j = 0; j < Block; j++)
        {
            Vector256.Load(from + j * fromStride).Store(lines + j * Block);
            Vector256.Load(from + j * fromStride + 8).Store(lines + j * Block + 8);
        }

        for (int i = 0; i < Block; i += 8)
        {
            Eight(lines + i, to + i * toStride, toStride);
            Eight(lines + 8 * Block + i, to + i * toStride + 8, toStride);
        }
    }

    // Eight rows of eight values turned over in registers.
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
        var x = Vector256.Load(lines + row * Block);
        var y = Vector256.Load(lines + (row + 1) * Block);
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
