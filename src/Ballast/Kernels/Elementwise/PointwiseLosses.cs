using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>A loss of a value x against a target t: the loss, and its derivatives by both.</summary>
interface IPointwiseLoss
{
    /// <summary>PyTorch's name.</summary>
    static abstract string Name { get; }

    /// <summary>The numbers of the loss by their names.</summary>
    (string Name, object? Value)[] Numbers { get; }

    /// <summary>The loss.</summary>
    /// <param name="x">The value.</param>
    /// <param name="t">The target.</param>
    /// <param name="w">What the loss is given besides, for each value.</param>
    V Loss<S, V>(V x, V t, V w) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>The derivative of the loss by x.</summary>
    V Slope<S, V>(V x, V t, V w) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>The derivative of the loss by t.</summary>
    V TargetSlope<S, V>(V x, V t, V w) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Losses of values one by one.</summary>
static unsafe class PointwiseLosses
{
    /// <summary>to[i] = the loss of x[i] against t[i].</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="x">The values.</param>
    /// <param name="t">The targets.</param>
    /// <param name="w">What the loss is given besides; empty for 1.</param>
    /// <param name="to">The losses.</param>
    public static void Loss<F>(F loss, ReadOnlySpan<float> x, ReadOnlySpan<float> t, ReadOnlySpan<float> w, Span<float> to)
        where F : struct, IPointwiseLoss
    {
        fixed (float* values = x, targets = t, weights = w, result = to)
            Elementwise.Share(new LossLoop<F> { Rule = loss, X = values, T = targets, W = weights, To = result }, x.Length);
    }

    /// <summary>The sum of the losses, which are never in memory together; the bits are those of
    /// <see cref="Elementwise.Sum(ReadOnlySpan{float})"/> of <see cref="Loss"/>.</summary>
    public static double Sum<F>(F loss, ReadOnlySpan<float> x, ReadOnlySpan<float> t, ReadOnlySpan<float> w)
        where F : struct, IPointwiseLoss
    {
        fixed (float* values = x, targets = t, weights = w)
        {
            return Elementwise.Sum(
                new LossPieces<F> { Loop = new LossLoop<F> { Rule = loss, X = values, T = targets, W = weights } }, x.Length);
        }
    }

    /// <summary>to[i] = the derivative of the loss of x[i] against t[i] by x[i], or by t[i], times g[i].</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="x">The values.</param>
    /// <param name="t">The targets.</param>
    /// <param name="w">What the loss is given besides; empty for 1.</param>
    /// <param name="g">The gradient of each loss; empty where it is <paramref name="factor"/> for all.</param>
    /// <param name="factor">The gradient of each loss where there are no g.</param>
    /// <param name="byTarget">Whether by t.</param>
    /// <param name="to">The derivatives.</param>
    public static void Slope<F>(
        F loss, ReadOnlySpan<float> x, ReadOnlySpan<float> t, ReadOnlySpan<float> w, ReadOnlySpan<float> g, float factor, bool byTarget,
        Span<float> to)
        where F : struct, IPointwiseLoss
    {
        fixed (float* values = x, targets = t, weights = w, gradient = g, result = to)
        {
            Elementwise.Share(
                new SlopeLoop<F>
                {
                    Rule = loss,
                    X = values,
                    T = targets,
                    W = weights,
                    G = gradient,
                    Factor = factor,
                    ByTarget = byTarget,
                    To = result,
                },
                x.Length);
        }
    }

    struct LossLoop<F> : ILoop
        where F : struct, IPointwiseLoss
    {
        public F Rule;
        public float* X, T, W, To;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Losses<F, S, V>(Rule, X, T, W, To, start, length);
    }

    struct LossPieces<F> : Elementwise.IPieces
        where F : struct, IPointwiseLoss
    {
        public LossLoop<F> Loop;

        public readonly float* Piece(int start, int length, float* scratch)
        {
            var loop = Loop;
            loop.X += start;
            loop.T += start;
            loop.W = loop.W is null ? null : loop.W + start;
            loop.To = scratch;
            Simd.Run(loop, length);
            return scratch;
        }
    }

    struct SlopeLoop<F> : ILoop
        where F : struct, IPointwiseLoss
    {
        public F Rule;
        public float* X, T, W, G, To;
        public float Factor;
        public bool ByTarget;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => ByTarget
                ? Slopes<F, S, V>(Rule, X, T, W, G, Factor, byTarget: true, To, start, length)
                : Slopes<F, S, V>(Rule, X, T, W, G, Factor, byTarget: false, To, start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Losses<F, S, V>(F loss, float* x, float* t, float* w, float* to, int i, int length)
        where F : struct, IPointwiseLoss
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V one = S.Broadcast(1);
        for (; i <= length - S.Width; i += S.Width)
            S.Store(to + i, loss.Loss<S, V>(S.Load(x + i), S.Load(t + i), w is null ? one : S.Load(w + i)));
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Slopes<F, S, V>(F loss, float* x, float* t, float* w, float* g, float factor, bool byTarget, float* to, int i, int length)
        where F : struct, IPointwiseLoss
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V one = S.Broadcast(1), all = S.Broadcast(factor);
        for (; i <= length - S.Width; i += S.Width)
        {
            V weight = w is null ? one : S.Load(w + i);
            V slope = byTarget
                ? loss.TargetSlope<S, V>(S.Load(x + i), S.Load(t + i), weight)
                : loss.Slope<S, V>(S.Load(x + i), S.Load(t + i), weight);
            S.Store(to + i, S.Multiply(slope, g is null ? all : S.Load(g + i)));
        }

        return i;
    }
}
