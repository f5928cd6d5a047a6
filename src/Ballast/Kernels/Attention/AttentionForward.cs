using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>softmax(scale Q K^T + mask) V by blocks of queries and keys, with the largest product and the sum of a row carried from block to
/// block (Dao et al. 2022; Milakov and Gimelshein 2018): the products of all queries with all keys are never in memory.</summary>
unsafe struct AttentionForward
{
    const int Lanes = 16;

    /// <summary>The sizes.</summary>
    public AttentionShape Shape;

    /// <summary>Queries, keys, values, the result, and what is added to the products, if anything.</summary>
    public MatrixRows Q, K, V, Y, Mask;

    /// <summary>[batches, queries]: the logarithm of the sum of a row's exponentials.</summary>
    public float* LogSums;

    /// <summary>Computes all.</summary>
    public readonly void Run()
    {
        var s = Shape;
        Workers.Run(new Work { Pass = this }, s.Batches * s.QueryBlocks, (long)s.Batches * s.Queries * s.Keys, SharedFrom.Function / 4);
    }

    struct Work : IWork, IWideWork
    {
        public AttentionForward Pass;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, T>(int first, int last)
            where S : struct, ISimd<T>
            where T : unmanaged
        {
            var s = Pass.Shape;
            int width = Panels.Padded(s.ValueDepth), keys = Panels.Padded(s.Keys);
            float* turned = Scratch.Take(
                keys * s.Depth + s.Keys * width + AttentionShape.QueryBlock * (AttentionShape.KeyBlock + 2 * width));
            float* values = turned + (nint)keys * s.Depth, scores = values + (nint)s.Keys * width;
            float* sums = scores + AttentionShape.QueryBlock * AttentionShape.KeyBlock;
            for (int part = first, packed = -1; part < last; part++)
            {
                int batch = part / s.QueryBlocks;
                if (batch != packed)
                {
                    AttentionScores.PackTurned(Pass.K, batch, s.Keys, s.Depth, turned);
                    AttentionScores.Scale<S, T>(turned, keys * s.Depth, s.Scale);
                    for (int key = 0; key < s.Keys; key += AttentionShape.KeyBlock)
                    {
                        AttentionScores.Pack(Pass.V, batch, key, Math.Min(AttentionShape.KeyBlock, s.Keys - key), s.ValueDepth,
                            values + (nint)key * width);
                    }

                    packed = batch;
                }

                int next = batch < (last - 1) / s.QueryBlocks ? batch + 1 : -1;
                Pass.Block<S, T>(batch, next, part % s.QueryBlocks * AttentionShape.QueryBlock, turned, values, scores, sums, width);
            }
        }
    }

    // A block of queries with all keys, while the rows of the next matrix are asked for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Block<S, T>(int batch, int next, int first, float* turned, float* values, float* scores, float* sums, int width)
        where S : struct, ISimd<T>
        where T : unmanaged
    {
        const int stride = AttentionShape.KeyBlock;
        int count = Math.Min(AttentionShape.QueryBlock, Shape.Queries - first), seen = Shape.Seen(first + count);
        float* largest = stackalloc float[AttentionShape.QueryBlock];
        float* origins = stackalloc float[AttentionShape.QueryBlock];
        float* totals = stackalloc float[AttentionShape.QueryBlock];
        float* lanes = stackalloc float[Lanes];
        float* before = stackalloc float[AttentionShape.QueryBlock];
        nint* offsets = stackalloc nint[1];
        MatrixRows rows = new(scores, offsets, stride);
        offsets[0] = 0;
        float* fresh = sums + AttentionShape.QueryBlock * width;
        new Span<float>(lanes, Lanes).Fill(float.NegativeInfinity);
        for (int row = 0; row < count; row++)
            (largest[row], totals[row]) = (float.NegativeInfinity, 0);
        for (int key = 0; key == 0 || key < seen; key += stride)
        {
            int keys = Math.Min(stride, Shape.Keys - key);
            AttentionScores.Multiply<S, T>(Q, batch, first, count, Shape.Depth, turned + (nint)key * Shape.Depth, keys, scores, stride);
            for (int row = 0; row < count; row++)
            {
                float* score = scores + row * stride;
                if (key == 0)
                    AskAround(batch, next, first + row);
                AttentionScores.Mask<S, T>(score, keys, Math.Min(keys, Shape.Seen(first + row + 1) - key),
                    Mask.IsEmpty ? null : Mask.Row(batch, first + row) + key);
                float most = MathF.Max(before[row] = largest[row], Largest<S, T>(score, keys, lanes));
                // No exponential of minus infinity less itself: a query that has seen no key yet counts from 0.
                (largest[row], origins[row]) = (most, float.IsNegativeInfinity(most) ? 0 : most);
            }

            for (int row = 0; row < count; row++)
            {
                float sum = Exponentials<S, T>(scores + row * stride, keys, origins[row]);
                before[row] = float.IsNegativeInfinity(before[row]) ? 0 : MathF.Exp(before[row] - origins[row]);
                totals[row] = totals[row] * before[row] + sum;
            }

            AttentionScores.Multiply<S, T>(rows, 0, 0, count, keys, values + (nint)key * width, Shape.ValueDepth, key == 0 ? sums : fresh, width);
            for (int row = 0; row < count && key > 0; row++)
            {
                T factor = S.Broadcast(before[row]);
                for (int i = row * width; i < (row + 1) * width; i += S.Width)
                    S.Store(sums + i, S.Fma(S.Load(sums + i), factor, S.Load(fresh + i)));
            }
        }

        for (int row = 0; row < count; row++)
        {
            float inverse = 1 / totals[row];
            float* y = Y.Row(batch, first + row), sum = sums + row * width;
            int i = 0;
            for (T factor = S.Broadcast(inverse); i + S.Width <= Shape.ValueDepth; i += S.Width)
                S.Store(y + i, S.Multiply(S.Load(sum + i), factor));
            for (; i < Shape.ValueDepth; i++)
                y[i] = sum[i] * inverse;
            LogSums[(nint)batch * Shape.Queries + first + row] = largest[row] + MathF.Log(totals[row]);
        }
    }

    // The same row of the next matrix will be read, and this one's result written.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void AskAround(int batch, int next, int row)
    {
        AttentionScores.AskEarly(Y, batch, row, Shape.ValueDepth);
        if (next < 0)
            return;
        AttentionScores.AskEarly(Q, next, row, Shape.Depth);
        if (row >= Shape.Keys)
            return;
        AttentionScores.AskEarly(K, next, row, Shape.Depth);
        AttentionScores.AskEarly(V, next, row, Shape.ValueDepth);
    }

    // The largest of a row. Memory holds sixteen lanes, of which those that no register has are minus infinity.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Largest<S, T>(float* row, int count, float* lanes)
        where S : struct, ISimd<T>
        where T : unmanaged
    {
        T top = S.Load(row);
        for (int i = S.Width; i < count; i += S.Width)
            top = S.Max(top, S.Load(row + i));
        S.Store(lanes, top);
        var quads = Vector128.Max(
            Vector128.Max(Vector128.Load(lanes), Vector128.Load(lanes + 4)), Vector128.Max(Vector128.Load(lanes + 8), Vector128.Load(lanes + 12)));
        return MathF.Max(MathF.Max(quads[0], quads[1]), MathF.Max(quads[2], quads[3]));
    }

    // Replaces products by their exponentials less an origin; their sum. No call may follow in this method: the sum would go through memory
    // with each register.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Exponentials<S, T>(float* row, int count, float origin)
        where S : struct, ISimd<T>
        where T : unmanaged
    {
        T minus = S.Broadcast(origin), sum = S.Broadcast(0);
        for (int i = 0; i < count; i += S.Width)
        {
            T e = ExponentialFunction.Rough<S, T>(S.Subtract(S.Load(row + i), minus));
            S.Store(row + i, e);
            sum = S.Add(sum, e);
        }

        return S.Sum(sum);
    }
}
