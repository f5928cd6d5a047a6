using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>The passes of a softmax over one row whose values lie side by side, while it is in cache.</summary>
static unsafe class SoftmaxRow
{
    const int WidestRegister = 16;

    // Sums are made in float within so many values, and in double of those: at four lanes a sum of 50,000 would lose a digit.
    const int Piece = 1 << 12;

    /// <summary>The result of a row. Returns its largest value and the logarithm of the sum of exp(x - max).</summary>
    /// <param name="x">The row; not y.</param>
    /// <param name="y">The result.</param>
    /// <param name="length">How many values the row has, at least one.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (float Max, float LogSum) Compute<K, S, V>(float* x, float* y, int length)
        where K : struct, ISoftmaxKind
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (S.Width > Simd128.Width && length < S.Width)
            return Compute<K, Simd128, Vector128<float>>(x, y, length);
        float max = Max<S, V>(x, length);
        double total = 0;
        for (int start = 0; start < length; start += Piece)
            total += Exponentials<S, V>(x + start, y + start, Math.Min(Piece, length - start), max);
        float sum = (float)total, inverse = 1 / sum, logSum = MathF.Log(sum);
        V top = S.Broadcast(max), factor = S.Broadcast(inverse), logarithm = S.Broadcast(logSum);
        int i = 0, end = length - S.Width;
        if (end < 0)
        {
            for (; i < length; i++)
                y[i] = K.Finish<SimdScalar, float>(x[i], y[i], max, inverse, logSum);
            return (max, logSum);
        }

        V last = S.Load(y + end); // overlaps the register before it, whose results will lie there
        for (; i <= end; i += S.Width)
            S.Store(y + i, K.Finish<S, V>(S.Load(x + i), S.Load(y + i), top, factor, logarithm));
        if (i < length)
            S.Store(y + end, K.Finish<S, V>(S.Load(x + end), last, top, factor, logarithm));
        return (max, logSum);
    }

    /// <summary>The gradient of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient<K, S, V>(float* g, float* y, float* dx, int length)
        where K : struct, ISoftmaxKind
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (S.Width > Simd128.Width && length < S.Width)
        {
            Gradient<K, Simd128, Vector128<float>>(g, y, dx, length);
            return;
        }

        double total = 0;
        for (int start = 0; start < length; start += Piece)
            total += Terms<K, S, V>(g + start, y + start, Math.Min(Piece, length - start));
        float sum = (float)total;
        V all = S.Broadcast(sum);
        int i = 0, end = length - S.Width;
        if (end < 0)
        {
            for (; i < length; i++)
                dx[i] = K.Gradient<SimdScalar, float>(g[i], y[i], sum);
            return;
        }

        V last = S.Load(g + end), lastResult = S.Load(y + end);
        for (; i <= end; i += S.Width)
            S.Store(dx + i, K.Gradient<S, V>(S.Load(g + i), S.Load(y + i), all));
        if (i < length)
            S.Store(dx + end, K.Gradient<S, V>(last, lastResult, all));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Terms<K, S, V>(float* g, float* y, int length)
        where K : struct, ISoftmaxKind
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V a = S.Broadcast(0), b = a, c = a, d = a;
        int i = 0;
        for (; i <= length - 4 * S.Width; i += 4 * S.Width)
        {
            a = S.Add(a, K.Term<S, V>(S.Load(g + i), S.Load(y + i)));
            b = S.Add(b, K.Term<S, V>(S.Load(g + i + S.Width), S.Load(y + i + S.Width)));
            c = S.Add(c, K.Term<S, V>(S.Load(g + i + 2 * S.Width), S.Load(y + i + 2 * S.Width)));
            d = S.Add(d, K.Term<S, V>(S.Load(g + i + 3 * S.Width), S.Load(y + i + 3 * S.Width)));
        }

        for (; i <= length - S.Width; i += S.Width)
            a = S.Add(a, K.Term<S, V>(S.Load(g + i), S.Load(y + i)));
        if (i < length)
        {
            V mask = S.First(length - i);
            b = S.Add(b, K.Term<S, V>(S.LoadSome(g + i, mask), S.LoadSome(y + i, mask)));
        }

        return S.Sum(S.Add(S.Add(a, b), S.Add(c, d)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Max<S, V>(float* x, int length)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float max = x[0];
        int i = 0;
        if (length >= S.Width)
        {
            V a = S.Load(x), b = a, c = a, d = a;
            for (; i <= length - 4 * S.Width; i += 4 * S.Width)
            {
                a = S.Max(a, S.Load(x + i));
                b = S.Max(b, S.Load(x + i + S.Width));
                c = S.Max(c, S.Load(x + i + 2 * S.Width));
                d = S.Max(d, S.Load(x + i + 3 * S.Width));
            }

            for (; i <= length - S.Width; i += S.Width)
                a = S.Max(a, S.Load(x + i));
            b = S.Max(b, S.Load(x + length - S.Width));
            i = length;
            float* lanes = stackalloc float[WidestRegister];
            S.Store(lanes, S.Max(S.Max(a, b), S.Max(c, d)));
            for (int lane = 0; lane < S.Width; lane++)
                max = lanes[lane] > max ? lanes[lane] : max;
        }

        for (; i < length; i++)
            max = x[i] > max ? x[i] : max;
        return max;
    }

    // e = exp(x - max), and their sum. The last register is filled up with what adds nothing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Exponentials<S, V>(float* x, float* e, int length, float max)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V top = S.Broadcast(max), a = S.Broadcast(0), b = a, c = a, d = a;
        // Four sums as ever, but two exponentials at a time: four need more than 16 registers.
        int i = 0, fours = length - length % (4 * S.Width);
        for (; i < fours; i += 2 * S.Width)
        {
            V first = S.Add(a, Exponential<S, V>(x + i, e + i, top));
            V second = S.Add(b, Exponential<S, V>(x + i + S.Width, e + i + S.Width, top));
            (a, b, c, d) = (c, d, first, second);
        }

        for (; i <= length - S.Width; i += S.Width)
            a = S.Add(a, Exponential<S, V>(x + i, e + i, top));
        if (i < length)
        {
            V mask = S.First(length - i), some = S.Select(mask, S.LoadSome(x + i, mask), S.Broadcast(float.NegativeInfinity));
            V value = ExponentialFunction.UpToZero<S, V>(S.Subtract(some, top));
            S.StoreSome(e + i, mask, value);
            a = S.Add(a, value);
        }

        return S.Sum(S.Add(S.Add(a, b), S.Add(c, d)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Exponential<S, V>(float* x, float* e, V max)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V value = ExponentialFunction.UpToZero<S, V>(S.Subtract(S.Load(x), max));
        S.Store(e, value);
        return value;
    }
}
