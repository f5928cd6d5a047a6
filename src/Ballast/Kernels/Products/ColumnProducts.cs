using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Takes the rows of a product piece by piece, each while it is in the first-level cache.</summary>
unsafe interface IRowEpilogue
{
    /// <summary>The values of one row from <paramref name="column"/> on.</summary>
    void Take(int row, int column, float* values, int length);

    /// <summary>Where c begins, if it is to be written and no more; null for a consumer that takes.</summary>
    float* Memory { get; }

    /// <summary>From one row to the next in <see cref="Memory"/>.</summary>
    int Stride { get; }
}

/// <summary>Products that sum over the rows of both operands: c[i, k] = sum over s of a[s, i] b[s, k]. With a the gradient of
/// a linear layer's output and b its input this is the gradient of its weight; with a read across, it is an ordinary matrix
/// product.</summary>
/// <remarks>A tile keeps 4 rows by 4 registers of c while s runs. b is copied, a chunk of columns at a time, into tiles that
/// stay in cache (turning bytes into floats on the way), a into groups of four rows. c is never written whole: a consumer gets each piece
/// while it is hot, so that an optimizer can apply a gradient that never exists in memory.</remarks>
static unsafe partial class ColumnProducts
{
    /// <summary>How many columns a consumer gets at once; fewer at the end of a row alone.</summary>
    public const int LongestChunk = 512;

    const int WidestTile = 64;
    const int FewSums = 16;
    const int BlockSums = 128;
    const int ManySums = 256;

    /// <summary>The scalar reference: the formula.</summary>
    public static void Reference(
        ReadOnlySpan<float> a, int strideS, int strideI, ReadOnlySpan<float> b, Span<float> c, int sums, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < columns; k++)
            {
                double sum = 0;
                for (int s = 0; s < sums; s++)
                    sum += (double)a[s * strideS + i * strideI] * b[s * columns + k];
                c[i * columns + k] = (float)sum;
            }
        }
    }

    /// <summary>Gives <paramref name="consumer"/> every row of c[i, k] = sum over s of a[s, i] b[s, k].</summary>
    /// <param name="a">a[s, i] is at s * strideS + i * strideI.</param>
    /// <param name="strideS">From one s to the next in a.</param>
    /// <param name="strideI">From one i to the next in a.</param>
    /// <param name="b">Rows s of b.</param>
    /// <param name="sums">How many s there are.</param>
    /// <param name="rows">How many i there are.</param>
    /// <param name="columns">How many k there are.</param>
    /// <param name="consumer">Takes c.</param>
    /// <param name="backwards">Take the rows from the last to the first. A caller that alternates finds the end of one pass
    /// still in cache at the start of the next. The values are the same.</param>
    /// <param name="add">Add c to the consumer's memory instead of writing it there.</param>
    public static void Compute<C>(
        float* a, int strideS, int strideI, RowPrologue b, int sums, int rows, int columns, C consumer, bool backwards = false, bool add = false)
        where C : struct, IRowEpilogue
    {
        var work = new Work<C>
        {
            A = a,
            StrideS = strideS,
            StrideI = strideI,
            B = b,
            Sums = sums,
            Rows = rows,
            Columns = columns,
            Consumer = consumer,
            Backwards = backwards,
            Add = add,
        };
        Workers.Run(work, work.Parts, (long)sums * rows * columns, SharedFrom.Products);
    }

    partial struct Work<C> : IWork, IWideWork
        where C : struct, IRowEpilogue
    {
        public float* A;
        public int StrideS, StrideI, Sums, Rows, Columns;
        public RowPrologue B;
        public C Consumer;
        public bool Backwards, Add;

        // What workers share out they pack once, the other operand each for itself: a of many rows, b of many columns. What consumers take
        // comes in whole chunks; with few sums each worker keeps its rows.
        readonly bool ByColumns => Consumer.Memory is null ? Sums >= ManySums && Columns >= 4 * LongestChunk : Sums > FewSums && Columns > Rows;

        readonly int Quads => (Rows + 3) / 4;

        readonly int PartColumns => Consumer.Memory is null ? LongestChunk : WidestTile;

        public readonly int Parts => ByColumns ? (Columns + PartColumns - 1) / PartColumns : Quads;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var (firstQuad, lastQuad) = ByColumns ? (0, Quads) : (first, last);
            var (left, right) = ByColumns ? (first * PartColumns, Math.Min(last * PartColumns, Columns)) : (0, Columns);
            int quads = lastQuad - firstQuad;
            int tile = 4 * S.Width;
            int chunk = Math.Min(LongestChunk, (right - left + tile - 1) / tile * tile), chunks = (right - left + LongestChunk - 1) / LongestChunk;
            bool few = Sums <= FewSums && !Add;
            int block = Math.Min(Sums, few ? FewSums : BlockSums);
            int rowsC = Consumer.Memory is not null || few ? 4 : quads * 4;

            // Up to half of the second-level cache holds a packed; more of it is packed block by block, just before it is used.
            int kept = few || quads * 4 <= Caches.Rows(Sums, 2) ? Sums : block;
            float* packedA = Scratch.Take(quads * 4 * kept + block * chunk + rowsC * chunk);
            float* packedB = packedA + (nint)quads * 4 * kept;
            float* c = packedB + (nint)block * chunk;
            if (kept == Sums)
                PackA(packedA, firstQuad, lastQuad, 0, Sums);

            for (int i = 0; i < chunks; i++)
            {
                int column = left + (Backwards ? chunks - 1 - i : i) * LongestChunk;
                int length = Math.Min(chunk, right - column);
                if (few)
                    RunFew<S, V>(packedA, packedB, c, chunk, firstQuad, quads, column, length);
                else
                    RunMany<S, V>(packedA, kept, packedB, c, chunk, firstQuad, quads, column, length);
            }
        }

        // A chunk of b stays in the first-level cache as it is; each group of rows is finished before the next begins.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void RunFew<S, V>(
            float* packedA, float* packedB, float* c, int chunk, int first, int quads, int column, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int tile = 4 * S.Width;
            PackB<S, V>(packedB, 0, Sums, column, length);
            for (int j = 0; j < quads; j++)
            {
                int quad = Backwards ? quads - 1 - j : j;
                int row = (first + quad) * 4;
                bool direct = Consumer.Memory is not null && row + 4 <= Rows && length % tile == 0;
                float* to = direct ? Consumer.Memory + (nint)row * Consumer.Stride + column : c;
                for (int k = 0; k < length; k += tile)
                {
                    Tile<S, V>(packedA + (nint)quad * Sums * 4, packedB + (nint)k * Sums, to + k,
                        direct ? Consumer.Stride : chunk, Sums, add: false);
                }

                if (!direct)
                    Take(c, chunk, row, column, length);
            }
        }

        // A block of b, one tile wide, stays in the first-level cache while all rows use it.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void RunMany<S, V>(
            float* packedA, int kept, float* packedB, float* c, int chunk, int first, int quads, int column, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int tile = 4 * S.Width;
            bool memory = Consumer.Memory is not null;
            for (int s = 0; s < Sums; s += BlockSums)
            {
                int count = Math.Min(BlockSums, Sums - s);
                PackB<S, V>(packedB, s, count, column, length);
                if (kept < Sums)
                    PackA(packedA, first, first + quads, s, count);
                for (int k = 0; k < length; k += tile)
                {
                    float* b = packedB + (nint)k * count;
                    int width = Math.Min(tile, length - k);
                    for (int quad = 0; quad < quads; quad++)
                    {
                        int row = (first + quad) * 4;
                        float* a = packedA + (kept < Sums ? (nint)quad * count : (nint)quad * Sums + s) * 4;
                        if (!memory)
                        {
                            Tile<S, V>(a, b, c + (nint)quad * 4 * chunk + k, chunk, count, s > 0);
                            continue;
                        }

                        float* to = Consumer.Memory + (nint)row * Consumer.Stride + column + k;
                        // Sums that go on lie in the second-level cache: those of the next quad come while this one's are made.
                        for (int r = 4; r < 8 && (Add || s > 0); r++)
                            Region.Ahead(to, width, (nint)r * Consumer.Stride);
                        if (row + 4 <= Rows && width == tile)
                            Tile<S, V>(a, b, to, Consumer.Stride, count, Add || s > 0);
                        else
                            TileEdge<S, V>(a, b, c, to, Math.Min(4, Rows - row), width, count, Add || s > 0);
                    }
                }
            }

            for (int j = 0; j < quads && !memory; j++)
            {
                int quad = Backwards ? quads - 1 - j : j;
                Take(c + (nint)quad * 4 * chunk, chunk, (first + quad) * 4, column, length);
            }
        }

        // A tile that reaches past the rows or columns of c goes there by way of scratch memory.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void TileEdge<S, V>(float* a, float* b, float* c, float* to, int rows, int width, int count, bool add)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int tile = 4 * S.Width;
            for (int r = 0; add && r < rows; r++)
                new ReadOnlySpan<float>(to + (nint)r * Consumer.Stride, width).CopyTo(new Span<float>(c + r * tile, width));
            Tile<S, V>(a, b, c, tile, count, add);
            for (int r = 0; r < rows; r++)
                new ReadOnlySpan<float>(c + r * tile, width).CopyTo(new Span<float>(to + (nint)r * Consumer.Stride, width));
        }

        readonly void Take(float* c, int stride, int row, int column, int length)
        {
            for (int r = 0; r < Math.Min(4, Rows - row); r++)
                Consumer.Take(row + r, column, c + (nint)r * stride, length);
        }
    }

    /// <summary>Writes c to memory, row after row.</summary>
    public readonly struct ToMemory(float* destination, int stride) : IRowEpilogue
    {
        /// <inheritdoc/>
        public void Take(int row, int column, float* values, int length) =>
            new ReadOnlySpan<float>(values, length).CopyTo(
                new Span<float>(destination + (nint)row * stride + column, length));

        /// <inheritdoc/>
        public float* Memory => destination;

        /// <inheritdoc/>
        public int Stride => stride;
    }
}
