using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

static unsafe partial class StridedReductions
{
    /// <summary>The reduction of F(x, y) over a piece of a run.</summary>
    static double ReduceRun<R, F>(float* x, float* y, bool sideBySide, int length)
        where R : struct, IReduction
        where F : struct, IBinary => sideBySide
            ? ReduceRun<R, F, SideBySide>(x, y, length)
            : ReduceRun<R, F, Repeated>(x, y, length);

    static float ReduceRun<R, F, B>(float* x, float* y, int length)
        where R : struct, IReduction
        where F : struct, IBinary
        where B : struct, IRunAccess =>
        Vector512.IsHardwareAccelerated ? ReduceRun<R, F, B, Simd512, Vector512<float>>(x, y, length)
            : Vector256.IsHardwareAccelerated ? ReduceRun<R, F, B, Simd256, Vector256<float>>(x, y, length)
            : ReduceRun<R, F, B, Simd128, Vector128<float>>(x, y, length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float ReduceRun<R, F, B, S, V>(float* x, float* y, int length)
        where R : struct, IReduction
        where F : struct, IBinary
        where B : struct, IRunAccess
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float result = R.Identity;
        int i = 0;
        if (length >= S.Width)
        {
            V y0 = S.Broadcast(*y), a = S.Broadcast(R.Identity), b = a, c = a, d = a;
            for (; i <= length - 4 * S.Width; i += 4 * S.Width)
            {
                a = R.Join<S, V>(a, F.Apply<S, V>(S.Load(x + i), B.Load<S, V>(y + i, y0)));
                b = R.Join<S, V>(b, F.Apply<S, V>(S.Load(x + i + S.Width), B.Load<S, V>(y + i + S.Width, y0)));
                c = R.Join<S, V>(c, F.Apply<S, V>(S.Load(x + i + 2 * S.Width), B.Load<S, V>(y + i + 2 * S.Width, y0)));
                d = R.Join<S, V>(d, F.Apply<S, V>(S.Load(x + i + 3 * S.Width), B.Load<S, V>(y + i + 3 * S.Width, y0)));
            }

            for (; i <= length - S.Width; i += S.Width)
                a = R.Join<S, V>(a, F.Apply<S, V>(S.Load(x + i), B.Load<S, V>(y + i, y0)));
            a = R.Join<S, V>(R.Join<S, V>(a, b), R.Join<S, V>(c, d));
            float* lanes = stackalloc float[16];
            S.Store(lanes, a);
            for (int half = S.Width / 2; half > 0; half /= 2)
            {
                for (int lane = 0; lane < half; lane++)
                    lanes[lane] = R.Join<SimdScalar, float>(lanes[lane], lanes[lane + half]);
            }

            result = *lanes;
        }

        for (; i < length; i++)
            result = R.Join<SimdScalar, float>(result, F.Apply<SimdScalar, float>(x[i], B.Load<SimdScalar, float>(y + i, *y)));
        return result;
    }

    // joined[c] = the reduction over rows of F(x[row, c], y[row, c]).
    struct RowsLoop<R, F> : ILoop
        where R : struct, IReduction
        where F : struct, IBinary
    {
        public float* X, Y, Joined;
        public nint StrideX, StrideY;
        public int Rows;
        public bool RepeatsY;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => RepeatsY ? Run<Repeated, S, V>(start, length) : Run<SideBySide, S, V>(start, length);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Run<B, S, V>(int c, int length)
            where B : struct, IRunAccess
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            V identity = S.Broadcast(R.Identity);
            for (; c <= length - 4 * S.Width; c += 4 * S.Width)
            {
                V a = identity, b = identity, d = identity, e = identity;
                float* x = X + c, y = RepeatsY ? Y : Y + c;
                for (int row = 0; row < Rows; row++, x += StrideX, y += StrideY)
                {
                    V y0 = S.Broadcast(*y);
                    a = R.Join<S, V>(a, F.Apply<S, V>(S.Load(x), B.Load<S, V>(y, y0)));
                    b = R.Join<S, V>(b, F.Apply<S, V>(S.Load(x + S.Width), B.Load<S, V>(y + S.Width, y0)));
                    d = R.Join<S, V>(d, F.Apply<S, V>(S.Load(x + 2 * S.Width), B.Load<S, V>(y + 2 * S.Width, y0)));
                    e = R.Join<S, V>(e, F.Apply<S, V>(S.Load(x + 3 * S.Width), B.Load<S, V>(y + 3 * S.Width, y0)));
                }

                S.Store(Joined + c, a);
                S.Store(Joined + c + S.Width, b);
                S.Store(Joined + c + 2 * S.Width, d);
                S.Store(Joined + c + 3 * S.Width, e);
            }

            for (; c <= length - S.Width; c += S.Width)
            {
                V a = identity;
                float* x = X + c, y = RepeatsY ? Y : Y + c;
                for (int row = 0; row < Rows; row++, x += StrideX, y += StrideY)
                    a = R.Join<S, V>(a, F.Apply<S, V>(S.Load(x), B.Load<S, V>(y, S.Broadcast(*y))));
                S.Store(Joined + c, a);
            }

            return c;
        }
    }
}
