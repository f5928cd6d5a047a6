namespace Ballast;

/// <summary>The values under each window of images as columns: [N, C, H, W] becomes [N, C rows columns, windows]. PyTorch: <c>nn.Unfold</c>.
/// </summary>
/// <param name="kernelSize">The rows and columns of the window.</param>
/// <param name="dilation">Pixels from one value of a window to the next.</param>
/// <param name="padding">Zeros on each side of the images.</param>
/// <param name="stride">Pixels from one window to the next.</param>
public sealed class Unfold(PerAxis kernelSize, PerAxis? dilation = null, PerAxis padding = default, PerAxis? stride = null) : Module
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What <see cref="Functional.Unfold"/> refuses.</exception>
    public override Tensor Forward(Tensor input) => Functional.Unfold(input, kernelSize, dilation, padding, stride);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"kernel_size={PythonText.Of(kernelSize)}, dilation={PythonText.Of(dilation ?? 1)}, "
        + $"padding={PythonText.Of(padding)}, stride={PythonText.Of(stride ?? 1)}";

    /// <inheritdoc/>
    public override string ToString() => $"Unfold({kernelSize}, dilation: {dilation ?? 1}, padding: {padding}, stride: {stride ?? 1})";
}
