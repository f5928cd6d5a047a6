using Ballast.Kernels;

namespace Ballast;

/// <summary>How a convolution over one to three axes goes over its input, and what its kernels are told.</summary>
/// <param name="Axes">1 for sequences, 2 for images, 3 for volumes.</param>
/// <param name="Kernel">Positions of the kernel.</param>
/// <param name="Stride">Positions from one place of the kernel to the next.</param>
/// <param name="Padding">Positions of zeros on each side.</param>
/// <param name="Dilation">Positions from one value under the kernel to the next.</param>
/// <param name="Groups">The parts that the channels are cut into.</param>
readonly record struct ConvolutionSizes(int Axes, PerAxis Kernel, PerAxis Stride, PerAxis Padding, PerAxis Dilation, int Groups)
{
    /// <summary>Positions from the first to the last value under the kernel, both included.</summary>
    public long Extent(int axis) => (long)Dilation[axis] * (Kernel[axis] - 1) + 1;

    /// <summary>How long an axis is with its padding.</summary>
    public long Padded(Shape input, int axis) => input[2 + axis] + 2L * Padding[axis];

    /// <summary>The sizes for an input [N, C, ...].</summary>
    /// <param name="input">It is as large as the kernel on each axis, with its padding.</param>
    /// <param name="outChannels">K.</param>
    public ConvolutionShape Shape(Shape input, int outChannels)
    {
        var (d, h, w) = Axes switch
        {
            1 => (1, 1, input[2]),
            2 => (1, input[2], input[3]),
            _ => (input[2], input[3], input[4]),
        };
        var (kernel, stride, padding, dilation) = (Kernel.Volume(Axes, 1), Stride.Volume(Axes, 1), Padding.Volume(Axes, 0), Dilation.Volume(Axes, 1));
        return new ConvolutionShape(
            input[0], input[1], h, w, outChannels, kernel.Rows, kernel.Columns, stride.Rows, stride.Columns, padding.Rows, padding.Columns,
            dilation.Rows, dilation.Columns, Groups, Direct: Compute.Convolution == ConvolutionAlgorithm.Direct)
        {
            D = d,
            KernelD = kernel.Planes,
            StrideD = stride.Planes,
            PadD = padding.Planes,
            DilationD = dilation.Planes,
        };
    }

    /// <summary>The shape of the result.</summary>
    public static Shape Output(in ConvolutionShape shape, int axes) => axes switch
    {
        1 => [shape.N, shape.K, shape.OutW],
        2 => [shape.N, shape.K, shape.OutH, shape.OutW],
        _ => [shape.N, shape.K, shape.OutD, shape.OutH, shape.OutW],
    };

    /// <summary>y = x * w + b, for an input that fits.</summary>
    public Tensor Run(Tensor x, Tensor w, Tensor? b)
    {
        var shape = Shape(x.Shape, w.Shape[0]);
        return ConvolutionOperation.Run(x, w, b, shape, Output(shape, Axes));
    }
}
