namespace Ballast.Kernels;

/// <summary>A convolution and its two gradients, by the fastest way that its shape has.</summary>
static unsafe class Convolution
{
    /// <summary>y = x * w + bias.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="w">[K, C / Groups, KernelH, KernelW].</param>
    /// <param name="bias">[K], or null for none.</param>
    /// <param name="y">[N, OutH, OutW, K].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    /// <param name="prepared">The weight as <see cref="Prepare"/> left it for this shape, or null.</param>
    public static void Forward(
        in ConvolutionShape shape, in ImagePrologue x, float* w, float* bias, float* y, in Epilogue epilogue = default,
        float* prepared = null)
    {
        if (Winograd.Fits(shape))
            Winograd.Forward(shape, x, w, bias, y, epilogue, prepared);
        else if (DepthwiseConvolution.Fits(shape))
            DepthwiseConvolution.Forward(shape, x, w, bias, y, epilogue);
        else
            DirectConvolution.Forward(shape, x, w, bias, y, epilogue, prepared);
    }

    /// <summary>How many floats <see cref="Prepare"/> writes; 0 where nothing is worth preparing.</summary>
    public static int PreparedLength(in ConvolutionShape shape) =>
        Winograd.Fits(shape) ? Winograd.PreparedLength(shape)
        : DepthwiseConvolution.Fits(shape) ? 0 : DirectConvolution.PreparedLength(shape);

    /// <summary>Lays the weight out as the forward pass reads it: worth keeping where it does not change.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="w">[K, C / Groups, KernelH, KernelW].</param>
    /// <param name="to">Takes the result.</param>
    public static void Prepare(in ConvolutionShape shape, float* w, float* to)
    {
        if (Winograd.Fits(shape))
            Winograd.Prepare(shape, w, to);
        else
            DirectConvolution.Prepare(shape, w, to);
    }

    /// <summary>The gradient of the input.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">[N, OutH, OutW, K].</param>
    /// <param name="w">[K, C / Groups, KernelH, KernelW].</param>
    /// <param name="dx">[N, H, W, C].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    public static void BackwardInput(
        in ConvolutionShape shape, float* dy, float* w, float* dx, in Epilogue epilogue = default)
    {
        if (Winograd.FitsInput(shape))
            Winograd.BackwardInput(shape, dy, w, dx, epilogue);
        else if (DepthwiseConvolution.Fits(shape))
            DepthwiseConvolution.BackwardInput(shape, dy, w, dx, epilogue);
        else
            DirectConvolution.BackwardInput(shape, dy, w, dx, epilogue);
    }

    /// <summary>The gradient of the weight.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="dy">[N, OutH, OutW, K].</param>
    /// <param name="dw">[K, C / Groups, KernelH, KernelW].</param>
    public static void BackwardWeight(in ConvolutionShape shape, in ImagePrologue x, float* dy, float* dw)
    {
        if (Winograd.Fits(shape))
            Winograd.BackwardWeight(shape, x, dy, dw);
        else if (DepthwiseConvolution.Fits(shape))
            DepthwiseConvolution.BackwardWeight(shape, x, dy, dw);
        else
            DirectConvolution.BackwardWeight(shape, x, dy, dw);
    }
}
