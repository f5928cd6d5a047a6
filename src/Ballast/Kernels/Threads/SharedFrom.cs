namespace Ballast.Kernels;

/// <summary>From how many values on several threads share a pass over them, by what a value costs: waking another thread takes about as
/// long as a thread needs for so many.</summary>
static class SharedFrom
{
    /// <summary>A pass at the speed of memory.</summary>
    public const int Memory = 1 << 16;

    /// <summary>Several passes over values that stay in the cache, or values that lie apart.</summary>
    public const int Cache = 1 << 15;

    /// <summary>A function such as exp of each value.</summary>
    public const int Function = 1 << 14;

    /// <summary>A product of matrices or a convolution, counted in multiply-adds.</summary>
    public const int Products = 1 << 18;
}
