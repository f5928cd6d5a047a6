using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>The rows of a matrix as a product reads them: floats, or the bytes of images, each standing for byte / 255.
/// Bytes become floats in the reader's own cache, a quarter of the memory traffic of floats made beforehand.</summary>
readonly unsafe struct Rows
{
    readonly float* floats;
    readonly byte* bytes;

    /// <summary>Rows of floats, <paramref name="stride"/> apart.</summary>
    public Rows(float* floats, int stride)
    {
        this.floats = floats;
        Stride = stride;
    }

    /// <summary>Rows of bytes, <paramref name="stride"/> apart.</summary>
    public Rows(byte* bytes, int stride)
    {
        this.bytes = bytes;
        Stride = stride;
    }

    /// <summary>From one row to the next, in values.</summary>
    public int Stride { get; }

    /// <summary>Whether the rows are floats in memory already.</summary>
    public bool AreFloats => floats is not null;

    /// <summary>Where a row of floats begins.</summary>
    public float* Row(int row) => floats + (nint)row * Stride;

    /// <summary>Writes a part of a row as floats.</summary>
    public void Copy(int row, int start, int length, float* destination)
    {
        if (AreFloats)
        {
            new ReadOnlySpan<float>(Row(row) + start, length).CopyTo(new Span<float>(destination, length));
            return;
        }

        Convert(bytes + (nint)row * Stride + start, destination, length);
    }

    /// <summary>destination[i] = source[i] / 255, correctly rounded.</summary>
    public static void Convert(byte* source, float* destination, int length)
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
            i = Convert<Simd512, Vector512<float>>(source, destination, i, length);
        else if (Vector256.IsHardwareAccelerated)
            i = Convert<Simd256, Vector256<float>>(source, destination, i, length);
        else
            i = Convert<Simd128, Vector128<float>>(source, destination, i, length);
        Convert<SimdScalar, float>(source, destination, i, length);
    }

    // Product with the reciprocal, corrected by the remainder: the same bits as a division for every byte, four times
    // faster. Without a fused multiply-add the remainder is not exact, so there it is a division.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Convert<S, V>(byte* source, float* destination, int i, int length)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var divisor = S.Broadcast(-255f);
        var reciprocal = S.Broadcast(1 / 255f);
        for (; i <= length - S.Width; i += S.Width)
        {
            var value = S.LoadBytes(source + i);
            if (!System.Runtime.Intrinsics.X86.Fma.IsSupported)
            {
                S.Store(destination + i, S.Divide(value, S.Broadcast(255f)));
                continue;
            }

            var quotient = S.Multiply(value, reciprocal);
            var rest = S.Fma(quotient, divisor, value);
            S.Store(destination + i, S.Fma(rest, reciprocal, quotient));
        }

        return i;
    }
}
