namespace Ballast.Kernels;

/// <summary>The constants of a normalization as they lie in memory: a row of C floats for each, one after the other.</summary>
/// <param name="table">The first row.</param>
/// <param name="channels">C.</param>
readonly unsafe struct ChannelRows(float* table, int channels)
{
    /// <summary>How many rows, the first ones, the loops over values read: center, scale and shift.</summary>
    public const int Read = 3;

    /// <summary>How many rows a normalization has.</summary>
    public const int Count = 5;

    /// <summary>How many one with the correction of batch renormalization has.</summary>
    public const int CorrectedCount = 7;

    /// <summary>The mean, rounded to float.</summary>
    public float* Center => table;

    /// <summary>gamma times the inverse standard deviation.</summary>
    public float* Scale => table + channels;

    /// <summary>beta, less what the scale makes of <see cref="MeanRest"/>.</summary>
    public float* Shift => table + 2 * (nint)channels;

    /// <summary>1 / sqrt(var + eps).</summary>
    public float* InverseDeviation => table + 3 * (nint)channels;

    /// <summary>What rounding the mean to the center left out.</summary>
    public float* MeanRest => table + 4 * (nint)channels;

    /// <summary>r of batch renormalization.</summary>
    public float* CorrectionScale => table + 5 * (nint)channels;

    /// <summary>d of batch renormalization.</summary>
    public float* CorrectionShift => table + 6 * (nint)channels;
}

/// <summary>The constants of a normalization's gradient, scale g + slope (x - center) + offset, as they lie in memory: a row of C floats for
/// each.</summary>
/// <param name="table">The first row.</param>
/// <param name="channels">C.</param>
readonly unsafe struct GradientRows(float* table, int channels)
{
    /// <summary>How many rows there are.</summary>
    public const int Count = 3;

    /// <summary>The factor of x - center.</summary>
    public float* Slope => table;

    /// <summary>The factor of the gradient.</summary>
    public float* Scale => table + channels;

    /// <summary>What is added.</summary>
    public float* Offset => table + 2 * (nint)channels;
}
