using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Element-wise functions of operands under strides of their own. In a run, the result's neighbours lie side by side, and each
/// operand either has its elements side by side or repeats one of them; other strides are copied into order first, and short runs are
/// taken several at a time.</summary>
static unsafe class StridedMaps
{
    /// <summary>Whether an operand's run is one that these loops read: side by side, or a repeated element.</summary>
    public static bool Reads(in StridedPlan plan, int operand) => plan.RunStride(operand) is 0 or 1 || plan.Run == 1;

    /// <summary>result = F(x), with the operands of <paramref name="plan"/> in this order.</summary>
    public static void Map<F>(in StridedPlan plan, float* result, float* x)
        where F : struct, IUnary
    {
        if (ShortRuns.Takes(plan))
            ShortRuns.Share(default(MapBlock<F>), plan, result, x);
        else
            RunParts.Share(plan, new MapRuns<F> { To = result, X = x });
    }

    /// <summary>result = F(x, y), with the operands of <paramref name="plan"/> in this order.</summary>
    public static void Zip<F>(in StridedPlan plan, float* result, float* x, float* y)
        where F : struct, IBinary
    {
        if (ShortRuns.Takes(plan))
            ShortRuns.Share(default(ZipBlock<F>), plan, result, x, y);
        else
            RunParts.Share(plan, new ZipRuns<F> { To = result, X = x, Y = y });
    }

    /// <summary>result = F(x, y, z), with the operands of <paramref name="plan"/> in this order.</summary>
    public static void Zip<F>(in StridedPlan plan, float* result, float* x, float* y, float* z)
        where F : struct, ITernary
    {
        if (ShortRuns.Takes(plan))
            ShortRuns.Share(default(TernaryBlock<F>), plan, result, x, y, z);
        else
            RunParts.Share(plan, new TernaryRuns<F> { To = result, X = x, Y = y, Z = z });
    }

    readonly struct MapBlock<F> : IBlockWork
        where F : struct, IUnary
    {
        public void Run(float* result, float** operands, int length) =>
            Simd.Run(new MapLoop<F> { From = operands[0], To = result }, length);
    }

    readonly struct ZipBlock<F> : IBlockWork
        where F : struct, IBinary
    {
        public void Run(float* result, float** operands, int length) =>
            Simd.Run(new ZipLoop<F, SideBySide, SideBySide> { X = operands[0], Y = operands[1], To = result }, length);
    }

    readonly struct TernaryBlock<F> : IBlockWork
        where F : struct, ITernary
    {
        public void Run(float* result, float** operands, int length) =>
            Simd.Run(new TernaryLoop<F> { X = operands[0], Y = operands[1], Z = operands[2], To = result }, length);
    }

    struct MapRuns<F> : IRunWork
        where F : struct, IUnary
    {
        public float* To, X;

        public readonly void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length)
        {
            nint step = plan.RunStride(1);
            float* to = To + at.Offsets[0] + start, x = X + at.Offsets[1] + start * step;
            if (step == 1 || length == 1)
                Simd.Run(new MapLoop<F> { From = x, To = to }, length);
            else
                new Span<float>(to, length).Fill(F.Apply<SimdScalar, float>(*x));
        }
    }

    struct MapLoop<F> : ILoop
        where F : struct, IUnary
    {
        public float* From, To;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Elementwise.Map<F, S, V>(From, To, start, length);
    }

    struct ZipRuns<F> : IRunWork
        where F : struct, IBinary
    {
        public float* To, X, Y;

        public readonly void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length)
        {
            nint stepX = plan.RunStride(1), stepY = plan.RunStride(2);
            float* to = To + at.Offsets[0] + start, x = X + at.Offsets[1] + start * stepX, y = Y + at.Offsets[2] + start * stepY;
            ZipRun<F>(x, stepX, y, stepY, to, length);
        }
    }

    /// <summary>to[i] = F(x[i], y[i]) for one run; strides are 0 or 1.</summary>
    internal static void ZipRun<F>(float* x, nint stepX, float* y, nint stepY, float* to, int length)
        where F : struct, IBinary
    {
        if (length == 1 || (stepX == 0 && stepY == 0))
            new Span<float>(to, length).Fill(F.Apply<SimdScalar, float>(*x, *y));
        else if (stepX == 0)
            Simd.Run(new ZipLoop<F, Repeated, SideBySide> { X = x, Y = y, To = to }, length);
        else if (stepY == 0)
            Simd.Run(new ZipLoop<F, SideBySide, Repeated> { X = x, Y = y, To = to }, length);
        else
            Simd.Run(new ZipLoop<F, SideBySide, SideBySide> { X = x, Y = y, To = to }, length);
    }

    struct ZipLoop<F, A, B> : ILoop
        where F : struct, IBinary
        where A : struct, IRunAccess
        where B : struct, IRunAccess
    {
        public float* X, Y, To;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Zip<F, A, B, S, V>(X, Y, To, start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Zip<F, A, B, S, V>(float* x, float* y, float* to, int i, int length)
        where F : struct, IBinary
        where A : struct, IRunAccess
        where B : struct, IRunAccess
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V x0 = S.Broadcast(*x), y0 = S.Broadcast(*y);
        for (; i <= length - S.Width; i += S.Width)
            S.Store(to + i, F.Apply<S, V>(A.Load<S, V>(x + i, x0), B.Load<S, V>(y + i, y0)));
        return i;
    }

    struct TernaryRuns<F> : IRunWork
        where F : struct, ITernary
    {
        public float* To, X, Y, Z;

        public readonly void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length)
        {
            nint stepX = plan.RunStride(1), stepY = plan.RunStride(2), stepZ = plan.RunStride(3);
            var loop = new TernaryLoop<F>
            {
                To = To + at.Offsets[0] + start,
                X = X + at.Offsets[1] + start * stepX,
                Y = Y + at.Offsets[2] + start * stepY,
                Z = Z + at.Offsets[3] + start * stepZ,
                RepeatsX = stepX == 0,
                RepeatsY = stepY == 0,
                RepeatsZ = stepZ == 0,
            };
            Simd.Run(loop, length);
        }
    }

    struct TernaryLoop<F> : ILoop
        where F : struct, ITernary
    {
        public float* X, Y, Z, To;
        public bool RepeatsX, RepeatsY, RepeatsZ;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int i, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            // The three steps are 0 or a register's width: an address that stays where it is repeats its element by a broadcast.
            V x = S.Broadcast(*X), y = S.Broadcast(*Y), z = S.Broadcast(*Z);
            for (; i <= length - S.Width; i += S.Width)
            {
                if (!RepeatsX)
                    x = S.Load(X + i);
                if (!RepeatsY)
                    y = S.Load(Y + i);
                if (!RepeatsZ)
                    z = S.Load(Z + i);
                S.Store(To + i, F.Apply<S, V>(x, y, z));
            }

            return i;
        }
    }
}
