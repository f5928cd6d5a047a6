using System.Numerics;

namespace Ballast.Kernels;

/// <summary>A number as one of another type, its fraction cut off.</summary>
readonly struct NumberConversion<T, R> : IElementMap<T, R>
    where T : unmanaged, INumber<T>
    where R : unmanaged, INumber<R>, IMinMaxValue<R>
{
    public static R Apply(T x)
    {
        if (typeof(T) == typeof(float) && typeof(R) == typeof(byte))
            return R.CreateTruncating((int)(float)(object)x);
        return R.CreateTruncating(x);
    }

    /// <summary>Whether the number, cut off, is one of the other type.</summary>
    public static bool Takes(T x)
    {
        if (typeof(R) == typeof(float) || typeof(T) == typeof(byte))
            return true;
        if (typeof(T) == typeof(long))
            return x >= T.Zero && x <= T.CreateTruncating(255);
        float value = float.CreateTruncating(x);
        return typeof(R) == typeof(byte) ? value > -1 && value < 256 : value >= -9223372036854775808f && value < 9223372036854775808f;
    }
}

/// <summary>Whether a number is not 0.</summary>
readonly struct NonZeroConversion<T> : IElementMap<T, bool>
    where T : unmanaged, INumber<T>
{
    public static bool Apply(T x) => x != T.Zero;
}
