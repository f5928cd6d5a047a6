namespace Ballast.Kernels;

/// <summary>The sizes of a pool over images [N, H, W, C], channels last, or volumes [N, D, H, W, C]: a window of values of one channel becomes
/// one value. A sequence is an image of one row.</summary>
/// <param name="N">Images.</param>
/// <param name="C">Channels.</param>
/// <param name="Deep">Windows along the planes of a volume; <see cref="PoolAxis.One"/> for an image.</param>
/// <param name="Down">Windows along the rows.</param>
/// <param name="Across">Windows along the columns.</param>
readonly record struct PoolShape(int N, int C, PoolAxis Deep, PoolAxis Down, PoolAxis Across)
{
    /// <summary>Planes of the input.</summary>
    public int D => Deep.Size;

    /// <summary>Rows of the input.</summary>
    public int H => Down.Size;

    /// <summary>Columns of the input.</summary>
    public int W => Across.Size;

    /// <summary>Planes of the result.</summary>
    public int OutD => Deep.Windows;

    /// <summary>Rows of the result.</summary>
    public int OutH => Down.Windows;

    /// <summary>Columns of the result.</summary>
    public int OutW => Across.Windows;

    /// <summary>Where the channels of the input lie.</summary>
    public ChannelLayout Input => new(N, C, D * H * W, Last: true);

    /// <summary>Where the channels of the result lie. With one pixel an image that is row-major too.</summary>
    public ChannelLayout Output => new(N, C, OutD * OutH * OutW, Last: OutD * OutH * OutW > 1);

    /// <summary>Whether each pixel is in one window and no other, so that gradients need no adding up.</summary>
    public bool IsTiling => Deep.IsTiling && Down.IsTiling && Across.IsTiling;

    /// <summary>Whether a pixel may be in several windows, or windows lie apart or outside the image.</summary>
    public bool Overlaps => !IsTiling && !PooledNormalization.Fits(this);

    /// <summary>From one row of a window to the next, in floats.</summary>
    public nint Line => (nint)Down.Dilation * W * C;

    /// <summary>From one plane of a window to the next, in floats.</summary>
    public nint Plane => (nint)Deep.Dilation * H * W * C;

    /// <summary>Where the first value of a window on the image is, counted in floats from the image's start.</summary>
    public nint Offset(Taps planes, Taps rows, Taps columns) =>
        (((nint)(planes.Start + planes.First * Deep.Dilation) * H + rows.Start + rows.First * Down.Dilation) * W
            + columns.Start + columns.First * Across.Dilation) * C;
}
