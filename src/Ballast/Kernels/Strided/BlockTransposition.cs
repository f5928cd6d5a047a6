using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Copy in which the source lies side by side along another axis than the destination: both are walked in square blocks, so that
/// each cache line is read and written once.</summary>
/// <remarks>Sixteen rows of the destination, a strip, are written from end to end of a tile, and where no near cache holds the whole, the lines
/// of the source that the next strip reads are fetched meanwhile. Where no cache does, whole lines are written past the caches: a line that is
/// written in two halves with others in between is written twice. Then those of the source come from memory, which gives four neighbours in
/// little more than the time of one: a band of four strips fetches them for the next band, each strip for a quarter of the columns. A processor
/// that stores lines by halves would have to wait for those of the destination: they are fetched too.</remarks>
static unsafe class BlockTransposition
{
    /// <summary>The smallest number of neighbours on the source's axis that is worth a block.</summary>
    public const int Smallest = 4;

    const int Block = SixteenBySixteen.Size;
    const int Group = 4;
    const int Line = 16; // floats
    const int Quad = 4;

    // From so many bytes on, the near caches do not hold it, and what is written will not be in any cache when it is read.
    const long FarLength = 1 << 20, AwayLength = 1 << 25;
    const int SmallTile = 1 << 13, FarTile = 1 << 17, FarRows = 512;

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
        int mostRows = work.IsFar ? FarRows : Math.Max(4 * Block, SmallTile / work.Columns);
        work.TileRows = Math.Min(mostRows, (work.Rows + Block - 1) / Block * Block);
        work.TileColumns = Math.Max(Block, (work.IsFar ? FarTile : SmallTile) / work.TileRows / Block * Block);
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
            float* memory = stackalloc float[SixteenBySixteen.WorkLength + Line];
            float* lines = (float*)(((nint)memory + 63) & ~63);
            bool wide = sizeof(T) == sizeof(float) && SixteenBySixteen.IsSupported;
            if (sizeof(T) == sizeof(float) && right - left < Group && ToStride == right - left)
            {
                Narrow((float*)from + left * FromStride + top, FromStride, (float*)to + top * ToStride + left, bottom - top, right - left);
                return;
            }

            bool away = wide && IsLarge && (nint)to % 64 == 0 && ToStride % Line == 0;
            bool waits = !away && SixteenBySixteen.StoresHalves;
            int blocks = wide ? (right - left) / Block : 0, strips = away && Rows >= FarRows ? Quad : 1;
            for (int r = top; r < bottom; r += Block)
            {
                // The last block of each side begins as far back as a group needs.
                int row = Math.Max(top, Math.Min(r, bottom - Group)), height = Math.Min(Block, bottom - row), c = left;
                if (blocks > 0 && height == Block)
                {
                    int strip = (r - top) / Block % strips, band = (strips - strip) * Block;
                    float* source = (float*)from + left * FromStride + row;
                    float* next = IsFar && row + band + strips * Block <= Rows
                        ? source + blocks * Block / strips * strip * FromStride + band + Block - 1 : null;
                    Strip(source, (float*)to + row * ToStride + left, blocks, next, strips, away, lines);
                    c += blocks * Block;
                }

                for (; c < right; c += Block)
                {
                    int column = Math.Max(left, Math.Min(c, right - Group)), width = Math.Min(Block, right - column);
                    if (waits && wide && IsFar && row + 2 * Block <= Rows)
                        Fetch((float*)to + (row + Block) * ToStride + column + width - 1, ToStride);
                    Partial(from + column * FromStride + row, to + row * ToStride + column, height, width);
                }
            }
        }

        // Blocks of sixteen rows from end to end of a tile. `next` is the first line that they fetch, null where they fetch none: one of each
        // column, or, with four strips in a band, four neighbouring ones of each of a quarter of the columns.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Strip(float* source, float* destination, int blocks, float* next, int strips, bool away, float* lines)
        {
            nint fromStride = FromStride, toStride = ToStride, step = Block * fromStride, ahead = step / strips;
            bool fetches = next != null;
            for (; blocks > 0; blocks--, source += step, destination += Block, next += ahead)
            {
                if (SixteenBySixteen.StoresHalves && !away && fetches)
                    Fetch(destination + Block * toStride + Block - 1, toStride);
                if (strips == Quad && fetches)
                    FetchQuads(next, fromStride);
                else if (fetches)
                    Fetch(next, fromStride);
                SixteenBySixteen.Turn(source, fromStride, destination, toStride, away, lines);
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

    // A line of each of the columns, for the rows that follow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Fetch(float* next, nint stride)
    {
        for (int j = 0; j < Block; j++)
            Sse.Prefetch1(next + j * stride);
    }

    // Four neighbouring lines of a quarter of the columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void FetchQuads(float* next, nint stride)
    {
        for (int j = 0; j < Block; j += Quad, next += stride)
        {
            Sse.Prefetch1(next);
            Sse.Prefetch1(next + Line);
            Sse.Prefetch1(next + 2 * Line);
            Sse.Prefetch1(next + 3 * Line);
        }
    }
}
