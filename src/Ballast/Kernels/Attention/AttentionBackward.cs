using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The gradients of queries, keys and values: the softmax is computed once more, block by block, from the logarithms of its sums. With
/// P the softmax and D = dY V^T, dS = scale P (D - sum of dY Y), dV = P^T dY, dQ = dS K and dK = dS^T Q (Dao et al. 2022).</summary>
unsafe struct AttentionBackward
{
    /// <summary>The sizes.</summary>
    public AttentionShape Shape;

    /// <summary>Queries, keys, values, the result, its gradient, and what is added to the products, if anything.</summary>
    public MatrixRows Q, K, V, Y, G, Mask;

    /// <summary>The gradients.</summary>
    public MatrixRows DQ, DK, DV;

    /// <summary>[batches, queries]: the logarithm of the sum of a row's exponentials.</summary>
    public float* LogSums;

    /// <summary>Computes all.</summary>
    public readonly void Run()
    {
        var s = Shape;
        Workers.Run(new Work { Pass = this }, s.Batches, (long)s.Batches * s.Queries * s.Keys, SharedFrom.Function / 4);
    }

    struct Work : IWork, IWideWork
    {
        public AttentionBackward Pass;

        public static int Pieces => 4;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, T>(int first, int last)
            where S : struct, ISimd<T>
            where T : unmanaged
        {
            for (int batch = first; batch < last; batch++)
                Pass.Matrix<S, T>(batch, batch + 1 < last ? batch + 1 : -1);
        }
    }

    // Working memory of one matrix.
    ref struct Memory
    {
        public float* TurnedK, TurnedV, PackedK, SumK, SumV, Scores, Products, PackedQ, PackedG, SumQ, Fresh;
        public int Depth, ValueDepth;

        public Memory(in AttentionShape s)
        {
            const int queries = AttentionShape.QueryBlock;
            (Depth, ValueDepth) = (Panels.Padded(s.Depth), Panels.Padded(s.ValueDepth));
            int keys = (Panels.Padded(s.Keys) + Panels.Rows - 1) / Panels.Rows * Panels.Rows, block = queries * AttentionShape.KeyBlock;
            TurnedK = Scratch.Take(keys * (s.Depth + s.ValueDepth + 2 * Depth + ValueDepth) + 2 * block + queries * (3 * Depth + ValueDepth));
            TurnedV = TurnedK + (nint)keys * s.Depth;
            PackedK = TurnedV + (nint)keys * s.ValueDepth;
            SumK = PackedK + (nint)keys * Depth;
            SumV = SumK + (nint)keys * Depth;
            Scores = SumV + (nint)keys * ValueDepth;
            Products = Scores + block;
            PackedQ = Products + block;
            SumQ = PackedQ + queries * Depth;
            Fresh = SumQ + queries * Depth;
            PackedG = Fresh + queries * Depth;
            new Span<float>(SumK, keys * (Depth + ValueDepth)).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Matrix<S, T>(int batch, int next)
        where S : struct, ISimd<T>
        where T : unmanaged
    {
        const int stride = AttentionShape.KeyBlock;
        Memory m = new(Shape);
        AttentionScores.PackTurned(K, batch, Shape.Keys, Shape.Depth, m.TurnedK);
        AttentionScores.Scale<S, T>(m.TurnedK, Panels.Padded(Shape.Keys) * Shape.Depth, Shape.Scale);
        AttentionScores.PackTurned(V, batch, Shape.Keys, Shape.ValueDepth, m.TurnedV);
        for (int key = 0; key < Shape.Keys; key += stride)
            AttentionScores.Pack(K, batch, key, Math.Min(stride, Shape.Keys - key), Shape.Depth, m.PackedK + (nint)key * m.Depth);
        for (int first = 0; first < Shape.Queries; first += AttentionShape.QueryBlock)
            Block<S, T>(batch, next, first, m);
        for (int key = 0; key < Shape.Keys; key++)
        {
            Unpack<S, T>(m.SumK, m.Depth, key, DK.Row(batch, key), Shape.Depth);
            Unpack<S, T>(m.SumV, m.ValueDepth, key, DV.Row(batch, key), Shape.ValueDepth);
        }
    }

    // A block of queries with all keys, while the rows of the next matrix are asked for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Block<S, T>(int batch, int next, int first, in Memory m)
        where S : struct, ISimd<T>
        where T : unmanaged
    {
        const int stride = AttentionShape.KeyBlock;
        int count = Math.Min(AttentionShape.QueryBlock, Shape.Queries - first), seen = Shape.Seen(first + count);
        float* deltas = stackalloc float[AttentionShape.QueryBlock];
        nint* offsets = stackalloc nint[1];
        offsets[0] = 0;
        MatrixRows gradients = new(m.Products, offsets, stride);
        AttentionScores.Ask(Q, batch, first, first + count, Shape.Depth);
        AttentionScores.Ask(Y, batch, first, first + count, Shape.ValueDepth);
        AttentionScores.Ask(G, batch, first, first + count, Shape.ValueDepth);
        for (int row = 0; row < count; row++)
            deltas[row] = Dot<S, T>(Y.Row(batch, first + row), G.Row(batch, first + row), Shape.ValueDepth);
        AttentionScores.Pack(Q, batch, first, count, Shape.Depth, m.PackedQ);
        AttentionScores.Pack(G, batch, first, count, Shape.ValueDepth, m.PackedG);
        for (int key = 0; key == 0 || key < seen; key += stride)
        {
            int keys = Math.Min(stride, Shape.Keys - key);
            AttentionScores.Multiply<S, T>(Q, batch, first, count, Shape.Depth, m.TurnedK + (nint)key * Shape.Depth, keys, m.Scores, stride);
            AttentionScores.Multiply<S, T>(
                G, batch, first, count, Shape.ValueDepth, m.TurnedV + (nint)key * Shape.ValueDepth, keys, m.Products, stride);
            for (int row = 0; row < count; row++)
            {
                float* score = m.Scores + row * stride;
                if (key == 0)
                    AskAround(batch, next, first + row);
                AttentionScores.Mask<S, T>(score, keys, Math.Min(keys, Shape.Seen(first + row + 1) - key),
                    Mask.IsEmpty ? null : Mask.Row(batch, first + row) + key);
                Gradients<S, T>(score, m.Products + row * stride, keys, LogSums[(nint)batch * Shape.Queries + first + row], deltas[row]);
            }

            AddColumns<S, T>(m.Scores, m.PackedG, count, keys, Shape.ValueDepth, m.SumV + (nint)key * m.ValueDepth, m.ValueDepth);
            AddColumns<S, T>(m.Products, m.PackedQ, count, keys, Shape.Depth, m.SumK + (nint)key * m.Depth, m.Depth);
            float* into = key == 0 ? m.SumQ : m.Fresh;
            AttentionScores.Multiply<S, T>(gradients, 0, 0, count, keys, m.PackedK + (nint)key * m.Depth, Shape.Depth, into, m.Depth);
            for (int i = 0; i < count * m.Depth && key > 0; i += S.Width)
                S.Store(m.SumQ + i, S.Add(S.Load(m.SumQ + i), S.Load(m.Fresh + i)));
        }

        for (int row = 0; row < count; row++)
            AttentionScores.Copy<S, T>(m.SumQ + row * m.Depth, DQ.Row(batch, first + row), Shape.Depth);
    }

    // The same row of the next matrix will be read, and this one's gradients written.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void AskAround(int batch, int next, int row)
    {
        AttentionScores.AskEarly(DQ, batch, row, Shape.Depth);
        if (row < Shape.Keys)
        {
            AttentionScores.AskEarly(DK, batch, row, Shape.Depth);
            AttentionScores.AskEarly(DV, batch, row, Shape.ValueDepth);
        }

        if (next < 0)
            return;
        AttentionScores.AskEarly(Q, next, row, Shape.Depth);
        AttentionScores.AskEarly(Y, next, row, Shape.ValueDepth);
        AttentionScores.AskEarly(G, next, row, Shape.ValueDepth);
        if (row >= Shape.Keys)
            return;
        AttentionScores.AskEarly(K, next, row, Shape.Depth);
        AttentionScores.AskEarly(V, next, row, Shape.ValueDepth);
    }

    // P in place of the products, and dS in place of the gradients of P, in a method of its own: beside calls no register outlasts a loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Gradients<S, T>(float* score, float* product, int count, float logSum, float delta)
        where S : struct, ISimd<T>
        where T : unmanaged
    {
        T minus = S.Broadcast(logSum), less = S.Broadcast(delta), scale = S.Broadcast(Shape.Scale);
        for (int i = 0; i < count; i += S.Width)
        {
            T p = ExponentialFunction.Rough<S, T>(S.Subtract(S.Load(score + i), minus));
            S.Store(score + i, p);
            S.Store(product + i, S.Multiply(S.Multiply(p, scale), S.Subtract(S.Load(product + i), less)));
        }
    }

    // sums[key][column] += the sum over the queries of a[query][key] panels[query][column], in tiles of eight keys.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AddColumns<S, T>(float* a, float* panels, int count, int keys, int columns, float* sums, int padded)
        where S : struct, ISimd<T>
        where T : unmanaged
    {
        const int tile = Panels.Rows;
        nint* offsets = stackalloc nint[tile];
        for (int i = 0; i < tile; i++)
            offsets[i] = i;
        for (int key = 0; key < keys; key += tile)
        {
            float* panel = panels, to = sums + (nint)key * padded;
            int width;
            for (int column = 0; column < columns; column += width)
            {
                width = Panels.Width<S, T>(columns - column);
                PanelColumns.Multiply<S, T>(a + key, offsets, panel, PairedPixels.Line(count, AttentionShape.KeyBlock, width), width, to);
                panel += count * width;
                to += tile * width;
            }
        }
    }

    // A key's sums, out of tiles of eight keys by one or two registers of columns.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Unpack<S, T>(float* sums, int padded, int key, float* to, int columns)
        where S : struct, ISimd<T>
        where T : unmanaged
    {
        float* tile = sums + (nint)(key / Panels.Rows * Panels.Rows) * padded;
        int width;
        for (int column = 0; column < columns; column += width)
        {
            width = Panels.Width<S, T>(columns - column);
            AttentionScores.Copy<S, T>(tile + key % Panels.Rows * width, to + column, Math.Min(width, columns - column));
            tile += Panels.Rows * width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Dot<S, T>(float* x, float* y, int length)
        where S : struct, ISimd<T>
        where T : unmanaged
    {
        T sum = S.Broadcast(0);
        int i = 0;
        for (; i + S.Width <= length; i += S.Width)
            sum = S.Fma(S.Load(x + i), S.Load(y + i), sum);
        float total = S.Sum(sum);
        for (; i < length; i++)
            total = MathF.FusedMultiplyAdd(x[i], y[i], total);
        return total;
    }
}
