namespace Ballast.Kernels;

/// <summary>3 x 3 convolutions with stride 1 by Winograd's F(4x4, 3x3): a tile of 4 x 4 results takes 36 products for each pair
/// of channels instead of 144. Tiles are taken in blocks whose transforms stay in the second-level cache: transform the
/// patches, multiply each of the 36 planes with its weights, transform back.</summary>
/// <remarks>Its largest error, relative to the largest value, is about 1e-5 where a direct product's is 1e-6: the
/// transforms multiply by up to 8 and cancel.</remarks>
static unsafe partial class Winograd
{
    /// <summary>The products of a tile, each of which is a matrix product over all tiles of a block.</summary>
    public const int Planes = 36;

    const int PlanePadding = 16; // planes a power of two apart would share their cache sets

    // Below, a sum has so few terms that the transforms' rounding, which is that of the largest value of a patch, would show; a kernel that is
    // written by hand, such as one that finds edges, has the exact results of its definition.
    const int LeastChannels = 8;

    // What tiles have to save of the products of a pair of channels so that the transform of its weights is worth it: little where
    // the second-level cache holds some of them, more where all go through memory.
    const int LeastSaved = 128, LeastSavedFar = 400;
    const int FarPairs = 1 << 15;

    /// <summary>Whether a convolution goes this way: channels enough, and tiles enough to be worth the weights' transform.</summary>
    public static bool Fits(in ConvolutionShape shape) =>
        shape is
        {
            KernelH: 3, KernelW: 3, StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1, Groups: 1, PadH: <= 2, PadW: <= 2, Direct: false,
            D: 1, KernelD: 1, PadD: 0,
        }
        && shape.C >= LeastChannels && shape.K >= LeastChannels && Saves(shape, shape.OutH, shape.OutW);

    // A pixel of a result takes nine products directly, and a tile 36, however few pixels it has.
    static bool Saves(in ConvolutionShape shape, int height, int width)
    {
        const int size = WinogradTiles.Size;
        long tiles = (long)((height + size - 1) / size) * ((width + size - 1) / size);
        return shape.N * (9L * height * width - Planes * tiles) >= ((long)shape.C * shape.K > FarPairs ? LeastSavedFar : LeastSaved);
    }

    /// <summary>The input channels of patches: filled up with zeros to groups of eight.</summary>
    public static int PatchChannels(in ConvolutionShape shape) => (shape.C + Panels.Rows - 1) / Panels.Rows * Panels.Rows;

    /// <summary>The channels of results: filled up to whole registers.</summary>
    public static int ResultChannels(in ConvolutionShape shape) => Panels.Padded(shape.K);

    /// <summary>Whether <see cref="BackwardInput"/> goes this way too: it writes whole registers of input channels. Under a mask its rounding,
    /// which is above a direct product's, moved a max pool's choice between nearly equal values, and losses away from PyTorch's.</summary>
    public static bool FitsInput(in ConvolutionShape shape) =>
        Fits(shape) && Saves(shape, shape.H, shape.W) && shape.C % Math.Max(Panels.Lanes, Panels.Rows) == 0;

    static ConvolutionShape Backward(in ConvolutionShape shape) => shape with
    {
        C = shape.K,
        K = shape.C,
        H = shape.OutH,
        W = shape.OutW,
        PadH = 2 - shape.PadH,
        PadW = 2 - shape.PadW,
    };

    /// <summary>y = x * w + bias.</summary>
    /// <param name="shape">The sizes, which <see cref="Fits"/>.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="w">[K, C, 3, 3].</param>
    /// <param name="bias">[K], or null for none.</param>
    /// <param name="y">[N, OutH, OutW, K].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    /// <param name="prepared">The weight as <see cref="Prepare"/> left it, or null.</param>
    public static void Forward(
        in ConvolutionShape shape, in ImagePrologue x, float* w, float* bias, float* y, in Epilogue epilogue, float* prepared = null)
    {
        if (prepared is null)
        {
            prepared = Scratch.TakeShared(PreparedLength(shape));
            Prepare(shape, w, prepared);
        }

        Run(shape, new WinogradTiles(shape), x, prepared, bias, y, epilogue);
    }

    /// <summary>Whether <see cref="BackwardInput"/> may write its result over dy: then a block is some whole images, whose
    /// patches are all taken before the first result is written.</summary>
    public static bool CanOverwrite(in ConvolutionShape shape) =>
        FitsInput(shape) && shape.C == shape.K && shape.H == shape.OutH && shape.W == shape.OutW && TakesWholeImages(shape);

    static bool TakesWholeImages(in ConvolutionShape shape) =>
        (shape.H + WinogradTiles.Size - 1) / WinogradTiles.Size * ((shape.W + WinogradTiles.Size - 1) / WinogradTiles.Size)
        <= WinogradTiles.Most;

    /// <summary>The gradient of the input: the convolution of dy with the kernel turned round.</summary>
    /// <param name="shape">The sizes, which <see cref="FitsInput"/>.</param>
    /// <param name="dy">[N, OutH, OutW, K].</param>
    /// <param name="w">[K, C, 3, 3].</param>
    /// <param name="dx">[N, H, W, C]; dy itself where <see cref="CanOverwrite"/> allows it.</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    public static void BackwardInput(in ConvolutionShape shape, float* dy, float* w, float* dx, in Epilogue epilogue)
    {
        var backward = Backward(shape);
        float* weights = Scratch.TakeShared(PreparedLength(backward));
        Transform(backward, w, (nint)shape.C * 9, 9, flip: true, weights);
        Run(
            backward, new WinogradTiles(backward, wholeImages: TakesWholeImages(backward)), new ImagePrologue(dy, shape.K), weights,
            null, dx, epilogue);
    }
}
