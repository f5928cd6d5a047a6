using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>Random words to uniform values: (u mod 2^24) 2^-24 (high - low) + low, the last step fused as PyTorch's
/// compiler fuses it.</summary>
static class UniformKernel
{
    const uint Mask = 0xFFFFFF;
    const float Scale = 1f / (1 << 24);

    /// <summary>Writes one value per word, eight at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(ReadOnlySpan<uint> words, Span<float> values, float low, float range)
    {
        var scale = Vector256.Create(Scale);
        var ranges = Vector256.Create(range);
        var lows = Vector256.Create(low);
        ref uint source = ref MemoryMarshal.GetReference(words);
        ref float destination = ref MemoryMarshal.GetReference(values[..words.Length]);
        int i = 0;
        for (; i <= words.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
        {
            var bits = Vector256.LoadUnsafe(ref source, (nuint)i) & Vector256.Create(Mask);
            var unit = Vector256.ConvertToSingle(bits.AsInt32()) * scale;
            Vector256.FusedMultiplyAdd(unit, ranges, lows).StoreUnsafe(ref destination, (nuint)i);
        }

        FillReference(words[i..], values[i..], low, range);
    }

    /// <summary>The scalar reference of <see cref="Fill"/>, and its tail.</summary>
    public static void FillReference(ReadOnlySpan<uint> words, Span<float> values, float low, float range)
    {
        for (int i = 0; i < words.Length; i++)
            values[i] = MathF.FusedMultiplyAdd((words[i] & Mask) * Scale, range, low);
    }
}
