using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The constants of one channel of a sample, or of a register of channels, by the rows that they lie in. Each term and map says what
/// it does with them.</summary>
readonly struct SampleConstants<V>(V center, V scale, V shift, V slope, V offset, V bend, V bound, V spread)
    where V : unmanaged
{
    public V Center { get; } = center;
    public V Scale { get; } = scale;
    public V Shift { get; } = shift;
    public V Slope { get; } = slope;
    public V Offset { get; } = offset;
    public V Bend { get; } = bend;
    public V Bound { get; } = bound;
    public V Spread { get; } = spread;

    /// <summary>Those of neighbouring channels, a lane for each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe SampleConstants<V> Load<S>(SampleRows rows)
        where S : struct, ISimd<V> => new(
            S.Load(rows.Center), S.Load(rows.Scale), S.Load(rows.Shift), S.Load(rows.Slope), S.Load(rows.Offset), S.Load(rows.Bend),
            S.Load(rows.Bound), S.Load(rows.Spread));

    /// <summary>Those of one channel in all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe SampleConstants<V> Broadcast<S>(SampleRows rows)
        where S : struct, ISimd<V> => new(
            S.Broadcast(*rows.Center), S.Broadcast(*rows.Scale), S.Broadcast(*rows.Shift), S.Broadcast(*rows.Slope),
            S.Broadcast(*rows.Offset), S.Broadcast(*rows.Bend), S.Broadcast(*rows.Bound), S.Broadcast(*rows.Spread));
}

/// <summary>The constants of a sample's channels as they lie in memory: a row of C floats for each. Loops read the first eight; two more are
/// the operation's own.</summary>
/// <param name="table">The first row.</param>
/// <param name="channels">C.</param>
readonly unsafe struct SampleRows(float* table, int channels)
{
    /// <summary>How many there are.</summary>
    public const int Count = 10;

    public float* Center => table;
    public float* Scale => table + channels;
    public float* Shift => table + 2 * (nint)channels;
    public float* Slope => table + 3 * (nint)channels;
    public float* Offset => table + 4 * (nint)channels;
    public float* Bend => table + 5 * (nint)channels;
    public float* Bound => table + 6 * (nint)channels;
    public float* Spread => table + 7 * (nint)channels;
    public float* Own => table + 8 * (nint)channels;
    public float* Second => table + 9 * (nint)channels;
}

/// <summary>What a sum over a channel of a sample adds up: up to five sums at once.</summary>
interface ISampleTerm
{
    /// <summary>Whether the term reads a gradient beside the values.</summary>
    static abstract bool ReadsGradient { get; }

    /// <summary>How many of the sums it fills.</summary>
    static abstract int Count { get; }

    static abstract void Add<S, V>(
        V x, V gradient, in SampleConstants<V> k, ref V first, ref V second, ref V third, ref V fourth, ref V fifth)
        where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>One result for each value of a channel of a sample.</summary>
interface ISampleMap
{
    /// <summary>Whether the map reads a gradient beside the values.</summary>
    static abstract bool ReadsGradient { get; }

    static abstract V Apply<S, V>(V x, V gradient, in SampleConstants<V> k)
        where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>The sum of x^2.</summary>
readonly struct SampleSquareTerm : ISampleTerm
{
    public static bool ReadsGradient => false;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(
        V x, V gradient, in SampleConstants<V> k, ref V first, ref V second, ref V third, ref V fourth, ref V fifth)
        where S : struct, ISimd<V> where V : unmanaged => first = S.Fma(x, x, first);
}
