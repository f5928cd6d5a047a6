using System.Runtime.CompilerServices;

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
        float max = Max<S, V>(x, length);
        double total = 0;
        for (int start = 0; start < length; start += Piece)
            total += Exponentials<S, V>(x + start, y + start, Math.Min(Piece, length - start), max);
        float sum = (float)total, inverse = 1 / sum, logSum = MathF.Log(sum);
        V top = S.Broadcast(max), factor = S.Broadcast(inverse), logarithm = S.Broadcast(logSum);
        int i = 0;
        for (; i <= length - S.Width; i += S.Width)
            S.Store(y + i, K.Finish<S, V>(S.Load(x + i), S.Load(y + i), top, factor, logarithm));
        for (; i < length; i++)
            y[i] = K.Finish<SimdScalar, float>(x[i], y[i], max, inverse, logSum);
        return (max, logSum);
    }

    /// <summary>The gradient of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient<K, S, V>(float* g, float* y, float* dx, int length)
        where K : struct, ISoftmaxKind
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        double total = 0;
        for (int start = 0; start < length; start += Piece)
            total += Terms<K, S, V>(g + start, y + start, Math.Min(Piece, length - start));
        float sum = (float)total;
        V all = S.Broadcast(sum);
        int i = 0;
        for (; i <= length - S.Width; i += S.Width)
            S.Store(dx + i, K.Gradient<S, V>(S.Load(g + i), S.Load(y + i), all));
        for (; i < length; i++)
            dx[i] = K.Gradient<SimdScalar, float>(g[i], y[i], sum);
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
        float sum = S.Sum(S.Add(S.Add(a, b), S.Add(c, d)));
        for (; i < length; i++)
            sum += K.Term<SimdScalar, float>(g[i], y[i]);
        return sum;
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
            float* last = stackalloc float[WidestRegister];
            new Span<float>(last, S.Width).Fill(float.NegativeInfinity);
            new ReadOnlySpan<float>(x + i, length - i).CopyTo(new Span<float>(last, length - i));
            a = S.Add(a, Exponential<S, V>(last, last, top));
            new ReadOnlySpan<float>(last, length - i).CopyTo(new Span<float>(e + i, length - i));
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
