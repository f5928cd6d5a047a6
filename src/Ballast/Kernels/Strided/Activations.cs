using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Activations of operands under strides of their own, forward and backward. In a run, an operand lies side by side or repeats
/// one element, as <see cref="StridedMaps.Reads"/> says.</summary>
static unsafe class Activations
{
    /// <summary>y = f(x), with the operands of <paramref name="plan"/> in this order.</summary>
    public static void Forward<F>(in F f, in StridedPlan plan, float* y, float* x)
        where F : struct, IActivation
    {
        if (ShortRuns.Takes(plan))
            ShortRuns.Share(new ForwardBlock<F>(f), plan, y, x);
        else
            RunParts.Share(plan, new ForwardRuns<F> { Y = y, X = x, Function = f });
    }

    /// <summary>dx = gradient f'(kept), with the operands of <paramref name="plan"/> in this order; dx may be where the gradient is.</summary>
    public static void Backward<F>(in F f, in StridedPlan plan, float* dx, float* kept, float* gradient)
        where F : struct, IActivation
    {
        if (ShortRuns.Takes(plan))
            ShortRuns.Share(new BackwardBlock<F>(f), plan, dx, kept, gradient);
        else
            RunParts.Share(plan, new BackwardRuns<F> { Dx = dx, Kept = kept, G = gradient, Function = f });
    }

    readonly struct ForwardBlock<F>(F f) : IBlockWork
        where F : struct, IActivation
    {
        readonly F f = f;

        public void Run(float* result, float** operands, int length) =>
            Simd.Run(new ForwardLoop<F> { X = operands[0], Y = result, Function = f }, length);
    }

    readonly struct BackwardBlock<F>(F f) : IBlockWork
        where F : struct, IActivation
    {
        readonly F f = f;

        public void Run(float* result, float** operands, int length) =>
            Simd.Run(new BackwardLoop<F> { Dx = result, Kept = operands[0], G = operands[1], Function = f }, length);
    }

    /// <summary>y[i] = f(x[i]) for some values, on this thread.</summary>
    public static void Forward<F>(in F f, float* y, float* x, int count)
        where F : struct, IActivation => Simd.Run(new ForwardLoop<F> { X = x, Y = y, Function = f }, count);

    /// <summary>dx[i] = gradient[i] f'(kept[i]) for some values, on this thread.</summary>
    public static void Backward<F>(in F f, float* dx, float* kept, float* gradient, int count)
        where F : struct, IActivation =>
        Simd.Run(new BackwardLoop<F> { Dx = dx, Kept = kept, G = gradient, Function = f }, count);

    struct ForwardRuns<F> : IRunWork
        where F : struct, IActivation
    {
        public float* Y, X;
        public F Function;

        public readonly void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length)
        {
            nint step = plan.RunStride(1);
            float* y = Y + at.Offsets[0] + start, x = X + at.Offsets[1] + start * step;
            if (step == 1 || length == 1)
                Simd.Run(new ForwardLoop<F> { X = x, Y = y, Function = Function }, length);
            else
                new Span<float>(y, length).Fill(Function.Apply<SimdScalar, float>(*x));
        }
    }

    struct BackwardRuns<F> : IRunWork
        where F : struct, IActivation
    {
        public float* Dx, Kept, G;
        public F Function;

        public readonly void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length)
        {
            nint stepKept = plan.RunStride(1), stepG = plan.RunStride(2);
            var loop = new BackwardLoop<F>
            {
                Dx = Dx + at.Offsets[0] + start,
                Kept = Kept + at.Offsets[1] + start * stepKept,
                G = G + at.Offsets[2] + start * stepG,
                RepeatsKept = stepKept == 0,
                RepeatsG = stepG == 0,
                Function = Function,
            };
            Simd.Run(loop, length);
        }
    }

    struct ForwardLoop<F> : ILoop
        where F : struct, IActivation
    {
        public float* X, Y;
        public F Function;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Forward<F, S, V>(Function, X, Y, start, length);
    }

    struct BackwardLoop<F> : ILoop
        where F : struct, IActivation
    {
        public float* Kept, G, Dx;
        public bool RepeatsKept, RepeatsG;
        public F Function;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int i, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var f = Function;
            V kept = S.Broadcast(*Kept), g = S.Broadcast(*G);
            for (; i <= length - S.Width; i += S.Width)
            {
                if (!RepeatsKept)
                    kept = S.Load(Kept + i);
                if (!RepeatsG)
                    g = S.Load(G + i);
                S.Store(Dx + i, f.Gradient<S, V>(kept, g));
            }

            return i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Forward<F, S, V>(F f, float* x, float* y, int i, int length)
        where F : struct, IActivation
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (; i <= length - S.Width; i += S.Width)
        {
            S.Store(y + i, f.Apply<S, V>(S.Load(x + i)));
        }

        return i;
    }
}
