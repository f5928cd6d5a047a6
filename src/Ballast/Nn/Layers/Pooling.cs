using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

/// <summary>What <see cref="MaxPool2d"/> and <see cref="AvgPool2d"/> share: windows over each channel of images [N, C, H, W],
/// with H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, rounded up with <see cref="CeilMode"/> as long
/// as the last window begins on the image or on the padding before it; W' likewise.</summary>
public abstract class Pooling : Module
{
    const int MaxSize = 1 << 20; // sums of sizes stay far from the end of int

    private protected readonly int Spacing; // from one value of a window to the next; 1 for means

    private protected Pooling(int kernelSize, int? stride, int padding, int dilation, bool ceilMode)
    {
        string name = GetType().Name;
        (KernelSize, Stride, Padding, Spacing, CeilMode) = (kernelSize, stride ?? kernelSize, padding, dilation, ceilMode);
        Throw.Unless(kernelSize > 0 && Stride > 0 && dilation > 0 && padding >= 0,
            $"{name}: expected a kernel, stride and dilation of at least 1 and a padding of at least 0, got kernel "
                + $"{kernelSize}, stride {Stride}, dilation {dilation}, padding {padding}.");
        Throw.Unless(kernelSize <= MaxSize && Stride <= MaxSize && dilation <= MaxSize,
            $"{name}: expected a kernel, stride and dilation of at most {MaxSize}, got kernel {kernelSize}, stride {Stride}, dilation {dilation}.");
        Throw.Unless(padding <= kernelSize / 2,
            $"{name}: expected a padding of at most half the kernel, so that every window has a value of the "
                + $"image, got padding {padding} with kernel {kernelSize}. Use a padding of at most {kernelSize / 2}, or a larger kernel.");
    }

    /// <summary>The rows and columns of the window.</summary>
    public int KernelSize { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public int Stride { get; }

    /// <summary>Pixels of padding on each side of the input.</summary>
    public int Padding { get; }

    /// <summary>Whether the size of the result is rounded up, so that the last windows may reach beyond the padded input.</summary>
    public bool CeilMode { get; }

    /// <summary>The shape of what the layer makes of an input of a shape.</summary>
    /// <exception cref="ArgumentException">A shape that <see cref="Module.Forward(Tensor)"/> refuses.</exception>
    public Shape OutputShape(Shape input)
    {
        var fitted = Fit(input);
        return [fitted.N, fitted.C, fitted.OutH, fitted.OutW];
    }

    /// <summary>The sizes for an input.</summary>
    private protected PoolShape Fit(Shape shape)
    {
        if (shape.Rank != 4 || shape[1] == 0)
        {
            Throw.Argument($"{this}: expected input [N, C, H, W], got {shape}. " + (shape.Rank == 4
                ? "It has no channels." : "It takes a batch of images; give one image a first axis of 1."));
        }

        long extent = (long)Spacing * (KernelSize - 1) + 1, height = shape[2] + 2L * Padding, width = shape[3] + 2L * Padding;
        long beyond = CeilMode ? Stride - 1 : 0;
        if (height + beyond < extent || width + beyond < extent || shape[2] == 0 || shape[3] == 0)
        {
            Throw.Argument(
                $"{this}: the window covers {extent} x {extent} pixels, the padded input {shape} has {height} x {width}. " +
                "Use a smaller kernel, more padding, or fewer layers that shrink the image before it.");
        }

        return new PoolShape(shape[0], shape[1], shape[2], shape[3], KernelSize, KernelSize, Stride, Padding, Spacing, CeilMode);
    }

    /// <summary>The layer with its settings, those that are not the usual ones by their names.</summary>
    private protected string Describe(bool countIncludePad = true)
    {
        var text = new System.Text.StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{GetType().Name}({KernelSize}");
        if (Stride != KernelSize)
            text.Append(CultureInfo.InvariantCulture, $", stride: {Stride}");
        if (Padding != 0)
            text.Append(CultureInfo.InvariantCulture, $", padding: {Padding}");
        if (Spacing != 1)
            text.Append(CultureInfo.InvariantCulture, $", dilation: {Spacing}");
        text.Append(CeilMode ? ", ceilMode: true" : "").Append(countIncludePad ? "" : ", countIncludePad: false");
        return text.Append(')').ToString();
    }
}
