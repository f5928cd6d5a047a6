using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Softmaxes of lines that lie side by side, and their gradients: a few rows of elements at a time, from one end of memory to the
/// other. Line by line, each element would lie in a page of its own, and all of them in a few sets of the caches.</summary>
static unsafe class SoftmaxColumns
{
    // So many terms are added up before they join the sum, about as many as a line of a thousand has pieces: in a longer sum of small
    // terms beside a large one, each addition would lose some more of them.
    const int Piece = 32;

    // So many rows are taken while the lines' own values are in registers.
    const int Rows = 8;

    /// <summary>The results y of <paramref name="count"/> lines.</summary>
    public static void Compute<K>(float* x, float* y, int size, nint stride, int count)
        where K : struct, ISoftmaxKind
    {
        float* max = stackalloc float[5 * LineParts.MostNeighbours];
        float* sum = max + count, part = sum + count, inverse = part + count, logSum = inverse + count;
        new Span<float>(x, count).CopyTo(new Span<float>(max, count));
        for (int i = 1; i < size; i += Rows)
            Simd.Run(new MaxLoop { X = x + i * stride, Max = max, Rows = Math.Min(Rows, size - i), Stride = stride }, count);
        new Span<float>(sum, count).Clear();
        for (int start = 0; start < size; start += Piece)
        {
            int end = Math.Min(size, start + Piece);
            new Span<float>(part, count).Clear();
            for (int i = start; i < end; i += Rows)
            {
                int rows = Math.Min(Rows, end - i);
                float* from = x + i * stride, to = y + i * stride;
                Simd.Run(new ExponentialLoop { X = from, Y = to, Max = max, Part = part, Rows = rows, Stride = stride }, count);
            }

            Simd.Run(new JoinLoop { Sum = sum, Part = part }, count);
        }

        Simd.Run(new DenominatorLoop { Sum = sum, Inverse = inverse, LogSum = logSum }, count);
        for (int i = 0; i < size; i += Rows)
        {
            Simd.Run(new FinishLoop<K>
            {
                X = x + i * stride,
                Y = y + i * stride,
                Max = max,
                Inverse = inverse,
                LogSum = logSum,
                Rows = Math.Min(Rows, size - i),
                Stride = stride,
            }, count);
        }
    }

    /// <summary>The gradients dx of <paramref name="count"/> lines.</summary>
    public static void Gradient<K>(float* g, float* y, float* dx, int size, nint stride, int count)
        where K : struct, ISoftmaxKind
    {
        float* sum = stackalloc float[2 * LineParts.MostNeighbours], part = sum + count;
        new Span<float>(sum, count).Clear();
        for (int start = 0; start < size; start += Piece)
        {
            int end = Math.Min(size, start + Piece);
            new Span<float>(part, count).Clear();
            for (int i = start; i < end; i += Rows)
            {
                int rows = Math.Min(Rows, end - i);
                Simd.Run(new TermLoop<K> { G = g + i * stride, Y = y + i * stride, Part = part, Rows = rows, Stride = stride }, count);
            }

            Simd.Run(new JoinLoop { Sum = sum, Part = part }, count);
        }

        for (int i = 0; i < size; i += Rows)
        {
            Simd.Run(new GradientLoop<K>
            {
                G = g + i * stride,
                Y = y + i * stride,
                Dx = dx + i * stride,
                Sum = sum,
                Rows = Math.Min(Rows, size - i),
                Stride = stride,
            }, count);
        }
    }

    struct MaxLoop : ILoop
    {
        public float* X, Max;
        public int Rows;
        public nint Stride;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int c, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; c <= length - S.Width; c += S.Width)
            {
                V max = S.Load(Max + c);
                float* x = X + c;
                for (int i = 0; i < Rows; i++, x += Stride)
                    max = S.Max(max, S.Load(x));
                S.Store(Max + c, max);
            }

            return c;
        }
    }

    struct ExponentialLoop : ILoop
    {
        public float* X, Y, Max, Part;
        public int Rows;
        public nint Stride;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int c, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; c <= length - S.Width; c += S.Width)
            {
                V max = S.Load(Max + c), part = S.Load(Part + c);
                float* x = X + c, y = Y + c;
                for (int i = 0; i < Rows; i++, x += Stride, y += Stride)
                {
                    V e = ExponentialFunction.UpToZero<S, V>(S.Subtract(S.Load(x), max));
                    S.Store(y, e);
                    part = S.Add(part, e);
                }

                S.Store(Part + c, part);
            }

            return c;
        }
    }

    struct JoinLoop : ILoop
    {
        public float* Sum, Part;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int c, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; c <= length - S.Width; c += S.Width)
                S.Store(Sum + c, S.Add(S.Load(Sum + c), S.Load(Part + c)));
            return c;
        }
    }

    struct DenominatorLoop : ILoop
    {
        public float* Sum, Inverse, LogSum;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int c, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; c <= length - S.Width; c += S.Width)
            {
                S.Store(Inverse + c, S.Divide(S.Broadcast(1), S.Load(Sum + c)));
                S.Store(LogSum + c, S.Log(S.Load(Sum + c)));
            }

            return c;
        }
    }

    struct FinishLoop<K> : ILoop
        where K : struct, ISoftmaxKind
    {
        public float* X, Y, Max, Inverse, LogSum;
        public int Rows;
        public nint Stride;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int c, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; c <= length - S.Width; c += S.Width)
            {
                V max = S.Load(Max + c), inverse = S.Load(Inverse + c), logSum = S.Load(LogSum + c);
                float* x = X + c, y = Y + c;
                for (int i = 0; i < Rows; i++, x += Stride, y += Stride)
                    S.Store(y, K.Finish<S, V>(S.Load(x), S.Load(y), max, inverse, logSum));
            }

            return c;
        }
    }

    struct TermLoop<K> : ILoop
        where K : struct, ISoftmaxKind
    {
        public float* G, Y, Part;
        public int Rows;
        public nint Stride;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int c, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; c <= length - S.Width; c += S.Width)
            {
                V part = S.Load(Part + c);
                float* g = G + c, y = Y + c;
                for (int i = 0; i < Rows; i++, g += Stride, y += Stride)
                    part = S.Add(part, K.Term<S, V>(S.Load(g), S.Load(y)));
                S.Store(Part + c, part);
            }

            return c;
        }
    }

    struct GradientLoop<K> : ILoop
        where K : struct, ISoftmaxKind
    {
        public float* G, Y, Dx, Sum;
        public int Rows;
        public nint Stride;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int c, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; c <= length - S.Width; c += S.Width)
            {
                V sum = S.Load(Sum + c);
                float* g = G + c, y = Y + c, dx = Dx + c;
                for (int i = 0; i < Rows; i++, g += Stride, y += Stride, dx += Stride)
                    S.Store(dx, K.Gradient<S, V>(S.Load(g), S.Load(y), sum));
            }

            return c;
        }
    }
}
