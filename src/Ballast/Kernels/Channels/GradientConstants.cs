namespace Ballast.Kernels;

/// <summary>The constants of a normalization, and how its gradient's map follows from its sums: with g the gradient and m values
/// a channel, dx = scale (g - sum g / m - (x - mean) inverse deviation^2 sum (g (x - mean)) / m); without the batch's own statistics
/// the two means drop out.</summary>
/// <param name="table">The normalization's constants (<see cref="ChannelRows"/>).</param>
/// <param name="channels">C.</param>
/// <param name="count">m.</param>
/// <param name="batchStatistics">Whether the statistics are those of the batch itself.</param>
readonly unsafe struct GradientConstants(float* table, int channels, double count, bool batchStatistics)
{
    readonly ChannelRows rows = new(table, channels);

    /// <summary>Turns a sum of the gradient times x - center into that of the gradient times x - mean.</summary>
    /// <param name="c">The channel.</param>
    /// <param name="sum">The sum of the gradient.</param>
    /// <param name="product">The sum of the gradient times x - center.</param>
    public double Centered(int c, double sum, double product) => product - rows.MeanRest[c] * sum;

    /// <summary>The constants of one channel's gradient (<see cref="GradientRows"/>).</summary>
    /// <param name="c">The channel.</param>
    /// <param name="sum">The sum of the gradient.</param>
    /// <param name="product">The sum of the gradient times x - mean.</param>
    /// <param name="more">Takes the three constants.</param>
    /// <param name="stride">From one of them to the next.</param>
    public void Fill(int c, double sum, double product, float* more, int stride)
    {
        double scale = rows.Scale[c], inverse = rows.InverseDeviation[c], rest = rows.MeanRest[c];
        double slope = batchStatistics ? -scale * inverse * inverse * product / count : 0;
        more[0] = (float)slope;
        more[stride] = (float)scale;
        more[2 * stride] = batchStatistics ? (float)(-scale * sum / count - rest * slope) : 0;
    }
}
