using System.Numerics;

namespace Ballast.Kernels;

/// <summary>A float as an integer, its fraction cut off.</summary>
readonly struct FloatToInt64 : IElementMap<float, long>
{
    public static long Apply(float x) => float.ConvertToIntegerNative<long>(x);

    public static bool Takes(float x) => x >= -9223372036854775808f && x < 9223372036854775808f;
}

/// <summary>A float as a byte, its fraction cut off.</summary>
readonly struct FloatToByte : IElementMap<float, byte>
{
    public static byte Apply(float x) => (byte)float.ConvertToIntegerNative<int>(x);

    public static bool Takes(float x) => x > -1 && x < 256;
}

/// <summary>An integer as the nearest float.</summary>
readonly struct Int64ToFloat : IElementMap<long, float>
{
    public static float Apply(long x) => x;
}

/// <summary>An integer as a byte.</summary>
readonly struct Int64ToByte : IElementMap<long, byte>
{
    public static byte Apply(long x) => unchecked((byte)x);

    public static bool Takes(long x) => (ulong)x < 256;
}

/// <summary>A byte as a float.</summary>
readonly struct ByteToFloat : IElementMap<byte, float>
{
    public static float Apply(byte x) => x;

    public static unsafe int Many(void* to, void* x, int length) => SideBySideElements.Convert((float*)to, (byte*)x, length);
}

/// <summary>A byte as an integer.</summary>
readonly struct ByteToInt64 : IElementMap<byte, long>
{
    public static long Apply(byte x) => x;
}

/// <summary>A truth value as 0 or 1.</summary>
readonly struct BoolToByte : IElementMap<byte, byte>
{
    public static byte Apply(byte x) => x;

    public static unsafe int Many(void* to, void* x, int length)
    {
        new ReadOnlySpan<byte>(x, length).CopyTo(new Span<byte>(to, length));
        return length;
    }
}

/// <summary>Whether a number is not 0.</summary>
readonly struct NonZeroConversion<T> : IElementMap<T, bool>
    where T : unmanaged, INumber<T>
{
    public static bool Apply(T x) => x != T.Zero;
}
