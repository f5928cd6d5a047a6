using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Four rows of sixteen values, which are four by four quarters, turned over: the quarters keep their order within.</summary>
static unsafe class FourLines
{
    /// <summary>Quarter j of row i becomes quarter i of row j.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromStride">From one row to the next.</param>
    /// <param name="to">The result.</param>
    /// <param name="toStride">From one of its rows to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(float* from, nint fromStride, float* to, nint toStride)
    {
        if (!Avx512F.IsSupported)
        {
            for (int i = 0; i < 4; i++)
            {
                for (int j = 0; j < 4; j++)
                    Vector128.Load(from + i * fromStride + 4 * j).Store(to + j * toStride + 4 * i);
            }

            return;
        }

        Vector512<float> a = Vector512.Load(from), b = Vector512.Load(from + fromStride);
        Vector512<float> c = Vector512.Load(from + 2 * fromStride), d = Vector512.Load(from + 3 * fromStride);
        (a, b, c, d) = Turn(a, b, c, d);
        a.Store(to);
        b.Store(to + toStride);
        c.Store(to + 2 * toStride);
        d.Store(to + 3 * toStride);
    }

    /// <summary>The same for rows in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> First, Vector512<float> Second, Vector512<float> Third, Vector512<float> Fourth) Turn(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        var evenAb = Avx512F.Shuffle4x128(a, b, 0b10_00_10_00);
        var evenCd = Avx512F.Shuffle4x128(c, d, 0b10_00_10_00);
        var oddAb = Avx512F.Shuffle4x128(a, b, 0b11_01_11_01);
        var oddCd = Avx512F.Shuffle4x128(c, d, 0b11_01_11_01);
        return (
            Avx512F.Shuffle4x128(evenAb, evenCd, 0b10_00_10_00), Avx512F.Shuffle4x128(oddAb, oddCd, 0b10_00_10_00),
            Avx512F.Shuffle4x128(evenAb, evenCd, 0b11_01_11_01), Avx512F.Shuffle4x128(oddAb, oddCd, 0b11_01_11_01));
    }
}
