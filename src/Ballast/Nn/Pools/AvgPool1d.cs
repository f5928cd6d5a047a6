namespace Ballast;

/// <summary>The mean of each window of a channel of sequences, from [N, C, L] to [N, C, L']; see <see cref="Pooling"/> for the sizes. PyTorch:
/// <c>nn.AvgPool1d</c>.</summary>
public sealed class AvgPool1d : AvgPoolNd
{
    /// <summary>Makes the layer.</summary>
    /// <param name="kernelSize">The positions of the window.</param>
    /// <param name="stride">Positions from one window to the next; as many as the kernel has when null.</param>
    /// <param name="padding">Positions of zeros on each side of the input, at most half the kernel.</param>
    /// <param name="ceilMode">Whether the size of the result is rounded up. What a window then covers beyond the padding never
    /// counts.</param>
    /// <param name="countIncludePad">Whether zeros of the padding count; without, a mean is over values of the input
    /// alone.</param>
    /// <exception cref="ArgumentException">A size below 1, or a padding that is negative or more than half the kernel.
    /// </exception>
    public AvgPool1d(
        PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, bool ceilMode = false, bool countIncludePad = true)
        : base(1, kernelSize, stride, padding, ceilMode, countIncludePad, null)
    {
    }
}
