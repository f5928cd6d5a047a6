namespace Ballast.Kernels;

/// <summary>The bits of some floats.</summary>
static class FloatBits
{
    /// <summary>2^-126, the least normal number.</summary>
    public const uint LeastNormal = 0x00800000;

    /// <summary>Infinity.</summary>
    public const uint Infinity = 0x7F800000;

    /// <summary>The root of a half.</summary>
    public const int RootOfHalf = 0x3F3504F3;
}
