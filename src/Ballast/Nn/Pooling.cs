using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

/// <summary>What <see cref="MaxPool2d"/> and <see cref="AvgPool2d"/> share: windows over each channel of images [N, C, H, W],
/// with H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, rounded up with <see cref="CeilMode"/> as long
/// as the last window begins on the image or on the padding before it; W' likewise.</summary>
public abstract class Pooling : Module
{
    private protected Pooling(int kernelSize, int? stride, int padding, int dilation, bool ceilMode)
    {
        string name = GetType().Name;
        (KernelSize, Stride, Padding, CeilMode) = (kernelSize, stride ?? kernelSize, padding, ceilMode);
        Throw.Unless(kernelSize > 0 && Stride > 0 && dilation > 0 && padding >= 0,
            $"{name}: expected a kernel, stride and dilation of at least 1 and a padding of at least 0, got kernel {kernelSize}, stride {Stride}, dilation {dilation}, padding {padding}.");
        Throw.Unless(padding <= kernelSize / 2,
            $"{name}: expected a padding of at most half the kernel, so that every window has a value of the image, got padding {padding} with kernel {kernelSize}. Use a padding of at most {kernelSize / 2}, or a larger kernel.");
    }

    /// <summary>The rows and columns of the window.</summary>
    public int KernelSize { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public int Stride { get; }

    /// <summary>Pixels of padding on each side of the input.</summary>
    public int Padding { get; }

    /// <summary>Whether the size of the result is rounded up, so that the last windows may reach beyond the padded input.</summary>
    public bool CeilMode { get; }

    /// <summary>The sizes for an input.</summary>
    private protected PoolShape Fit(Shape shape, int dilation = 1)
    {
        if (shape.Rank != 4 || shape[1] == 0)
        {
            Throw.Argument($"{this}: expected input [N, C, H, W], got {shape}. " + (shape.Rank == 4
                ? "It has no channels." : "It takes a batch of images; give one image a first axis of 1."));
        }

        var pool = new PoolShape(shape[0], shape[1], shape[2], shape[3], KernelSize, KernelSize, Stride, Padding, dilation, CeilMode);
        if (shape[2] == 0 || shape[3] == 0 || pool.OutH == 0 || pool.OutW == 0)
        {
            int extent = dilation * (KernelSize - 1) + 1;
            Throw.Argument(
                $"{this}: the window covers {extent} x {extent} pixels, the padded input {shape} has {shape[2] + 2 * Padding} x {shape[3] + 2 * Padding}. " +
                "Use a smaller kernel, more padding, or fewer layers that shrink the image before it.");
        }

        return pool;
    }

    /// <summary>The layer with its settings, those that are not the usual ones by their names.</summary>
    private protected string Describe(int dilation = 1, bool countIncludePad = true)
    {
        var text = new System.Text.StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{GetType().Name}({KernelSize}");
        if (Stride != KernelSize)
            text.Append(CultureInfo.InvariantCulture, $", stride: {Stride}");
        if (Padding != 0)
            text.Append(CultureInfo.InvariantCulture, $", padding: {Padding}");
        if (dilation != 1)
            text.Append(CultureInfo.InvariantCulture, $", dilation: {dilation}");
        text.Append(CeilMode ? ", ceilMode: true" : "").Append(countIncludePad ? "" : ", countIncludePad: false");
        return text.Append(')').ToString();
    }
}
