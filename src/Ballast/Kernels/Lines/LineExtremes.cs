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
        {
            var work = new Work<F> { X = from, To = to, Shape = shape };
            if (shape.Inner == 1)
                LineParts.Share(work, shape);
            else
                LineParts.ShareBlocks(work, shape);
        }
    }

    struct Work<F> : ILineWork, ILineBlockWork
        where F : struct, IUnary
    {
        public float* X;
        public long* To;
        public LineShape Shape;

        // A block is gone through again only where it has a larger value than all before it.
        public readonly void Run(int line)
        {
            float* x = X + Shape.Start(line);
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

            To[line] = position;
        }

        public readonly void Columns(int first, int count)
        {
            float* x = X + Shape.Start(first), best = stackalloc float[2 * LineParts.MostNeighbours], places = best + count;
            for (int line = 0; line < count; line++)
                (best[line], places[line]) = (Value(x[line]), 0);
            for (int i = 1; i < Shape.Size; i += LargestRows<F>.Most)
            {
                int rows = Math.Min(LargestRows<F>.Most, Shape.Size - i);
                float* row = x + (nint)i * Shape.Inner;
                Simd.Run(new LargestRows<F> { X = row, Stride = Shape.Inner, First = i, Rows = rows, Best = best, Places = places }, count);
            }

            for (int line = 0; line < count; line++)
                To[first + line] = BitConverter.SingleToInt32Bits(places[line]);
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

    // The next few elements of lines side by side; the places are whole numbers in a float's bits.
    struct LargestRows<F> : ILoop
        where F : struct, IUnary
    {
        public const int Most = 8;

        public float* X, Best, Places;
        public nint Stride;
        public int First, Rows;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int c, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            V none = S.Broadcast(0);
            for (; c <= length - S.Width; c += S.Width)
            {
                V best = S.Load(Best + c), places = S.Load(Places + c);
                for (int i = 0; i < Rows; i++)
                {
                    V x = F.Apply<S, V>(S.Load(X + i * Stride + c)), isNumber = S.Equal(best, best);
                    V isLarger = S.Select(isNumber, S.GreaterOrNaN(x, best), none);
                    best = S.Select(isLarger, x, best);
                    places = S.Select(isLarger, S.Broadcast(BitConverter.Int32BitsToSingle(First + i)), places);
                }

                S.Store(Best + c, best);
                S.Store(Places + c, places);
            }

            return c;
        }
    }

    struct Itself : IUnary
    {
        public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => x;
    }
}
