using Ballast.Kernels;

namespace Ballast;

/// <content>Pools of other norms, at drawn places, and their inverse.</content>
public static partial class Functional
{
    /// <summary>The p-norm of each window of sequences [N, C, L], (sum of x^p)^(1 / p). PyTorch: <c>F.lp_pool1d</c>.</summary>
    /// <param name="input">[N, C, L].</param>
    /// <param name="normType">p.</param>
    /// <param name="kernelSize">Positions of the window.</param>
    /// <param name="stride">Positions from one window to the next; as many as the kernel has when null.</param>
    /// <param name="ceilMode">Whether the size of the result is rounded up.</param>
    /// <exception cref="ArgumentException">What <see cref="Ballast.LPPool1d"/> refuses.</exception>
    public static Tensor LpPool1d(Tensor input, double normType, PerAxis kernelSize, PerAxis? stride = null, bool ceilMode = false) =>
        LpPool(nameof(LpPool1d), 1, input, normType, kernelSize, stride, ceilMode);

    /// <summary>The p-norm of each window of images [N, C, H, W]. PyTorch: <c>F.lp_pool2d</c>.</summary>
    /// <inheritdoc cref="LpPool1d"/>
    public static Tensor LpPool2d(Tensor input, double normType, PerAxis kernelSize, PerAxis? stride = null, bool ceilMode = false) =>
        LpPool(nameof(LpPool2d), 2, input, normType, kernelSize, stride, ceilMode);

    // In the steps of PyTorch, whose gradient is 0 where a sum is.
    internal static Tensor LpPool(object layer, int axes, Tensor input, double normType, PerAxis kernelSize, PerAxis? stride, bool ceilMode)
    {
        var means = Fit(layer, axes, input, kernelSize, stride, 0, 1, ceilMode).Average(input.Pow(normType), new PoolDivisor(CountPadding: true));
        return (means.Sign() * means.Abs().Relu() * kernelSize.Product(axes)).Pow(1 / normType);
    }

    /// <summary>The values of a max pool's output at their places in its input, 0 elsewhere. PyTorch: <c>F.max_unpool1d</c>.</summary>
    /// <param name="input">[N, C, L], the pool's output.</param>
    /// <param name="indices">Their places, int64, of the same shape.</param>
    /// <param name="kernelSize">Positions of the pool's window.</param>
    /// <param name="stride">Positions from one window to the next; as many as the kernel has when null.</param>
    /// <param name="padding">Positions on each side of the pool's input.</param>
    /// <param name="outputSize">The positions of the result on each axis; what the settings give when null.</param>
    /// <exception cref="ArgumentException">What <see cref="Ballast.MaxUnpool1d"/> refuses.</exception>
    public static Tensor MaxUnpool1d(
        Tensor input, Tensor indices, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis? outputSize = null) =>
        Unpool(nameof(MaxUnpool1d), 1, input, indices, kernelSize, stride ?? kernelSize, padding, outputSize);

    /// <summary>The same of images [N, C, H, W]. PyTorch: <c>F.max_unpool2d</c>.</summary>
    /// <inheritdoc cref="MaxUnpool1d"/>
    public static Tensor MaxUnpool2d(
        Tensor input, Tensor indices, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis? outputSize = null) =>
        Unpool(nameof(MaxUnpool2d), 2, input, indices, kernelSize, stride ?? kernelSize, padding, outputSize);

    /// <summary>The same of volumes [N, C, D, H, W]. PyTorch: <c>F.max_unpool3d</c>.</summary>
    /// <inheritdoc cref="MaxUnpool1d"/>
    public static Tensor MaxUnpool3d(
        Tensor input, Tensor indices, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis? outputSize = null) =>
        Unpool(nameof(MaxUnpool3d), 3, input, indices, kernelSize, stride ?? kernelSize, padding, outputSize);

    internal static Tensor Unpool(
        string layer, int axes, Tensor input, Tensor indices, PerAxis kernel, PerAxis stride, PerAxis padding, PerAxis? outputSize)
    {
        PoolPlan.CheckInput(input.Shape, axes, layer);
        int first = input.Shape.Rank - axes;
        Throw.Unless(indices.ElementType == ElementType.Int64 && indices.Shape == input.Shape,
            $"{layer}: expected int64 places of the shape of the values {input.Shape}, got {indices.ElementType.Name()} {indices.Shape}.");
        Span<int> sizes = stackalloc int[input.Shape.Rank];
        input.Shape.CopyTo(sizes);
        for (int axis = 0; axis < axes; axis++)
        {
            int usual = (input.Shape[first + axis] - 1) * stride[axis] - 2 * padding[axis] + kernel[axis], size = outputSize?[axis] ?? usual;
            Throw.Unless(size == usual || (size > usual - stride[axis] && size < usual + stride[axis]),
                $"{layer}: expected an output size between {usual - stride[axis]} and {usual + stride[axis]} on axis {first + axis}, got {size}.");
            sizes[first + axis] = Math.Max(0, size);
        }

        Shape output = new(sizes);
        int channels = 1, area = 1;
        for (int axis = 0; axis < sizes.Length; axis++)
            (channels, area) = axis < first ? (channels * sizes[axis], area) : (channels, area * sizes[axis]);
        var places = indices.AsSpan<long>();
        for (int i = 0; i < places.Length; i++)
        {
            Throw.Unless((ulong)places[i] < (ulong)area,
                $"{layer}: index {places[i]} at {indices.Shape.Position(i)} is outside of the {area} positions of a channel of the result {output}. "
                    + $"Give the indices of the pool whose output this is, or the outputSize of its input.");
        }

        int values = input.Length / Math.Max(1, channels);
        return Tensor.Zeros([channels, area]).Scatter(1, indices.Reshape(channels, values), input.Reshape(channels, values)).Reshape(output);
    }

    /// <summary>The largest value of each window of images, where windows lie at drawn places. PyTorch: <c>F.fractional_max_pool2d</c>, with its
    /// draws.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="kernelSize">The rows and columns of the window.</param>
    /// <param name="outputSize">The rows and columns of the output; null where the ratio is given.</param>
    /// <param name="outputRatio">The output's size as a part of the input's.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">What <see cref="Ballast.FractionalMaxPool2d"/> refuses.</exception>
    public static Tensor FractionalMaxPool2d(
        Tensor input, PerAxis kernelSize, PerAxis? outputSize = null, double? outputRatio = null, Generator? generator = null) =>
        FractionalMaxPool2dWithIndices(input, kernelSize, outputSize, outputRatio, generator).Output;

    /// <summary>The same, and where each value lies in its channel, row-major, as int64. PyTorch:
    /// <c>F.fractional_max_pool2d_with_indices</c>.</summary>
    /// <inheritdoc cref="FractionalMaxPool2d"/>
    public static (Tensor Output, Tensor Indices) FractionalMaxPool2dWithIndices(
        Tensor input, PerAxis kernelSize, PerAxis? outputSize = null, double? outputRatio = null, Generator? generator = null)
    {
        PoolPlan.CheckInput(input.Shape, 2, nameof(FractionalMaxPool2d));
        if (input.Shape.Rank == 3)
        {
            var (values, at) = FractionalMaxPool2dWithIndices(input.Unsqueeze(0), kernelSize, outputSize, outputRatio, generator);
            return (values.Squeeze(0), at.Squeeze(0));
        }

        var shape = input.Shape;
        var size = outputSize ?? new PerAxis((int)(shape[2] * (outputRatio ?? 1)), (int)(shape[3] * (outputRatio ?? 1)));
        for (int axis = 0; axis < 2; axis++)
        {
            Throw.Unless(size[axis] > 0 && size[axis] + kernelSize[axis] - 1 <= shape[2 + axis],
                $"FractionalMaxPool2d: {size[axis]} windows of {kernelSize[axis]} have no place of their own on axis {2 + axis} of {shape}.");
        }

        float[] samples = new float[shape[0] * shape[1] * 2];
        (generator ?? Generator.Default).Uniform(samples);
        var (windows, area) = (size[0] * size[1], kernelSize[0] * kernelSize[1]);
        long[] places = new long[shape[0] * shape[1] * windows * area];
        for (int i = 0; i < places.Length; i++)
        {
            int channel = i / area / windows, window = i / area % windows, value = i % area;
            int row = Start(samples[2 * channel + 1], window / size[1], shape[2], size[0], kernelSize[0]) + value / kernelSize[1];
            int column = Start(samples[2 * channel], window % size[1], shape[3], size[1], kernelSize[1]) + value % kernelSize[1];
            places[i] = row * shape[3] + column;
        }

        var all = Tensor.FromInt64(places, [shape[0], shape[1], windows * area]);
        var (output, found) = input.Flatten(2).Gather(2, all).Reshape(shape[0], shape[1], windows, area).Max(3);
        var indices = all.Reshape(shape[0], shape[1], windows, area).Gather(3, found.Unsqueeze(3));
        Shape result = [shape[0], shape[1], size[0], size[1]];
        return (output.Reshape(result), indices.Reshape(result));
    }

    // Where window i of n begins, in single precision as PyTorch's.
    static int Start(float sample, int i, int length, int n, int kernel)
    {
        if (i == n - 1)
            return length - kernel;
        float step = (float)(length - kernel) / (n - 1);
        return (int)((i + sample) * step) - (int)(sample * step);
    }
}
