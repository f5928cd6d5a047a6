using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>Pairs of random words to values that are there with some probability or 0: there where the low 53 bits of
/// (first 2^32 + second) are below a threshold, p 2^53 rounded up. It is a uniform value of [0, 1) below p, without the
/// conversion.</summary>
static class BernoulliKernel
{
    const ulong Mask = (1UL << 53) - 1;

    /// <summary>The threshold of a probability.</summary>
    public static long Threshold(double p) => (long)Math.Ceiling(p * (1UL << 53));

    /// <summary>Writes one value for each pair of words, eight at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(ReadOnlySpan<uint> words, Span<float> values, long threshold, float value)
    {
        var pairs = MemoryMarshal.Cast<uint, ulong>(words);
        ref ulong source = ref MemoryMarshal.GetReference(pairs);
        ref float destination = ref MemoryMarshal.GetReference(values[..pairs.Length]);
        var there = Vector256.Create(value).AsInt32();
        int i = 0;
        for (; i <= pairs.Length - 8; i += 8)
        {
            var below = Vector256.Narrow(Below(ref source, i, threshold), Below(ref source, i + 4, threshold));
            (below & there).AsSingle().StoreUnsafe(ref destination, (nuint)i);
        }

        FillReference(words[(2 * i)..], values[i..], threshold, value);
    }

    /// <summary>The scalar reference of <see cref="Fill"/>, and its tail.</summary>
    public static void FillReference(ReadOnlySpan<uint> words, Span<float> values, long threshold, float value)
    {
        for (int i = 0; i < words.Length / 2; i++)
            values[i] = IsBelow(words[2 * i], words[2 * i + 1], threshold) ? value : 0;
    }

    /// <summary>Whether the value of one pair is there.</summary>
    public static bool IsBelow(uint first, uint second, long threshold) =>
        (long)((((ulong)first << 32) | second) & Mask) < threshold;

    // Processors that .NET runs on keep the low half of 64 bits first: the pair's halves change places.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<long> Below(ref ulong source, int i, long threshold)
    {
        var pair = Vector256.LoadUnsafe(ref source, (nuint)i);
        var bits = ((pair << 32) | (pair >>> 32)) & Vector256.Create(Mask);
        return Vector256.LessThan(bits.AsInt64(), Vector256.Create(threshold));
    }
}
