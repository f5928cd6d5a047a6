namespace Ballast.Kernels;

/// <summary>The sizes of a pool over images [N, H, W, C], channels last: a window of <paramref name="KernelH"/> x
/// <paramref name="KernelW"/> values of one channel becomes one value.</summary>
/// <remarks>What <c>with</c> changes is N alone: the result's sizes are computed once.</remarks>
readonly record struct PoolShape(
    int N, int C, int H, int W, int KernelH, int KernelW, int Stride, int Padding, int Dilation, bool CeilMode)
{
    /// <summary>Rows of the result.</summary>
    public int OutH { get; } = Windows(H, Dilation * (KernelH - 1) + 1, Stride, Padding, CeilMode);

    /// <summary>Columns of the result.</summary>
    public int OutW { get; } = Windows(W, Dilation * (KernelW - 1) + 1, Stride, Padding, CeilMode);

    /// <summary>Where the channels of the input lie.</summary>
    public ChannelLayout Input => new(N, C, H * W, Last: true);

    /// <summary>Where the channels of the result lie. With one pixel an image that is row-major too.</summary>
    public ChannelLayout Output => new(N, C, OutH * OutW, Last: OutH * OutW > 1);

    /// <summary>Whether each pixel is in one window and no other, so that gradients need no adding up.</summary>
    public bool IsTiling => Padding == 0 && Dilation == 1 && Tiles(H, KernelH, OutH) && Tiles(W, KernelW, OutW);

    /// <summary>Whether a pixel may be in several windows, or windows lie apart or outside the image.</summary>
    public bool Overlaps => !IsTiling && !PooledNormalization.Fits(this);

    bool Tiles(int size, int kernel, int windows) => size == kernel || (Stride == kernel && windows * Stride >= size);

    /// <summary>Pixels from the first to the last value of a window, both included.</summary>
    int Extent(int kernel) => Dilation * (kernel - 1) + 1;

    // As PyTorch counts: rounded up, a last window must still begin on the image or on the padding before it.
    static int Windows(int size, int extent, int stride, int padding, bool ceilMode)
    {
        int room = size + 2 * padding - extent + (ceilMode ? stride - 1 : 0);
        int count = room / stride + 1;
        return ceilMode && (count - 1) * stride >= size + padding ? count - 1 : count;
    }

    /// <summary>The rows of a window that lie on the image.</summary>
    /// <param name="row">The row of the result.</param>
    public Taps Rows(int row) => Clip(row * Stride - Padding, KernelH, H);

    /// <summary>The columns of a window that lie on the image.</summary>
    /// <param name="column">The column of the result.</param>
    public Taps Columns(int column) => Clip(column * Stride - Padding, KernelW, W);

    Taps Clip(int start, int kernel, int size)
    {
        if (start >= 0 && start + Extent(kernel) <= size)
            return new Taps(start, 0, kernel); // nearly always
        int first = start >= 0 ? 0 : (-start + Dilation - 1) / Dilation;
        int last = start >= size ? 0 : Math.Min(kernel, (size - start + Dilation - 1) / Dilation);
        return new Taps(start, first, Math.Max(first, last));
    }

    /// <summary>Where the first value of a window on the image is, counted in floats from the image's start.</summary>
    public nint Offset(Taps rows, Taps columns) =>
        ((nint)(rows.Start + rows.First * Dilation) * W + columns.Start + columns.First * Dilation) * C;

    /// <summary>How many values an average over a window divides by: those on the image, or with the padding, but never what
    /// lies beyond that.</summary>
    public int Divisor(Taps rows, Taps columns, bool countPadding) => countPadding
        ? (Math.Min(rows.Start + KernelH, H + Padding) - rows.Start) * (Math.Min(columns.Start + KernelW, W + Padding) - columns.Start)
        : rows.Count * columns.Count;
}

/// <summary>Which values of a window along one axis lie on the image: from <paramref name="First"/> up to, not including,
/// <paramref name="Last"/>.</summary>
/// <param name="Start">Where the window begins; before the image it is negative.</param>
/// <param name="First">The first value on the image.</param>
/// <param name="Last">The one behind the last.</param>
readonly record struct Taps(int Start, int First, int Last)
{
    /// <summary>How many there are.</summary>
    public int Count => Last - First;
}
