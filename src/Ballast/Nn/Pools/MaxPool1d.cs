namespace Ballast;

/// <summary>The largest value of each window of a channel of sequences, from [N, C, L] to [N, C, L']; see <see cref="Pooling"/> for the sizes.
/// Padding is
/// never the largest. PyTorch: <c>nn.MaxPool1d</c>.</summary>
/// <remarks>The gradient goes to the first of equal values, row by row. A value that is not a number is the largest. A batch
/// normalization and ReLU before the layer are applied while it reads its input: their result is never written.</remarks>
public sealed class MaxPool1d : MaxPoolNd
{
    /// <summary>Makes the layer.</summary>
    /// <param name="kernelSize">The positions of the window.</param>
    /// <param name="stride">Positions from one window to the next; as many as the kernel has when null.</param>
    /// <param name="padding">Positions of padding on each side of the input, at most half the kernel.</param>
    /// <param name="dilation">Positions from one value of a window to the next.</param>
    /// <param name="ceilMode">Whether the size of the result is rounded up.</param>
    /// <exception cref="ArgumentException">A size below 1, or a padding that is negative or more than half the kernel.
    /// </exception>
    public MaxPool1d(PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis? dilation = null, bool ceilMode = false)
        : base(1, kernelSize, stride, padding, dilation ?? 1, ceilMode)
    {
    }
}
