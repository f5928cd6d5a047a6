using Ballast.Kernels;

namespace Ballast;

/// <content>Max and average pools.</content>
public static partial class Functional
{
    /// <summary>The largest value of each window of sequences [N, C, L]. PyTorch: <c>F.max_pool1d</c>.</summary>
    /// <param name="input">[N, C, L].</param>
    /// <param name="kernelSize">Positions of the window.</param>
    /// <param name="stride">Positions from one window to the next; as many as the kernel has when null.</param>
    /// <param name="padding">Positions on each side of the input, at most half the kernel.</param>
    /// <param name="dilation">Positions from one value of a window to the next.</param>
    /// <param name="ceilMode">Whether the size of the result is rounded up.</param>
    /// <exception cref="ArgumentException">What <see cref="Ballast.MaxPool1d"/> refuses.</exception>
    public static Tensor MaxPool1d(
        Tensor input, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis? dilation = null, bool ceilMode = false) =>
        Fit(nameof(MaxPool1d), 1, input, kernelSize, stride, padding, dilation ?? 1, ceilMode).Max(input);

    /// <summary>The same, and where each value lies in its channel, row-major, as int64. PyTorch: <c>F.max_pool1d_with_indices</c>.</summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public static (Tensor Output, Tensor Indices) MaxPool1dWithIndices(
        Tensor input, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis? dilation = null, bool ceilMode = false) =>
        Fit(nameof(MaxPool1d), 1, input, kernelSize, stride, padding, dilation ?? 1, ceilMode).MaxWithIndices(input);

    /// <summary>The largest value of each window of images [N, C, H, W]. PyTorch: <c>F.max_pool2d</c>.</summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public static Tensor MaxPool2d(
        Tensor input, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis? dilation = null, bool ceilMode = false) =>
        Fit(nameof(MaxPool2d), 2, input, kernelSize, stride, padding, dilation ?? 1, ceilMode).Max(input);

    /// <summary>The same, and where each value lies in its channel, row-major, as int64. PyTorch: <c>F.max_pool2d_with_indices</c>.</summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public static (Tensor Output, Tensor Indices) MaxPool2dWithIndices(
        Tensor input, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis? dilation = null, bool ceilMode = false) =>
        Fit(nameof(MaxPool2d), 2, input, kernelSize, stride, padding, dilation ?? 1, ceilMode).MaxWithIndices(input);

    /// <summary>The largest value of each window of volumes [N, C, D, H, W]. PyTorch: <c>F.max_pool3d</c>.</summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public static Tensor MaxPool3d(
        Tensor input, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis? dilation = null, bool ceilMode = false) =>
        Fit(nameof(MaxPool3d), 3, input, kernelSize, stride, padding, dilation ?? 1, ceilMode).Max(input);

    /// <summary>The same, and where each value lies in its channel, row-major, as int64. PyTorch: <c>F.max_pool3d_with_indices</c>.</summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public static (Tensor Output, Tensor Indices) MaxPool3dWithIndices(
        Tensor input, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis? dilation = null, bool ceilMode = false) =>
        Fit(nameof(MaxPool3d), 3, input, kernelSize, stride, padding, dilation ?? 1, ceilMode).MaxWithIndices(input);

    /// <summary>The mean of each window of sequences [N, C, L]. PyTorch: <c>F.avg_pool1d</c>.</summary>
    /// <param name="input">[N, C, L].</param>
    /// <param name="kernelSize">Positions of the window.</param>
    /// <param name="stride">Positions from one window to the next; as many as the kernel has when null.</param>
    /// <param name="padding">Zeros on each side of the input, at most half the kernel.</param>
    /// <param name="ceilMode">Whether the size of the result is rounded up.</param>
    /// <param name="countIncludePad">Whether zeros of the padding count.</param>
    /// <exception cref="ArgumentException">What <see cref="Ballast.AvgPool1d"/> refuses.</exception>
    public static Tensor AvgPool1d(
        Tensor input, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, bool ceilMode = false, bool countIncludePad = true) =>
        Fit(nameof(AvgPool1d), 1, input, kernelSize, stride, padding, 1, ceilMode).Average(input, new PoolDivisor(countIncludePad));

    /// <summary>The mean of each window of images [N, C, H, W], or its sum over a divisor that is given. PyTorch: <c>F.avg_pool2d</c>.</summary>
    /// <inheritdoc cref="AvgPool1d"/>
    public static Tensor AvgPool2d(
        Tensor input, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, bool ceilMode = false,
        bool countIncludePad = true, int? divisorOverride = null) =>
        Fit(nameof(AvgPool2d), 2, input, kernelSize, stride, padding, 1, ceilMode)
            .Average(input, Divisor(nameof(AvgPool2d), countIncludePad, divisorOverride));

    /// <summary>The mean of each window of volumes [N, C, D, H, W], or its sum over a divisor that is given. PyTorch: <c>F.avg_pool3d</c>.</summary>
    /// <inheritdoc cref="AvgPool1d"/>
    public static Tensor AvgPool3d(
        Tensor input, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, bool ceilMode = false,
        bool countIncludePad = true, int? divisorOverride = null) =>
        Fit(nameof(AvgPool3d), 3, input, kernelSize, stride, padding, 1, ceilMode)
            .Average(input, Divisor(nameof(AvgPool3d), countIncludePad, divisorOverride));

    static FittedPool Fit(
        object layer, int axes, Tensor input, PerAxis kernelSize, PerAxis? stride, PerAxis padding, PerAxis dilation, bool ceilMode) =>
        new PoolPlan(layer as string ?? layer.GetType().Name, axes, kernelSize, stride ?? kernelSize, padding, dilation, ceilMode)
            .Checked().Fit(input.Shape, layer);

    static PoolDivisor Divisor(string name, bool countPadding, int? divisor)
    {
        Throw.Unless(divisor != 0, $"{name}: expected a divisor other than 0.");
        return new PoolDivisor(countPadding, divisor ?? 0);
    }
}
