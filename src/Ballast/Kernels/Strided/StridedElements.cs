using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Element-wise functions of operands of any types under strides of their own, one element after the other or, where
/// <see cref="SideBySideElements"/> knows how, several at a time. For floats alone, <see cref="StridedMaps"/> takes whole registers.</summary>
static unsafe class StridedElements
{
    /// <summary>result = F(x), with the operands of <paramref name="plan"/> in this order; false where F does not take an element.</summary>
    public static bool Map<F, T, R>(in StridedPlan plan, R* result, T* x)
        where F : struct, IElementMap<T, R>
        where T : unmanaged
        where R : unmanaged
    {
        int refused = 0;
        RunParts.Share(plan, new MapRuns<F, T, R> { To = result, X = x, Refused = &refused });
        return refused == 0;
    }

    /// <summary>result = F(x, y), with the operands of <paramref name="plan"/> in this order.</summary>
    public static void Zip<F, T, R>(in StridedPlan plan, R* result, T* x, T* y)
        where F : struct, IElementZip<T, R>
        where T : unmanaged
        where R : unmanaged => RunParts.Share(plan, new ZipRuns<F, T, R> { To = result, X = x, Y = y });

    /// <summary>result = x where the mask holds, else y, with the operands of <paramref name="plan"/> in this order: result, mask, x, y.
    /// </summary>
    public static void Select<T>(in StridedPlan plan, T* result, bool* mask, T* x, T* y)
        where T : unmanaged => RunParts.Share(plan, new SelectRuns<T> { To = result, Mask = mask, X = x, Y = y });

    struct MapRuns<F, T, R> : IRunWork
        where F : struct, IElementMap<T, R>
        where T : unmanaged
        where R : unmanaged
    {
        public R* To;
        public T* X;
        public int* Refused;

        public readonly void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length)
        {
            nint step = plan.RunStride(1);
            if (!Loop(To + at.Offsets[0] + start, X + at.Offsets[1] + start * step, step, length))
                *Refused = 1;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static bool Loop(R* to, T* x, nint step, int length)
        {
            bool taken = true;
            int i = step == 1 ? F.Many(to, x, length) : 0;
            x += i * step;
            for (; i < length; i++, x += step)
            {
                taken &= F.Takes(*x);
                to[i] = F.Apply(*x);
            }

            return taken;
        }
    }

    struct ZipRuns<F, T, R> : IRunWork
        where F : struct, IElementZip<T, R>
        where T : unmanaged
        where R : unmanaged
    {
        public R* To;
        public T* X, Y;

        public readonly void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length)
        {
            nint stepX = plan.RunStride(1), stepY = plan.RunStride(2);
            Loop(To + at.Offsets[0] + start, X + at.Offsets[1] + start * stepX, stepX, Y + at.Offsets[2] + start * stepY, stepY, length);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Loop(R* to, T* x, nint stepX, T* y, nint stepY, int length)
        {
            int i = F.Many(to, x, stepX, y, stepY, length);
            x += i * stepX;
            y += i * stepY;
            for (; i < length; i++, x += stepX, y += stepY)
                to[i] = F.Apply(*x, *y);
        }
    }

    struct SelectRuns<T> : IRunWork
        where T : unmanaged
    {
        public T* To, X, Y;
        public bool* Mask;

        public readonly void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length)
        {
            nint stepMask = plan.RunStride(1), stepX = plan.RunStride(2), stepY = plan.RunStride(3);
            bool* mask = Mask + at.Offsets[1] + start * stepMask;
            T* x = X + at.Offsets[2] + start * stepX, y = Y + at.Offsets[3] + start * stepY;
            Loop(To + at.Offsets[0] + start, mask, stepMask, x, stepX, y, stepY, length);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Loop(T* to, bool* mask, nint stepMask, T* x, nint stepX, T* y, nint stepY, int length)
        {
            int i = sizeof(T) == sizeof(int) && stepMask == 1
                ? SideBySideElements.Select((int*)to, mask, (int*)x, stepX, (int*)y, stepY, length) : 0;
            mask += i * stepMask;
            x += i * stepX;
            y += i * stepY;
            for (; i < length; i++, mask += stepMask, x += stepX, y += stepY)
            {
                T one = *x, other = *y;
                to[i] = *mask ? one : other;
            }
        }
    }
}
