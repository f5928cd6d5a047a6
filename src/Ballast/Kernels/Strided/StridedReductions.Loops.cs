using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

static unsafe partial class StridedReductions
{
    // Two loops of one: over the axes that are kept, and over those that are reduced.
    static (StridedPlan Kept, StridedPlan Reduced) Split(in StridedPlan plan)
    {
        Span<int> sizes = stackalloc int[2 * StridedPlan.MaxAxes];
        Span<int> strides = stackalloc int[2 * 3 * StridedPlan.MaxAxes];
        Span<int> counts = [0, 0];
        for (int axis = 0; axis < plan.Rank; axis++)
            counts[plan.Stride(2, axis) == 0 && plan.Size(axis) != 1 ? 1 : 0]++;
        Span<int> at = [0, 0];
        for (int axis = 0; axis < plan.Rank; axis++)
        {
            int side = plan.Stride(2, axis) == 0 && plan.Size(axis) != 1 ? 1 : 0, i = at[side]++;
            sizes[side * StridedPlan.MaxAxes + i] = plan.Size(axis);
            for (int operand = 0; operand < 3; operand++)
                strides[(side * 3 * StridedPlan.MaxAxes) + operand * counts[side] + i] = (int)plan.Stride(operand, axis);
        }

        return (StridedPlan.Of(sizes[..counts[0]], strides[..(3 * counts[0])]),
            StridedPlan.Of(
                sizes.Slice(StridedPlan.MaxAxes, counts[1]), strides.Slice(3 * StridedPlan.MaxAxes, 3 * counts[1])));
    }

    /// <summary>The reduction of F(x, y) over a piece of a run.</summary>
    /// <param name="x">x's piece, side by side.</param>
    /// <param name="y">y's piece, or its one element.</param>
    /// <param name="sideBySide">Whether y lies side by side.</param>
    /// <param name="length">How many values there are.</param>
    /// <param name="ahead">How far behind x what is read next lies.</param>
    static double ReduceRun<R, F>(float* x, float* y, bool sideBySide, int length, nint ahead)
        where R : struct, IReduction
        where F : struct, IBinary => sideBySide
            ? ReduceRun<R, F, SideBySide>(x, y, length, ahead)
            : ReduceRun<R, F, Repeated>(x, y, length, ahead);

    static float ReduceRun<R, F, B>(float* x, float* y, int length, nint ahead)
        where R : struct, IReduction
        where F : struct, IBinary
        where B : struct, IRunAccess =>
        Vector512.IsHardwareAccelerated ? ReduceRun<R, F, B, Simd512, Vector512<float>>(x, y, length, ahead)
            : Vector256.IsHardwareAccelerated ? ReduceRun<R, F, B, Simd256, Vector256<float>>(x, y, length, ahead)
            : ReduceRun<R, F, B, Simd128, Vector128<float>>(x, y, length, ahead);

    /// <summary>Runs of equal length, which are reduced to a value each.</summary>
    struct SingleRuns
    {
        public float* X, Y, Result;
        public nint StrideX, StrideY, StrideResult;
        public int Count, Length;
        public double Factor;
    }

    static void ReduceEach<R, F>(in SingleRuns runs, bool sideBySide)
        where R : struct, IReduction
        where F : struct, IBinary
    {
        if (sideBySide)
            ReduceEach<R, F, SideBySide>(runs);
        else
            ReduceEach<R, F, Repeated>(runs);
    }

    static void ReduceEach<R, F, B>(in SingleRuns runs)
        where R : struct, IReduction
        where F : struct, IBinary
        where B : struct, IRunAccess
    {
        if (Vector512.IsHardwareAccelerated)
            ReduceEach<R, F, B, Simd512, Vector512<float>>(runs);
        else if (Vector256.IsHardwareAccelerated)
            ReduceEach<R, F, B, Simd256, Vector256<float>>(runs);
        else
            ReduceEach<R, F, B, Simd128, Vector128<float>>(runs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ReduceEach<R, F, B, S, V>(in SingleRuns runs)
        where R : struct, IReduction
        where F : struct, IBinary
        where B : struct, IRunAccess
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* x = runs.X, y = runs.Y, result = runs.Result;
        nint strideX = runs.StrideX, strideY = runs.StrideY, strideResult = runs.StrideResult;
        int length = runs.Length;
        nint ahead = strideX == length ? 0 : strideX; // what follows in memory, the processor fetches ahead by itself
        double factor = runs.Factor;
        for (int i = runs.Count; i > 0; i--, x += strideX, y += strideY, result += strideResult)
            *result = (float)(RunOf<R, F, B, S, V>(x, y, length, ahead) * factor);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float ReduceRun<R, F, B, S, V>(float* x, float* y, int length, nint ahead)
        where R : struct, IReduction
        where F : struct, IBinary
        where B : struct, IRunAccess
        where S : struct, ISimd<V>
        where V : unmanaged => RunOf<R, F, B, S, V>(x, y, length, ahead);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float RunOf<R, F, B, S, V>(float* x, float* y, int length, nint ahead)
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
                if (ahead != 0)
                    Region.Ahead(x + i, 4 * S.Width, ahead);
                a = R.Join<S, V>(a, F.Apply<S, V>(S.Load(x + i), B.Load<S, V>(y + i, y0)));
                b = R.Join<S, V>(b, F.Apply<S, V>(S.Load(x + i + S.Width), B.Load<S, V>(y + i + S.Width, y0)));
                c = R.Join<S, V>(c, F.Apply<S, V>(S.Load(x + i + 2 * S.Width), B.Load<S, V>(y + i + 2 * S.Width, y0)));
                d = R.Join<S, V>(d, F.Apply<S, V>(S.Load(x + i + 3 * S.Width), B.Load<S, V>(y + i + 3 * S.Width, y0)));
            }

            for (; i <= length - S.Width; i += S.Width)
                a = R.Join<S, V>(a, F.Apply<S, V>(S.Load(x + i), B.Load<S, V>(y + i, y0)));
            result = R.Lanes<S, V>(R.Join<S, V>(R.Join<S, V>(a, b), R.Join<S, V>(c, d)));
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
        const int CacheLine = 16; // floats

        public float* X, Y, Joined;
        public nint StrideX, StrideY;
        public int Rows;
        public bool RepeatsY;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => RepeatsY ? Run<Repeated, S, V>(start, length) : Run<SideBySide, S, V>(start, length);

        // Four rows at a time, from end to end: memory is read in order, and a column's values are joined one after the other.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Run<B, S, V>(int first, int length)
            where B : struct, IRunAccess
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int end = first + (length - first) / S.Width * S.Width, row = 0;
            V identity = S.Broadcast(R.Identity);
            for (int c = first; c < end; c += S.Width)
                S.Store(Joined + c, identity);
            nint strideX = StrideX, strideY = StrideY;
            float* joined = Joined;
            for (; row <= Rows - 4; row += 4)
            {
                float* x = X + row * strideX, y = Y + row * strideY, x3 = x + 3 * strideX, y3 = y + 3 * strideY;
                V a = S.Broadcast(*y), b = S.Broadcast(y[strideY]), d = S.Broadcast(y[2 * strideY]), e = S.Broadcast(*y3);
                for (int c = first; c < end; c += S.Width)
                {
                    if (S.Width == CacheLine)
                        NextRows(x + c, strideX);
                    V sofar = R.Join<S, V>(S.Load(joined + c), F.Apply<S, V>(S.Load(x + c), B.Load<S, V>(y + c, a)));
                    sofar = R.Join<S, V>(sofar, F.Apply<S, V>(S.Load(x + strideX + c), B.Load<S, V>(y + strideY + c, b)));
                    sofar = R.Join<S, V>(sofar, F.Apply<S, V>(S.Load(x + 2 * strideX + c), B.Load<S, V>(y + 2 * strideY + c, d)));
                    S.Store(joined + c, R.Join<S, V>(sofar, F.Apply<S, V>(S.Load(x3 + c), B.Load<S, V>(y3 + c, e))));
                }
            }

            for (; row < Rows; row++)
            {
                float* x = X + row * strideX, y = Y + row * strideY;
                V a = S.Broadcast(*y);
                for (int c = first; c < end; c += S.Width)
                    S.Store(joined + c, R.Join<S, V>(S.Load(joined + c), F.Apply<S, V>(S.Load(x + c), B.Load<S, V>(y + c, a))));
            }

            return end;
        }

        // The next four rows: each may lie in a page of its own, at whose end a processor stops to fetch ahead by itself.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void NextRows(float* x, nint stride)
        {
            for (int i = 4; i < 8; i++)
                Region.Ahead(x, CacheLine, i * stride);
        }
    }
}
