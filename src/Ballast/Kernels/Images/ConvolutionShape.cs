namespace Ballast.Kernels;

/// <summary>The sizes of a convolution of images [N, H, W, C] into [N, OutH, OutW, K], channels last. Channels are cut into
/// <paramref name="Groups"/> that do not see one another. <paramref name="Direct"/> says that it is computed by the products of its
/// definition.</summary>
readonly record struct ConvolutionShape(
    int N, int C, int H, int W, int K, int KernelH, int KernelW, int StrideH, int StrideW, int PadH, int PadW, int DilationH,
    int DilationW, int Groups, bool Direct = false)
{
    /// <summary>Rows of the result.</summary>
    public int OutH => (H + 2 * PadH - DilationH * (KernelH - 1) - 1) / StrideH + 1;

    /// <summary>Columns of the result.</summary>
    public int OutW => (W + 2 * PadW - DilationW * (KernelW - 1) - 1) / StrideW + 1;

    /// <summary>Input channels of a group.</summary>
    public int GroupC => C / Groups;

    /// <summary>Output channels of a group.</summary>
    public int GroupK => K / Groups;

    /// <summary>Products that add up to one value of the result.</summary>
    public int Depth => KernelH * KernelW * GroupC;

    /// <summary>Multiply-adds of one pass.</summary>
    public long Products => (long)N * OutH * OutW * K * Depth;

    /// <summary>Where the channels of the input lie.</summary>
    public ChannelLayout Input => new(N, C, H * W, Last: true);

    /// <summary>Where the channels of the result lie.</summary>
    public ChannelLayout Output => new(N, K, OutH * OutW, Last: true);
}
