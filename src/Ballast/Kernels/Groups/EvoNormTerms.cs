using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>x sigmoid(bend x) scale + shift, with bend = v, scale = gamma / sqrt(group variance + eps), shift = beta.</summary>
readonly struct EvoNormS0Map : ISampleMap
{
    public static bool ReadsGradient => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in SampleConstants<V> k)
        where S : struct, ISimd<V> where V : unmanaged
    {
        Gate<S, V>(x, k, out V open, out _);
        return S.Fma(S.Multiply(x, open), k.Scale, k.Shift);
    }

    /// <summary>s = sigmoid(bend x), and 1 - s with all its digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gate<S, V>(V x, in SampleConstants<V> k, out V open, out V rest)
        where S : struct, ISimd<V> where V : unmanaged
    {
        V one = S.Broadcast(1), zero = S.Broadcast(0), u = S.Multiply(x, k.Bend), positive = S.GreaterOrUnordered(u, zero);
        V e = ExponentialFunction.UpToZero<S, V>(S.Subtract(zero, S.Abs(u))), large = S.Divide(one, S.Add(one, e)), small = S.Multiply(e, large);
        open = S.Select(positive, large, small);
        rest = S.Select(positive, small, large);
    }
}

/// <summary>The sums of the gradient g, of g x s and of g x^2 s (1 - s), with s = sigmoid(bend x).</summary>
readonly struct EvoNormS0Term : ISampleTerm
{
    public static bool ReadsGradient => true;

    public static int Count => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(
        V x, V gradient, in SampleConstants<V> k, ref V first, ref V second, ref V third, ref V fourth, ref V fifth)
        where S : struct, ISimd<V> where V : unmanaged
    {
        EvoNormS0Map.Gate<S, V>(x, k, out V open, out V rest);
        V h = S.Multiply(x, open);
        first = S.Add(first, gradient);
        second = S.Fma(gradient, h, second);
        third = S.Fma(S.Multiply(gradient, h), S.Multiply(x, rest), third);
    }
}

/// <summary>g scale s (1 + bend x (1 - s)) + ((x - center) + offset) slope, with center - offset the mean of the group and slope that of
/// its variance.</summary>
readonly struct EvoNormS0Gradient : ISampleMap
{
    public static bool ReadsGradient => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in SampleConstants<V> k)
        where S : struct, ISimd<V> where V : unmanaged
    {
        EvoNormS0Map.Gate<S, V>(x, k, out V open, out V rest);
        V slope = S.Multiply(open, S.Fma(S.Multiply(x, k.Bend), rest, S.Broadcast(1)));
        V spread = S.Multiply(S.Add(S.Subtract(x, k.Center), k.Offset), k.Slope);
        return S.Fma(S.Multiply(gradient, k.Scale), slope, spread);
    }
}

/// <summary>x / max(bound, bend x + spread) scale + shift, with bound = sqrt(batch variance + eps), bend = v,
/// spread = sqrt(instance variance + eps), scale = gamma, shift = beta.</summary>
readonly struct EvoNormB0Map : ISampleMap
{
    public static bool ReadsGradient => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in SampleConstants<V> k)
        where S : struct, ISimd<V> where V : unmanaged =>
        S.Fma(S.Divide(x, S.Max(S.Fma(x, k.Bend, k.Spread), k.Bound)), k.Scale, k.Shift);
}

/// <summary>With q = 1 / max(bound, bend x + spread) and the gradient g: the sums of g, of g x q, of g x q^2 where the maximum is bound and
/// where it is not, and there of g x^2 q^2.</summary>
readonly struct EvoNormB0Term : ISampleTerm
{
    public static bool ReadsGradient => true;

    public static int Count => 5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(
        V x, V gradient, in SampleConstants<V> k, ref V first, ref V second, ref V third, ref V fourth, ref V fifth)
        where S : struct, ISimd<V> where V : unmanaged
    {
        V right = S.Fma(x, k.Bend, k.Spread), zero = S.Broadcast(0), isRight = S.GreaterOrNaN(right, k.Bound);
        V q = S.Divide(S.Broadcast(1), S.Select(isRight, right, k.Bound)), h = S.Multiply(x, q);
        V e = S.Multiply(S.Multiply(gradient, h), q), ofRight = S.Select(isRight, e, zero);
        first = S.Add(first, gradient);
        second = S.Fma(gradient, h, second);
        third = S.Add(third, S.Select(isRight, zero, e));
        fourth = S.Add(fourth, ofRight);
        fifth = S.Fma(ofRight, x, fifth);
    }
}

/// <summary>g scale q - (g scale x q^2 bend where the maximum is not bound) + (x - center) slope + offset: the last two carry what goes
/// through both variances.</summary>
readonly struct EvoNormB0Gradient : ISampleMap
{
    public static bool ReadsGradient => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in SampleConstants<V> k)
        where S : struct, ISimd<V> where V : unmanaged
    {
        V right = S.Fma(x, k.Bend, k.Spread), one = S.Broadcast(1), isRight = S.GreaterOrNaN(right, k.Bound);
        V q = S.Divide(one, S.Select(isRight, right, k.Bound));
        V share = S.Select(isRight, S.Multiply(S.Multiply(x, q), k.Bend), S.Broadcast(0));
        V direct = S.Multiply(S.Multiply(gradient, k.Scale), q);
        return S.Fma(direct, S.Subtract(one, share), S.Fma(S.Subtract(x, k.Center), k.Slope, k.Offset));
    }
}
