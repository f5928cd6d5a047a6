namespace Ballast.Kernels;

/// <summary>A convolution and its two gradients, by the fastest way that its shape has.</summary>
static unsafe class Convolution
{
    /// <summary>y = x * w + bias.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[N, D, H, W, C].</param>
    /// <param name="w">[K, C / Groups, KernelD, KernelH, KernelW].</param>
    /// <param name="bias">[K], or null for none.</param>
    /// <param name="y">[N, OutD, OutH, OutW, K].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    /// <param name="prepared">The weight as <see cref="Prepare"/> left it for this shape, or null.</param>
    public static void Forward(
        in ConvolutionShape shape, in ImagePrologue x, float* w, float* bias, float* y, in Epilogue epilogue = default,
        float* prepared = null)
    {
        var flat = shape.Flat();
        if (Winograd.Fits(flat))
            Winograd.Forward(flat, x, w, bias, y, epilogue, prepared);
        else if (DepthwiseConvolution.Fits(flat))
            DepthwiseConvolution.Forward(flat, x, w, bias, y, epilogue);
        else
            DirectConvolution.Forward(flat, x, w, bias, y, epilogue, prepared);
    }

    /// <summary>How many floats <see cref="Prepare"/> writes; 0 where nothing is worth preparing.</summary>
    public static int PreparedLength(in ConvolutionShape shape)
    {
        var flat = shape.Flat();
        return Winograd.Fits(flat) ? Winograd.PreparedLength(flat)
            : DepthwiseConvolution.Fits(flat) ? 0 : DirectConvolution.PreparedLength(flat);
    }

    /// <summary>Whether the result's moments are added up as it is written.</summary>
    public static bool TakesMoments(in ConvolutionShape shape) => !DepthwiseConvolution.Fits(shape.Flat());

    /// <summary>Lays the weight out as the forward pass reads it: worth keeping where it does not change.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="w">[K, C / Groups, KernelD, KernelH, KernelW].</param>
    /// <param name="to">Takes the result.</param>
    public static void Prepare(in ConvolutionShape shape, float* w, float* to)
    {
        var flat = shape.Flat();
        if (Winograd.Fits(flat))
            Winograd.Prepare(flat, w, to);
        else
            DirectConvolution.Prepare(flat, w, to);
    }

    /// <summary>The gradient of the input.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">[N, OutD, OutH, OutW, K].</param>
    /// <param name="w">[K, C / Groups, KernelD, KernelH, KernelW].</param>
    /// <param name="dx">[N, D, H, W, C].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    public static void BackwardInput(
        in ConvolutionShape shape, float* dy, float* w, float* dx, in Epilogue epilogue = default)
    {
        var flat = shape.Flat();
        if (Winograd.FitsInput(flat))
            Winograd.BackwardInput(flat, dy, w, dx, epilogue);
        else if (DepthwiseConvolution.Fits(flat))
            DepthwiseConvolution.BackwardInput(flat, dy, w, dx, epilogue);
        else
            DirectConvolution.BackwardInput(flat, dy, w, dx, epilogue);
    }

    /// <summary>The gradient of the weight.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[N, D, H, W, C].</param>
    /// <param name="dy">[N, OutD, OutH, OutW, K].</param>
    /// <param name="dw">[K, C / Groups, KernelD, KernelH, KernelW].</param>
    public static void BackwardWeight(in ConvolutionShape shape, in ImagePrologue x, float* dy, float* dw)
    {
        var flat = shape.Flat();
        if (Winograd.Fits(flat))
            Winograd.BackwardWeight(flat, x, dy, dw);
        else if (DepthwiseConvolution.Fits(flat))
            DepthwiseConvolution.BackwardWeight(flat, x, dy, dw);
        else
            DirectConvolution.BackwardWeight(flat, x, dy, dw);
    }
}
