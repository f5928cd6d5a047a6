using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The position of each line's largest value: the first of equals; what is not a number is larger than all numbers.</summary>
static unsafe class LineExtremes
{
    const int BlockLength = 256;

    /// <summary>positions[line] = where the largest value of the line stands.</summary>
    public static void Largest(ReadOnlySpan<float> x, Span<long> positions, LineShape shape) => Run<Itself>(x, positions, shape);

    /// <summary>positions[line] = where the smallest value of the line stands.</summary>
    public static void Smallest(ReadOnlySpan<float> x, Span<long> positions, LineShape shape) => Run<Negate>(x, positions, shape);

    static void Run<F>(ReadOnlySpan<float> x, Span<long> positions, LineShape shape)
        where F : struct, IUnary
    {
        fixed (float* from = x)
        fixed (long* to = positions)
            LineParts.Share(new Work<F> { X = from, To = to, Shape = shape }, shape);
    }

    struct Work<F> : ILineWork
        where F : struct, IUnary
    {
        public float* X;
        public long* To;
        public LineShape Shape;

        public readonly void Run(int line)
        {
            float* x = X + Shape.Start(line);
            To[line] = Shape.Inner == 1 ? SideBySide(x) : First(x, Shape.Size, Shape.Inner);
        }

        // A block is gone through again only where it has a larger value than all before it.
        readonly int SideBySide(float* x)
        {
            int position = 0;
            float best = Value(x[0]);
            for (int start = 0; start < Shape.Size && !float.IsNaN(best); start += BlockLength)
            {
                int length = Math.Min(BlockLength, Shape.Size - start);
                float top = Top(x + start, length);
                if (top <= best)
                    continue;
                position = start + Find(x + start, top);
                best = top;
            }

            return position;
        }

        // The first position of a value that is there, or of what is not a number.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static int Find(float* x, float value)
        {
            int position = 0;
            if (float.IsNaN(value))
            {
                while (!float.IsNaN(Value(x[position])))
                    position++;
                return position;
            }

            while (Value(x[position]) != value)
                position++;
            return position;
        }

        static float Top(float* x, int length)
        {
            float* lanes = stackalloc float[16];
            int count = Compute.SimdWidth;
            new Span<float>(lanes, count).Fill(Value(*x));
            Simd.Run(new LargestLoop<F> { X = x, Lanes = lanes }, length);
            float best = *lanes;
            for (int lane = 1; lane < count; lane++)
                best = MaxReduction.Join<SimdScalar, float>(best, lanes[lane]);
            return best;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static int First(float* x, int length, nint step)
        {
            int position = 0;
            float best = Value(*x);
            for (int i = 1; i < length && !float.IsNaN(best); i++)
            {
                float value = Value(x[i * step]);
                if (value > best || float.IsNaN(value))
                    (position, best) = (i, value);
            }

            return position;
        }

        static float Value(float x) => F.Apply<SimdScalar, float>(x);
    }

    struct LargestLoop<F> : ILoop
        where F : struct, IUnary
    {
        public float* X, Lanes;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int i, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            V a = S.Load(Lanes), b = a, c = a, d = a;
            for (; i <= length - 4 * S.Width; i += 4 * S.Width)
            {
                a = Join<S, V>(a, X + i);
                b = Join<S, V>(b, X + i + S.Width);
                c = Join<S, V>(c, X + i + 2 * S.Width);
                d = Join<S, V>(d, X + i + 3 * S.Width);
            }

            for (; i <= length - S.Width; i += S.Width)
                a = Join<S, V>(a, X + i);
            a = MaxReduction.Join<S, V>(MaxReduction.Join<S, V>(a, b), MaxReduction.Join<S, V>(c, d));
            S.Store(Lanes, a);
            return i;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V Join<S, V>(V sofar, float* x)
            where S : struct, ISimd<V>
            where V : unmanaged => MaxReduction.Join<S, V>(sofar, F.Apply<S, V>(S.Load(x)));
    }

    struct Itself : IUnary
    {
        public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => x;
    }
}
