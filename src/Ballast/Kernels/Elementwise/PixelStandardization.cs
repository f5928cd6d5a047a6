using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>(x - mean) / std of one channel, in PyTorch's two roundings.</summary>
static unsafe class PixelStandardization
{
    /// <summary>Of floats, in place.</summary>
    public static void Run(Span<float> x, float mean, float std)
    {
        fixed (float* values = x)
            Simd.Run(new Loop { X = values, Mean = mean, Std = std }, x.Length);
    }

    struct Loop : ILoop
    {
        public float* X;
        public float Mean, Std;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Run<S, V>(X, Mean, Std, start, length);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static int Run<S, V>(float* x, float mean, float std, int i, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            V center = S.Broadcast(mean), scale = S.Broadcast(std);
            for (; i <= length - S.Width; i += S.Width)
                S.Store(x + i, S.Divide(S.Subtract(S.Load(x + i), center), scale));
            return i;
        }
    }
}
