namespace Ballast;

/// <summary>The mean of each window of a channel, from [N, C, H, W] to [N, C, H', W']; see <see cref="Pooling"/> for the
/// sizes. PyTorch: <c>nn.AvgPool2d</c>.</summary>
public sealed class AvgPool2d : Pooling
{
    /// <summary>Makes the layer.</summary>
    /// <param name="kernelSize">The rows and columns of the window.</param>
    /// <param name="stride">Pixels from one window to the next; as many as the kernel has when null.</param>
    /// <param name="padding">Pixels of zeros on each side of the input, at most half the kernel.</param>
    /// <param name="ceilMode">Whether the size of the result is rounded up. What a window then covers beyond the padding never
    /// counts.</param>
    /// <param name="countIncludePad">Whether zeros of the padding count; without, a mean is over values of the image
    /// alone.</param>
    /// <exception cref="ArgumentException">A size below 1, or a padding that is negative or more than half the kernel.
    /// </exception>
    public AvgPool2d(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePad = true)
        : base(kernelSize, stride, padding, 1, ceilMode) => CountIncludePad = countIncludePad;

    /// <summary>Whether zeros of the padding count.</summary>
    public bool CountIncludePad { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not images, or images smaller than the window.</exception>
    public override Tensor Forward(Tensor input) => AveragePoolOperation.Run(input, Fit(input.Shape), CountIncludePad);

    /// <inheritdoc/>
    public override string ToString() => Describe(countIncludePad: CountIncludePad);
}
