using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Takes the rows of a product piece by piece, each while it is in the first-level cache.</summary>
unsafe interface IRowConsumer
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
static unsafe class ColumnProducts
{
    const int LongestChunk = 512; // columns that a consumer gets at once
    const int FewSums = 16;
    const int BlockSums = 128;
    const int ManySums = 256;
    const int SerialProducts = 1 << 18;
    const int PrefetchRows = 16;

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
    public static void Compute<C>(
        float* a, int strideS, int strideI, Rows b, int sums, int rows, int columns, C consumer, bool backwards = false)
        where C : struct, IRowConsumer
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
        };
        if ((long)sums * rows * columns < SerialProducts)
            work.Run(0, work.Parts, 0);
        else
            Workers.Run(work, work.Parts);
    }

    struct Work<C> : IWork
        where C : struct, IRowConsumer
    {
        public float* A;
        public int StrideS, StrideI, Sums, Rows, Columns;
        public Rows B;
        public C Consumer;
        public bool Backwards;

        // With many sums, turning b into floats is dear: each worker takes columns of its own. With few, each keeps its rows.
        readonly bool ByChunks => Sums >= ManySums && Columns >= 4 * LongestChunk;

        readonly int Quads => (Rows + 3) / 4;

        readonly int Chunks => (Columns + LongestChunk - 1) / LongestChunk;

        public readonly int Parts => ByChunks ? Chunks : Quads;

        public readonly void Run(int first, int last, int worker)
        {
            if (Vector512.IsHardwareAccelerated)
                Run<Simd512, Vector512<float>>(first, last);
            else if (Vector256.IsHardwareAccelerated)
                Run<Simd256, Vector256<float>>(first, last);
            else
                Run<Simd128, Vector128<float>>(first, last);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var (firstQuad, lastQuad) = ByChunks ? (0, Quads) : (first, last);
            var (firstChunk, lastChunk) = ByChunks ? (first, last) : (0, Chunks);
            int quads = lastQuad - firstQuad;
            int tile = 4 * S.Width;
            int chunk = Math.Min(LongestChunk, (Columns + tile - 1) / tile * tile);
            bool few = Sums <= FewSums;
            int block = Math.Min(Sums, few ? FewSums : BlockSums);
            int rowsC = Consumer.Memory is not null || few ? 4 : quads * 4;

            float* packedA = Scratch.Take(quads * 4 * Sums + block * chunk + rowsC * chunk);
            float* packedB = packedA + (nint)quads * 4 * Sums;
            float* c = packedB + (nint)block * chunk;
            PackA(packedA, firstQuad, lastQuad);

            for (int i = firstChunk; i < lastChunk; i++)
            {
                int column = (Backwards ? lastChunk - 1 - (i - firstChunk) : i) * LongestChunk;
                int length = Math.Min(chunk, Columns - column);
                if (few)
                    RunFew<S, V>(packedA, packedB, c, chunk, firstQuad, quads, column, length);
                else
                    RunMany<S, V>(packedA, packedB, c, chunk, firstQuad, quads, column, length);
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
            float* packedA, float* packedB, float* c, int chunk, int first, int quads, int column, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int tile = 4 * S.Width;
            bool memory = Consumer.Memory is not null;
            for (int s = 0; s < Sums; s += BlockSums)
            {
                int count = Math.Min(BlockSums, Sums - s);
                PackB<S, V>(packedB, s, count, column, length);
                for (int k = 0; k < length; k += tile)
                {
                    float* b = packedB + (nint)k * count;
                    int width = Math.Min(tile, length - k);
                    for (int quad = 0; quad < quads; quad++)
                    {
                        int row = (first + quad) * 4;
                        float* a = packedA + ((nint)quad * Sums + s) * 4;
                        if (!memory)
                        {
                            Tile<S, V>(a, b, c + (nint)quad * 4 * chunk + k, chunk, count, s > 0);
                            continue;
                        }

                        float* to = Consumer.Memory + (nint)row * Consumer.Stride + column + k;
                        if (row + 4 <= Rows && width == tile)
                            Tile<S, V>(a, b, to, Consumer.Stride, count, s > 0);
                        else
                            TileEdge<S, V>(a, b, c, to, Math.Min(4, Rows - row), width, count, s > 0);
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

        // [quad][s][4]; past the last row the last one stands again and nobody takes its sums.
        readonly void PackA(float* packed, int first, int last)
        {
            for (int quad = first; quad < last; quad++, packed += 4 * Sums)
            {
                int row = quad * 4, valid = Math.Min(4, Rows - row);
                float* a = A + (nint)row * StrideI;
                if (valid == 4 && StrideI == 1)
                    PackColumns(a, packed);
                else
                    PackRows(a, packed, valid);
            }
        }

        // Four neighbouring values of each s.
        readonly void PackColumns(float* a, float* packed)
        {
            for (int s = 0; s < Sums; s++)
                Vector128.Load(a + (nint)s * StrideS).Store(packed + 4 * s);
        }

        readonly void PackRows(float* a, float* packed, int valid)
        {
            nint i1 = valid > 1 ? StrideI : 0, i2 = valid > 2 ? 2 * StrideI : i1, i3 = valid > 3 ? 3 * StrideI : i2;
            int s = 0;
            for (; StrideS == 1 && s <= Sums - 4; s += 4)
            {
                var (r0, r1) = (Vector128.Load(a + s), Vector128.Load(a + i1 + s));
                var (r2, r3) = (Vector128.Load(a + i2 + s), Vector128.Load(a + i3 + s));
                // A 4 x 4 transpose: pairs of values first, then pairs of pairs.
                var (low01, high01) = Interleave(r0, r1);
                var (low23, high23) = Interleave(r2, r3);
                Pair(low01, low23, lower: true).Store(packed + 4 * s);
                Pair(low01, low23, lower: false).Store(packed + 4 * s + 4);
                Pair(high01, high23, lower: true).Store(packed + 4 * s + 8);
                Pair(high01, high23, lower: false).Store(packed + 4 * s + 12);
            }

            for (; s < Sums; s++)
            {
                float* from = a + (nint)s * StrideS;
                packed[4 * s] = from[0];
                packed[4 * s + 1] = from[i1];
                packed[4 * s + 2] = from[i2];
                packed[4 * s + 3] = from[i3];
            }
        }

        static (Vector128<float> Low, Vector128<float> High) Interleave(Vector128<float> a, Vector128<float> b) =>
            Sse.IsSupported
                ? (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b))
                : (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));

        static Vector128<float> Pair(Vector128<float> a, Vector128<float> b, bool lower) =>
            lower ? Vector128.Create(a.GetLower(), b.GetLower()) : Vector128.Create(a.GetUpper(), b.GetUpper());

        // [tile][s][4 registers], zero past the last column.
        readonly void PackB<S, V>(float* packed, int s, int count, int column, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int tile = 4 * S.Width;
            nint stride = (nint)tile * count;
            for (int i = 0; i < count; i++)
            {
                B.Prefetch(Math.Min(s + i + PrefetchRows, Sums - 1), column, length);
                B.CopyTiles<S, V>(s + i, column, length, packed + i * tile, stride);
            }
        }
    }

    // c[4, 4 registers] = or += sum over s of a[s, 4] b[s, 4 registers].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile<S, V>(float* a, float* b, float* c, nint stride, int count, bool add)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        nint w = S.Width;
        float* c1 = c + stride, c2 = c1 + stride, c3 = c2 + stride;
        V p0 = S.Broadcast(0), p1 = p0, p2 = p0, p3 = p0;
        V q0 = p0, q1 = p0, q2 = p0, q3 = p0;
        V r0 = p0, r1 = p0, r2 = p0, r3 = p0;
        V t0 = p0, t1 = p0, t2 = p0, t3 = p0;
        if (add)
        {
            (p0, p1, p2, p3) = (S.Load(c), S.Load(c + w), S.Load(c + 2 * w), S.Load(c + 3 * w));
            (q0, q1, q2, q3) = (S.Load(c1), S.Load(c1 + w), S.Load(c1 + 2 * w), S.Load(c1 + 3 * w));
            (r0, r1, r2, r3) = (S.Load(c2), S.Load(c2 + w), S.Load(c2 + 2 * w), S.Load(c2 + 3 * w));
            (t0, t1, t2, t3) = (S.Load(c3), S.Load(c3 + w), S.Load(c3 + 2 * w), S.Load(c3 + 3 * w));
        }

        for (int s = 0; s < count; s++, a += 4, b += 4 * w)
        {
            V b0 = S.Load(b), b1 = S.Load(b + w), b2 = S.Load(b + 2 * w), b3 = S.Load(b + 3 * w);
            V v = S.Broadcast(a[0]);
            p0 = S.Fma(v, b0, p0);
            p1 = S.Fma(v, b1, p1);
            p2 = S.Fma(v, b2, p2);
            p3 = S.Fma(v, b3, p3);
            v = S.Broadcast(a[1]);
            q0 = S.Fma(v, b0, q0);
            q1 = S.Fma(v, b1, q1);
            q2 = S.Fma(v, b2, q2);
            q3 = S.Fma(v, b3, q3);
            v = S.Broadcast(a[2]);
            r0 = S.Fma(v, b0, r0);
            r1 = S.Fma(v, b1, r1);
            r2 = S.Fma(v, b2, r2);
            r3 = S.Fma(v, b3, r3);
            v = S.Broadcast(a[3]);
            t0 = S.Fma(v, b0, t0);
            t1 = S.Fma(v, b1, t1);
            t2 = S.Fma(v, b2, t2);
            t3 = S.Fma(v, b3, t3);
        }

        S.Store(c, p0);
        S.Store(c + w, p1);
        S.Store(c + 2 * w, p2);
        S.Store(c + 3 * w, p3);
        S.Store(c1, q0);
        S.Store(c1 + w, q1);
        S.Store(c1 + 2 * w, q2);
        S.Store(c1 + 3 * w, q3);
        S.Store(c2, r0);
        S.Store(c2 + w, r1);
        S.Store(c2 + 2 * w, r2);
        S.Store(c2 + 3 * w, r3);
        S.Store(c3, t0);
        S.Store(c3 + w, t1);
        S.Store(c3 + 2 * w, t2);
        S.Store(c3 + 3 * w, t3);
    }

    /// <summary>Writes c to memory, row after row.</summary>
    public readonly struct ToMemory(float* destination, int stride) : IRowConsumer
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
