namespace Ballast.Kernels;

/// <summary>The sizes of a convolution of images [N, H, W, C] into [N, OutH, OutW, K], channels last, or of volumes [N, D, H, W, C]; a sequence
/// is an image of one row. Channels are cut into <paramref name="Groups"/> that do not see one another. <paramref name="Direct"/> says that it
/// is computed by the products of its definition.</summary>
readonly record struct ConvolutionShape(
    int N, int C, int H, int W, int K, int KernelH, int KernelW, int StrideH, int StrideW, int PadH, int PadW, int DilationH,
    int DilationW, int Groups, bool Direct = false)
{
    /// <summary>Planes of a volume; 1 for an image.</summary>
    public int D { get; init; } = 1;

    /// <summary>Planes of the kernel.</summary>
    public int KernelD { get; init; } = 1;

    /// <summary>Planes from one place of the kernel to the next.</summary>
    public int StrideD { get; init; } = 1;

    /// <summary>Planes of zeros on each side.</summary>
    public int PadD { get; init; }

    /// <summary>Planes from one value under the kernel to the next.</summary>
    public int DilationD { get; init; } = 1;

    /// <summary>Planes of the result.</summary>
    public int OutD => (D + 2 * PadD - DilationD * (KernelD - 1) - 1) / StrideD + 1;

    /// <summary>Rows of the result.</summary>
    public int OutH => (H + 2 * PadH - DilationH * (KernelH - 1) - 1) / StrideH + 1;

    /// <summary>Columns of the result.</summary>
    public int OutW => (W + 2 * PadW - DilationW * (KernelW - 1) - 1) / StrideW + 1;

    /// <summary>Input channels of a group.</summary>
    public int GroupC => C / Groups;

    /// <summary>Output channels of a group.</summary>
    public int GroupK => K / Groups;

    /// <summary>Places of the kernel.</summary>
    public int Taps => KernelD * KernelH * KernelW;

    /// <summary>Products that add up to one value of the result.</summary>
    public int Depth => Taps * GroupC;

    /// <summary>The same convolution with planes as images, where each plane is convolved for itself.</summary>
    public ConvolutionShape Flat() => KernelD == 1 && StrideD == 1 && PadD == 0 ? this with { N = N * D, D = 1 } : this;

    /// <summary>Multiply-adds of one pass.</summary>
    public long Products => (long)N * OutD * OutH * OutW * K * Depth;

    /// <summary>Where the channels of the input lie.</summary>
    public ChannelLayout Input => new(N, C, D * H * W, Last: true);

    /// <summary>Where the channels of the result lie.</summary>
    public ChannelLayout Output => new(N, K, OutD * OutH * OutW, Last: true);
}
