namespace Ballast;

/// <summary>Images of which columns are the values under each window, added up where windows overlap: [N, C rows columns, windows] becomes
/// [N, C, H, W]. PyTorch: <c>nn.Fold</c>; <see cref="Fold"/>
/// is a part of a cross validation.</summary>
/// <param name="outputSize">H and W.</param>
/// <param name="kernelSize">The rows and columns of the window.</param>
/// <param name="dilation">Pixels from one value of a window to the next.</param>
/// <param name="padding">Pixels on each side of the images that are left out.</param>
/// <param name="stride">Pixels from one window to the next.</param>
public sealed class Fold2d(PerAxis outputSize, PerAxis kernelSize, PerAxis? dilation = null, PerAxis padding = default, PerAxis? stride = null)
    : Module
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What <see cref="Functional.Fold"/> refuses.</exception>
    public override Tensor Forward(Tensor input) => Functional.Fold(input, outputSize, kernelSize, dilation, padding, stride);

    internal override string PrintedName => "Fold";

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"output_size={PythonText.Of(outputSize)}, kernel_size={PythonText.Of(kernelSize)}, "
        + $"dilation={PythonText.Of(dilation ?? 1)}, padding={PythonText.Of(padding)}, stride={PythonText.Of(stride ?? 1)}";

    /// <inheritdoc/>
    public override string ToString() => $"Fold2d({outputSize}, {kernelSize}, dilation: {dilation ?? 1}, padding: {padding}, stride: {stride ?? 1})";
}
