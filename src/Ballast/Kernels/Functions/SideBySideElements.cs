using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>Loops over elements of unequal types that lie side by side or repeat one element, sixteen at a time. Each returns how many
/// elements it has done; the last few are left to the caller.</summary>
static unsafe class SideBySideElements
{
    const int Count = 16;

    /// <summary>to[i] = C(x[i], y[i]).</summary>
    /// <param name="to">The truth values.</param>
    /// <param name="x">The left operand.</param>
    /// <param name="stepX">1, or 0 where one element is repeated.</param>
    /// <param name="y">The right operand.</param>
    /// <param name="stepY">1, or 0 where one element is repeated.</param>
    /// <param name="length">How many elements there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Compare<C>(bool* to, float* x, nint stepX, float* y, nint stepY, int length)
        where C : struct, IComparison
    {
        if (!AreSideBySide(stepX, stepY))
            return 0;
        Vector128<float> x0 = Vector128.Create(*x), y0 = Vector128.Create(*y);
        int i = 0;
        for (; i <= length - Count; i += Count)
        {
            var a = C.Apply(stepX == 0 ? x0 : Vector128.Load(x + i), stepY == 0 ? y0 : Vector128.Load(y + i)).AsInt32();
            var b = C.Apply(stepX == 0 ? x0 : Vector128.Load(x + i + 4), stepY == 0 ? y0 : Vector128.Load(y + i + 4)).AsInt32();
            var c = C.Apply(stepX == 0 ? x0 : Vector128.Load(x + i + 8), stepY == 0 ? y0 : Vector128.Load(y + i + 8)).AsInt32();
            var d = C.Apply(stepX == 0 ? x0 : Vector128.Load(x + i + 12), stepY == 0 ? y0 : Vector128.Load(y + i + 12)).AsInt32();
            var low = Vector128.NarrowWithSaturation(a, b);
            var high = Vector128.NarrowWithSaturation(c, d);
            (Vector128.NarrowWithSaturation(low, high).AsByte() & Vector128<byte>.One).Store((byte*)to + i);
        }

        return i;
    }

    /// <summary>to[i] = x[i] where the mask holds, y[i] elsewhere, for elements of four bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Select(int* to, bool* mask, int* x, nint stepX, int* y, nint stepY, int length)
    {
        if (!AreSideBySide(stepX, stepY))
            return 0;
        Vector128<int> x0 = Vector128.Create(*x), y0 = Vector128.Create(*y);
        int i = 0;
        for (; i <= length - Count; i += Count)
        {
            var no = Vector128.Equals(Vector128.Load((byte*)mask + i), Vector128<byte>.Zero).AsSByte();
            var (low, high) = Vector128.Widen(no);
            var (a, b) = Vector128.Widen(low);
            var (c, d) = Vector128.Widen(high);
            Choose(a, stepX == 0 ? x0 : Vector128.Load(x + i), stepY == 0 ? y0 : Vector128.Load(y + i)).Store(to + i);
            Choose(b, stepX == 0 ? x0 : Vector128.Load(x + i + 4), stepY == 0 ? y0 : Vector128.Load(y + i + 4)).Store(to + i + 4);
            Choose(c, stepX == 0 ? x0 : Vector128.Load(x + i + 8), stepY == 0 ? y0 : Vector128.Load(y + i + 8)).Store(to + i + 8);
            Choose(d, stepX == 0 ? x0 : Vector128.Load(x + i + 12), stepY == 0 ? y0 : Vector128.Load(y + i + 12)).Store(to + i + 12);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<int> Choose(Vector128<int> not, Vector128<int> x, Vector128<int> y) => Vector128.ConditionalSelect(not, y, x);

    /// <summary>to[i] = x[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Convert(float* to, byte* x, int length)
    {
        int i = 0;
        for (; i <= length - Count; i += Count)
        {
            var (low, high) = Vector128.Widen(Vector128.Load(x + i));
            var (a, b) = Vector128.Widen(low);
            var (c, d) = Vector128.Widen(high);
            Vector128.ConvertToSingle(a.AsInt32()).Store(to + i);
            Vector128.ConvertToSingle(b.AsInt32()).Store(to + i + 4);
            Vector128.ConvertToSingle(c.AsInt32()).Store(to + i + 8);
            Vector128.ConvertToSingle(d.AsInt32()).Store(to + i + 12);
        }

        return i;
    }

    static bool AreSideBySide(nint stepX, nint stepY) => stepX is 0 or 1 && stepY is 0 or 1;
}
