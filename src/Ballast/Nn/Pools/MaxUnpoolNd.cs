namespace Ballast;

/// <summary>The inputs of max pools as far as their outputs tell them, what <see cref="MaxUnpool1d"/>, <see cref="MaxUnpool2d"/> and
/// <see cref="MaxUnpool3d"/> share: (L - 1) stride - 2 padding + kernel positions of an axis of L, or another size that the pool makes as many of.
/// </summary>
/// <remarks>An input [C, ...] is a batch of one, whose axis N the output has not.</remarks>
public abstract class MaxUnpoolNd : Module
{
    readonly int axes;

    private protected MaxUnpoolNd(int axes, PerAxis kernelSize, PerAxis stride, PerAxis padding)
    {
        this.axes = axes;
        Throw.Unless(kernelSize.Fits(axes, 1) && stride.Fits(axes, 1) && padding.Fits(axes, 0),
            $"{GetType().Name}: expected a kernel and stride of at least 1 and a padding of at least 0, got kernel {kernelSize}, "
                + $"stride {stride}, padding {padding}.");
        (KernelSize, Stride, Padding) = (kernelSize, stride, padding);
    }

    /// <summary>The positions of the window on each axis.</summary>
    public PerAxis KernelSize { get; }

    /// <summary>Positions from one window to the next.</summary>
    public PerAxis Stride { get; }

    /// <summary>Positions of padding on each side of the pool's input.</summary>
    public PerAxis Padding { get; }

    /// <summary>Not possible: the places have to be given.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.InvalidOperation(
            $"{this}: the places of the values are needed. Call Forward(output, indices) with both results of the pool's ForwardWithIndices.");
        return input;
    }

    /// <summary>The values at their places, 0 elsewhere.</summary>
    /// <param name="input">[N, C, ...] or [C, ...], the pool's output.</param>
    /// <param name="indices">Its places, int64, of the same shape.</param>
    /// <param name="outputSize">The positions of the result on each axis; what the settings give when null.</param>
    /// <exception cref="ArgumentException">Another number of axes, indices of another shape or outside the result, or a size that the pool
    /// would not make as many of.</exception>
    public Tensor Forward(Tensor input, Tensor indices, PerAxis? outputSize = null) =>
        Functional.Unpool(ToString(), axes, input, indices, KernelSize, Stride, Padding, outputSize);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"kernel_size={PythonText.Of(KernelSize, axes)}, stride={PythonText.Of(Stride, axes)}, "
        + $"padding={PythonText.Of(Padding, axes)}";

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({KernelSize}{(Stride == KernelSize ? "" : $", stride: {Stride}")}"
        + (Padding == 0 ? ")" : $", padding: {Padding})");
}
