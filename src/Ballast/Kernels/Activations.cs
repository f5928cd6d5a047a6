using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>A function of single values with its gradient. Some have a constant, which the others pass over.</summary>
interface IActivation
{
    /// <summary>Whether the gradient is computed from the result; else it is from the input.</summary>
    static abstract bool KeepsResult { get; }

    /// <summary>The result.</summary>
    static abstract V Apply<S, V>(V x, V constant) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>The gradient of the input, from what was kept and the gradient of the result.</summary>
    static abstract V Gradient<S, V>(V kept, V gradient, V constant) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Activations over all elements, forward and backward.</summary>
static unsafe class Activations
{
    /// <summary>y[i] = F(x[i]).</summary>
    public static void Forward<F>(ReadOnlySpan<float> x, float constant, Span<float> y)
        where F : struct, IActivation
    {
        fixed (float* from = x, to = y)
            Elementwise.Share(new ForwardLoop<F> { X = from, Y = to, Constant = constant }, x.Length);
    }

    /// <summary>dx[i] = gradient[i] F'(kept[i]); dx may be where the gradient is.</summary>
    public static void Backward<F>(ReadOnlySpan<float> kept, ReadOnlySpan<float> gradient, float constant, Span<float> dx)
        where F : struct, IActivation
    {
        fixed (float* from = kept, g = gradient, to = dx)
            Elementwise.Share(new BackwardLoop<F> { Kept = from, G = g, Dx = to, Constant = constant }, kept.Length);
    }

    struct ForwardLoop<F> : ILoop
        where F : struct, IActivation
    {
        public float* X, Y;
        public float Constant;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Forward<F, S, V>(X, Constant, Y, start, length);
    }

    struct BackwardLoop<F> : ILoop
        where F : struct, IActivation
    {
        public float* Kept, G, Dx;
        public float Constant;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Backward<F, S, V>(Kept, G, Constant, Dx, start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Forward<F, S, V>(float* x, float constant, float* y, int i, int length)
        where F : struct, IActivation
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V a = S.Broadcast(constant);
        for (; i <= length - S.Width; i += S.Width)
            S.Store(y + i, F.Apply<S, V>(S.Load(x + i), a));
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Backward<F, S, V>(float* kept, float* gradient, float constant, float* dx, int i, int length)
        where F : struct, IActivation
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V a = S.Broadcast(constant);
        for (; i <= length - S.Width; i += S.Width)
            S.Store(dx + i, F.Gradient<S, V>(S.Load(kept + i), S.Load(gradient + i), a));
        return i;
    }
}
