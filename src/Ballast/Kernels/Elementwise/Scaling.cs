using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Values times a factor, and values brought into a range, in place.</summary>
static unsafe class Scaling
{
    /// <summary>x[i] *= factor.</summary>
    public static void Run(Span<float> x, float factor)
    {
        fixed (float* values = x)
            Elementwise.Share(new Loop { X = values, Factor = factor }, x.Length);
    }

    /// <summary>x[i] = min(max(x[i], -limit), limit); not a number stays so.</summary>
    public static void Clamp(Span<float> x, float limit)
    {
        fixed (float* values = x)
            Elementwise.Share(new ClampLoop { X = values, Limit = limit }, x.Length);
    }

    struct Loop : ILoop
    {
        public float* X;
        public float Factor;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Run<S, V>(X, Factor, start, length);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static int Run<S, V>(float* x, float factor, int i, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; i <= length - S.Width; i += S.Width)
                S.Store(x + i, S.Multiply(S.Load(x + i), S.Broadcast(factor)));
            return i;
        }
    }

    struct ClampLoop : ILoop
    {
        public float* X;
        public float Limit;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Run<S, V>(X, Limit, start, length);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static int Run<S, V>(float* x, float limit, int i, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            V zero = S.Broadcast(0), least = S.Broadcast(-limit);
            for (; i <= length - S.Width; i += S.Width)
            {
                // The smaller of two is the larger of both negated, negated.
                V above = S.Max(S.Load(x + i), least);
                S.Store(x + i, S.Subtract(zero, S.Max(S.Subtract(zero, above), least)));
            }

            return i;
        }
    }
}
