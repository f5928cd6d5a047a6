using Ballast.Kernels;

namespace Ballast;

/// <content>Adaptive pools.</content>
public static partial class Functional
{
    /// <summary>The mean of each of so many windows of sequences [N, C, L] that the result has a given size. PyTorch:
    /// <c>F.adaptive_avg_pool1d</c>.</summary>
    /// <param name="input">[N, C, L].</param>
    /// <param name="outputSize">Positions of the result; of several axes null keeps the input's.</param>
    /// <exception cref="ArgumentException">Another number of axes, an input without values, or a size below 0.</exception>
    public static Tensor AdaptiveAvgPool1d(Tensor input, AdaptiveSize outputSize) =>
        Fit(nameof(AdaptiveAvgPool1d), 1, input, outputSize).Average(input, new PoolDivisor(CountPadding: false));

    /// <summary>The largest value of each of so many windows of sequences [N, C, L] that the result has a given size. PyTorch:
    /// <c>F.adaptive_max_pool1d</c>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public static Tensor AdaptiveMaxPool1d(Tensor input, AdaptiveSize outputSize) =>
        Fit(nameof(AdaptiveMaxPool1d), 1, input, outputSize).Max(input);

    /// <summary>The same, and where each value lies in its channel, row-major, as int64. PyTorch:
    /// <c>F.adaptive_max_pool1d_with_indices</c>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public static (Tensor Output, Tensor Indices) AdaptiveMaxPool1dWithIndices(Tensor input, AdaptiveSize outputSize) =>
        Fit(nameof(AdaptiveMaxPool1d), 1, input, outputSize).MaxWithIndices(input);

    /// <summary>The mean of each of so many windows of images [N, C, H, W] that the result has a given size. PyTorch:
    /// <c>F.adaptive_avg_pool2d</c>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public static Tensor AdaptiveAvgPool2d(Tensor input, AdaptiveSize outputSize) =>
        Fit(nameof(AdaptiveAvgPool2d), 2, input, outputSize).Average(input, new PoolDivisor(CountPadding: false));

    /// <summary>The largest value of each of so many windows of images [N, C, H, W] that the result has a given size. PyTorch:
    /// <c>F.adaptive_max_pool2d</c>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public static Tensor AdaptiveMaxPool2d(Tensor input, AdaptiveSize outputSize) =>
        Fit(nameof(AdaptiveMaxPool2d), 2, input, outputSize).Max(input);

    /// <summary>The same, and where each value lies in its channel, row-major, as int64. PyTorch:
    /// <c>F.adaptive_max_pool2d_with_indices</c>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public static (Tensor Output, Tensor Indices) AdaptiveMaxPool2dWithIndices(Tensor input, AdaptiveSize outputSize) =>
        Fit(nameof(AdaptiveMaxPool2d), 2, input, outputSize).MaxWithIndices(input);

    /// <summary>The mean of each of so many windows of volumes [N, C, D, H, W] that the result has a given size. PyTorch:
    /// <c>F.adaptive_avg_pool3d</c>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public static Tensor AdaptiveAvgPool3d(Tensor input, AdaptiveSize outputSize) =>
        Fit(nameof(AdaptiveAvgPool3d), 3, input, outputSize).Average(input, new PoolDivisor(CountPadding: false));

    /// <summary>The largest value of each of so many windows of volumes [N, C, D, H, W] that the result has a given size. PyTorch:
    /// <c>F.adaptive_max_pool3d</c>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public static Tensor AdaptiveMaxPool3d(Tensor input, AdaptiveSize outputSize) =>
        Fit(nameof(AdaptiveMaxPool3d), 3, input, outputSize).Max(input);

    /// <summary>The same, and where each value lies in its channel, row-major, as int64. PyTorch:
    /// <c>F.adaptive_max_pool3d_with_indices</c>.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public static (Tensor Output, Tensor Indices) AdaptiveMaxPool3dWithIndices(Tensor input, AdaptiveSize outputSize) =>
        Fit(nameof(AdaptiveMaxPool3d), 3, input, outputSize).MaxWithIndices(input);

    static FittedPool Fit(string name, int axes, Tensor input, AdaptiveSize size) =>
        PoolPlan.Adaptive(input.Shape, axes, size.Sizes(name, axes), name);
}
