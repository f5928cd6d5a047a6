using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>Takes the rows of a product piece by piece, each while it is in the first-level cache.</summary>
unsafe interface IRowConsumer
{
    /// <summary>These columns of this row will come soon: whatever they will be combined with may be fetched.</summary>
    void Expect(int row, int column, int length);

    /// <summary>The values of one row from <paramref name="column"/> on.</summary>
    void Take(int row, int column, float* values, int length);
}

/// <summary>Products that sum over the rows of both operands: c[i, k] = sum over s of a[s, i] b[s, k]. With a the gradient of
/// a linear layer's output and b its input this is the gradient of its weight; with a read across, it is an ordinary matrix
/// product.</summary>
/// <remarks>A tile keeps 4 rows by 4 registers of c while s runs. b is copied in chunks of columns that stay in cache
/// (turning bytes into floats on the way), a in groups of four rows. c is never written whole: a consumer gets each piece
/// while it is hot, so that an optimizer can apply a gradient that never exists in memory.</remarks>
static unsafe class ColumnProducts
{
    const int ChunkFloats = 1 << 16;
    const int LongestSum = 1024;

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
        if (columns == 0)
            return;
        var work = new Work<C>
        {
            A = a, StrideS = strideS, StrideI = strideI, B = b, Sums = sums, Rows = rows, Columns = columns,
            Consumer = consumer, Backwards = backwards,
        };
        int parts = (rows + 3) / 4;
        if ((long)sums * rows * columns < 1 << 18)
            work.Run(0, parts, 0);
        else
            Workers.Run(work, parts);
    }

    struct Work<C> : IWork
        where C : struct, IRowConsumer
    {
        public float* A;
        public int StrideS, StrideI, Sums, Rows, Columns;
        public Rows B;
        public C Consumer;
        public bool Backwards;

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
            int tile = 4 * S.Width;
            int block = Math.Clamp(Sums, 1, LongestSum);
            int chunk = Math.Clamp(ChunkFloats / block / tile, 1, 384 / tile) * tile;
            chunk = Math.Min(chunk, (Columns + tile - 1) / tile * tile);
            bool whole = Sums <= LongestSum;
            int quads = last - first;

            float* packedA = Scratch.Take(quads * 4 * Sums + block * chunk + (whole ? 4 : quads * 4) * chunk);
            float* packedB = packedA + (nint)quads * 4 * Sums;
            float* c = packedB + (nint)block * chunk;
            PackA(packedA, first, last);

            int chunks = (Columns + chunk - 1) / chunk;
            for (int i = 0; i < chunks; i++)
            {
                int column = (Backwards ? chunks - 1 - i : i) * chunk;
                int length = Math.Min(chunk, Columns - column);
                for (int s = 0; s == 0 || s < Sums; s += block)
                {
                    int count = Math.Min(block, Sums - s);
                    PackB(packedB, s, count, column, length, chunk);
                    for (int j = 0; j < quads; j++)
                    {
                        int quad = Backwards ? quads - 1 - j : j;
                        int row = (first + quad) * 4;
                        int valid = Math.Min(4, Rows - row);
                        float* sums = whole ? c : c + (nint)quad * 4 * chunk;
                        if (s + block >= Sums)
                        {
                            for (int r = 0; r < valid; r++)
                                Consumer.Expect(row + r, column, length);
                        }

                        float* a = packedA + ((nint)quad * Sums + s) * 4;
                        for (int k = 0; k < length; k += tile)
                            Tile<S, V>(a, packedB + k, chunk, sums + k, count, s > 0);
                        if (s + block < Sums)
                            continue;
                        for (int r = 0; r < valid; r++)
                            Consumer.Take(row + r, column, sums + (nint)r * chunk, length);
                    }
                }
            }
        }

        // [quad][s][4]; past the last row the last one stands again and nobody takes its sums.
        readonly void PackA(float* packed, int first, int last)
        {
            for (int quad = first; quad < last; quad++)
            {
                int row = quad * 4;
                nint i1 = Math.Min(row + 1, Rows - 1), i2 = Math.Min(row + 2, Rows - 1), i3 = Math.Min(row + 3, Rows - 1);
                float* a = A;
                for (int s = 0; s < Sums; s++, a += StrideS, packed += 4)
                {
                    packed[0] = a[(nint)row * StrideI];
                    packed[1] = a[i1 * StrideI];
                    packed[2] = a[i2 * StrideI];
                    packed[3] = a[i3 * StrideI];
                }
            }
        }

        readonly void PackB(float* packed, int s, int count, int column, int length, int chunk)
        {
            for (int i = 0; i < count; i++, packed += chunk)
            {
                B.Copy(s + i, column, length, packed);
                for (int k = length; k < chunk; k++)
                    packed[k] = 0;
            }
        }
    }

    // c[4, 4 registers] = or += sum over s of a[s, 4] b[s, 4 registers].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile<S, V>(float* a, float* b, nint stride, float* c, int count, bool add)
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

        for (int s = 0; s < count; s++, a += 4, b += stride)
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
        public void Expect(int row, int column, int length)
        {
        }

        /// <inheritdoc/>
        public void Take(int row, int column, float* values, int length) =>
            new ReadOnlySpan<float>(values, length).CopyTo(
                new Span<float>(destination + (nint)row * stride + column, length));
    }
}
