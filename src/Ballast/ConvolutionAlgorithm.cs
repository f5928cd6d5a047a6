namespace Ballast;

/// <summary>How convolutions are computed.</summary>
public enum ConvolutionAlgorithm
{
    /// <summary>By the fastest way that a shape has: 3 x 3 kernels with stride 1 by Winograd's F(4x4, 3x3). Rounding then depends on the
    /// largest value of a patch of 6 x 6 pixels, and a value that is not finite makes whole tiles of 4 x 4 results NaN.</summary>
    Fastest,

    /// <summary>By the products of the definition: each result depends on the pixels under its kernel alone. Up to four times the
    /// products.</summary>
    Direct,
}
