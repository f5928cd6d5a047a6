using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>The arithmetic of one register width. A kernel is written once over <typeparamref name="V"/> and compiled for
/// each width; with <see cref="SimdScalar"/> the same text is its own scalar reference and handles the tail.</summary>
unsafe interface ISimd<V>
    where V : unmanaged
{
    static abstract int Width { get; }
    static abstract V Broadcast(float value);
    static abstract V Load(float* source);
    static abstract void Store(float* destination, V value);

    /// <summary>Stores past the caches, to an address that a register's size divides: for results that will not fit there.
    /// </summary>
    static abstract void StoreAway(float* destination, V value);

    /// <summary>A mask of the first <paramref name="count"/> lanes; none where that is not positive.</summary>
    static abstract V First(int count);

    /// <summary>The lanes that the mask has, and 0 in the others, whose memory is not touched.</summary>
    static abstract V LoadSome(float* source, V mask);

    /// <summary>Stores the lanes that the mask has.</summary>
    static abstract void StoreSome(float* destination, V mask, V value);

    /// <summary>The next <see cref="Width"/> bytes as floats.</summary>
    static abstract V LoadBytes(byte* source);

    static abstract V Add(V a, V b);
    static abstract V Subtract(V a, V b);
    static abstract V Multiply(V a, V b);
    static abstract V Divide(V a, V b);
    static abstract V Sqrt(V a);
    static abstract V Exp(V a);
    static abstract V Log(V a);
    static abstract V Log2(V a);
    static abstract V Sin(V a);
    static abstract V Cos(V a);

    /// <summary>a to the power of b, with the special cases of <see cref="MathF.Pow"/>.</summary>
    static abstract V Pow(V a, V b);

    static abstract V Abs(V a);
    static abstract V Floor(V a);
    static abstract V Ceiling(V a);
    static abstract V Truncate(V a);

    /// <summary>The nearest whole number; the even one of two.</summary>
    static abstract V Round(V a);

    /// <summary>2^(n - 127), n from 0 to 254 being the last eight bits of <paramref name="a"/>; 0 where n is 0.</summary>
    static abstract V PowerOfTwo(V a);

    /// <summary>Whether all are normal numbers above zero.</summary>
    static abstract bool AreNormalAndPositive(V a);

    /// <summary>e, of a normal number above zero 2^e m with m from the root of a half to that of two.</summary>
    static abstract V Exponent(V a);

    /// <summary>That m.</summary>
    static abstract V Mantissa(V a);

    /// <summary>The number without the last twelve of its 24 digits.</summary>
    static abstract V HalfOfDigits(V a);

    /// <summary>a * b + c with one rounding.</summary>
    static abstract V Fma(V a, V b, V c);

    /// <summary>The larger one; where <paramref name="a"/> is not a number, <paramref name="a"/>.</summary>
    static abstract V Max(V a, V b);

    /// <summary>The smaller one; where <paramref name="a"/> is not a number, <paramref name="a"/>.</summary>
    static abstract V Min(V a, V b);

    /// <summary><paramref name="value"/> where <paramref name="gate"/> is above zero or not a number, 0 elsewhere.</summary>
    static abstract V WherePositive(V gate, V value);

    /// <summary>A mask: all bits where <paramref name="a"/> is larger or not a number, none elsewhere.</summary>
    static abstract V GreaterOrNaN(V a, V b);

    /// <summary>A mask: all bits where <paramref name="a"/> is larger or one of both is not a number: one instruction, where
    /// <see cref="GreaterOrNaN"/> takes two comparisons. For a <paramref name="b"/> that is a number they are the same.</summary>
    static abstract V GreaterOrUnordered(V a, V b);

    /// <summary>A mask: all bits where both are equal, none elsewhere.</summary>
    static abstract V Equal(V a, V b);

    /// <summary><paramref name="a"/> where the mask has all bits, <paramref name="b"/> where it has none.</summary>
    static abstract V Select(V mask, V a, V b);

    /// <summary>The sum of all lanes, halves added to halves.</summary>
    static abstract float Sum(V a);

    /// <summary>The sums of the lanes of each of the four.</summary>
    static abstract Vector128<float> Sum(V a, V b, V c, V d);
}
