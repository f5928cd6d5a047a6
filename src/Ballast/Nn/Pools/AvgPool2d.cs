namespace Ballast;

/// <summary>The mean of each window of a channel of images, from [N, C, H, W] to [N, C, H', W']; see <see cref="Pooling"/> for the sizes. PyTorch:
/// <c>nn.AvgPool2d</c>.</summary>
public sealed class AvgPool2d : AvgPoolNd
{
    /// <summary>Makes the layer.</summary>
    /// <param name="kernelSize">The rows and columns of the window: <c>3</c>, or <c>(3, 5)</c>.</param>
    /// <param name="stride">Pixels from one window to the next; as many as the kernel has when null.</param>
    /// <param name="padding">Pixels of zeros on each side of the input, at most half the kernel.</param>
    /// <param name="ceilMode">Whether the size of the result is rounded up. What a window then covers beyond the padding never
    /// counts.</param>
    /// <param name="countIncludePad">Whether zeros of the padding count; without, a mean is over values of the input
    /// alone.</param>
    /// <param name="divisorOverride">What sums are divided by instead of their number of values.</param>
    /// <exception cref="ArgumentException">A size below 1, a divisor of 0, or a padding that is negative or more than half the kernel.
    /// </exception>
    public AvgPool2d(
        PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, bool ceilMode = false, bool countIncludePad = true,
        int? divisorOverride = null)
        : base(2, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride)
    {
    }
}
