namespace Ballast;

/// <content>Vectors of length 1, and windows as columns.</content>
public static partial class Functional
{
    /// <summary>x / max(|x|, eps) along an axis. PyTorch: <c>F.normalize</c>.</summary>
    /// <param name="input">Any shape.</param>
    /// <param name="p">The power of the norm.</param>
    /// <param name="axis">The axis along which each vector lies.</param>
    /// <param name="eps">The length below which a vector is not made longer.</param>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public static Tensor Normalize(Tensor input, double p = 2, int axis = 1, double eps = 1e-12) =>
        input / input.Norm(p, [axis], keepAxes: true).Clamp(min: eps);

    /// <summary>The values under each window of images as columns: [N, C, H, W] becomes [N, C rows columns, windows]. PyTorch:
    /// <c>F.unfold</c>.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="kernelSize">The rows and columns of the window.</param>
    /// <param name="dilation">Pixels from one value of a window to the next.</param>
    /// <param name="padding">Zeros on each side of the images.</param>
    /// <param name="stride">Pixels from one window to the next.</param>
    /// <exception cref="ArgumentException">Not images, images smaller than the window, or sizes below 1.</exception>
    public static Tensor Unfold(Tensor input, PerAxis kernelSize, PerAxis? dilation = null, PerAxis padding = default, PerAxis? stride = null)
    {
        Throw.Unless(input.Shape.Rank is 3 or 4, $"Unfold: expected input [N, C, H, W] or [C, H, W], got {input.Shape}.");
        if (input.Shape.Rank == 3)
            return Unfold(input.Unsqueeze(0), kernelSize, dilation, padding, stride).Squeeze(0);
        var plan = Windows(nameof(Unfold), input.Shape[1], kernelSize, dilation, padding, stride);
        var windows = plan.Output(input.Shape, nameof(Unfold));
        var x = padding == 0 ? input : input.Pad([padding[1], padding[1], padding[0], padding[0]]);
        for (int axis = 0; axis < 2; axis++)
        {
            int extent = plan.Dilation[axis] * (kernelSize[axis] - 1) + 1;
            x = x.Unfold(2 + axis, extent, plan.Stride[axis]);
        }

        var values = x[.., .., .., .., TensorIndex.Every(plan.Dilation[0], ..), TensorIndex.Every(plan.Dilation[1], ..)];
        int depth = input.Shape[1] * kernelSize[0] * kernelSize[1];
        return values.Permute(0, 1, 4, 5, 2, 3).Reshape(input.Shape[0], depth, windows[2] * windows[3]);
    }

    /// <summary>Images of which columns are the values under each window, added up where windows overlap: [N, C rows columns, windows] becomes
    /// [N, C, H, W]. PyTorch: <c>F.fold</c>.</summary>
    /// <param name="input">[N, C rows columns, windows].</param>
    /// <param name="outputSize">H and W.</param>
    /// <param name="kernelSize">The rows and columns of the window.</param>
    /// <param name="dilation">Pixels from one value of a window to the next.</param>
    /// <param name="padding">Pixels on each side of the images that are left out.</param>
    /// <param name="stride">Pixels from one window to the next.</param>
    /// <exception cref="ArgumentException">Another number of axes, of rows, or of windows than images of this size have.</exception>
    public static Tensor Fold(
        Tensor input, PerAxis outputSize, PerAxis kernelSize, PerAxis? dilation = null, PerAxis padding = default, PerAxis? stride = null)
    {
        int area = kernelSize[0] * kernelSize[1];
        Throw.Unless(input.Shape.Rank is 2 or 3 && area > 0 && input.Shape[^2] % area == 0,
            $"Fold: expected input [N, C {kernelSize[0]} {kernelSize[1]}, windows] or one without N, got {input.Shape}.");
        if (input.Shape.Rank == 2)
            return Fold(input.Unsqueeze(0), outputSize, kernelSize, dilation, padding, stride).Squeeze(0);
        int channels = input.Shape[1] / area, rows = outputSize[0] + 2 * padding[0], columns = outputSize[1] + 2 * padding[1];
        var plan = Windows(nameof(Fold), Math.Max(1, channels), kernelSize, dilation, padding, stride);
        var windows = plan.Output([1, Math.Max(1, channels), outputSize[0], outputSize[1]], nameof(Fold));
        int count = windows[2] * windows[3];
        Throw.Unless(input.Shape[2] == count, $"Fold: images of {outputSize} have {count} windows, got {input.Shape[2]} in {input.Shape}.");
        long[] places = new long[area * count];
        for (int i = 0; i < places.Length; i++)
        {
            int value = i / count, window = i % count;
            int row = window / windows[3] * plan.Stride[0] + value / kernelSize[1] * plan.Dilation[0];
            places[i] = (long)row * columns + window % windows[3] * plan.Stride[1] + value % kernelSize[1] * plan.Dilation[1];
        }

        var flat = Tensor.Zeros([input.Shape[0], channels, rows * columns])
            .IndexAdd(2, Tensor.FromInt64(places), input.Reshape(input.Shape[0], channels, area * count));
        return flat.Reshape(input.Shape[0], channels, rows, columns)
            .Narrow(2, padding[0], outputSize[0]).Narrow(3, padding[1], outputSize[1]);
    }

    static ConvPlan Windows(string name, int channels, PerAxis kernelSize, PerAxis? dilation, PerAxis padding, PerAxis? stride) =>
        new ConvPlan(name, 2, channels, 1, kernelSize, stride ?? 1, padding, dilation ?? 1, 1).Checked();
}
