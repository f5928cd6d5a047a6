namespace Ballast.Kernels;

/// <summary>The constants of a normalization, and how its gradient's map follows from its sums: with g the gradient and m values
/// a channel, dx = scale (g - sum g / m - (x - mean) deviation^2 sum (g (x - mean)) / m); without the batch's own statistics
/// the two means drop out.</summary>
/// <param name="table">center, scale, shift, 1 / sqrt(var + eps), and what rounding the mean to the center left out: [5, C].
/// </param>
/// <param name="channels">C.</param>
/// <param name="count">m.</param>
/// <param name="batchStatistics">Whether the statistics are those of the batch itself.</param>
readonly unsafe struct GradientConstants(float* table, int channels, double count, bool batchStatistics)
{
    /// <summary>Turns a sum of the gradient times x - center into that of the gradient times x - mean.</summary>
    /// <param name="c">The channel.</param>
    /// <param name="sum">The sum of the gradient.</param>
    /// <param name="product">The sum of the gradient times x - center.</param>
    public double Centered(int c, double sum, double product) => product - table[4 * channels + c] * sum;

    /// <summary>The constants of the map gradient a.scale + (x - center) a.center + a.shift of one channel.</summary>
    /// <param name="c">The channel.</param>
    /// <param name="sum">The sum of the gradient.</param>
    /// <param name="product">The sum of the gradient times x - mean.</param>
    /// <param name="more">Takes the three constants.</param>
    /// <param name="stride">From one of them to the next.</param>
    public void Fill(int c, double sum, double product, float* more, int stride)
    {
        double scale = table[channels + c], deviation = table[3 * channels + c], rest = table[4 * channels + c];
        double slope = batchStatistics ? -scale * deviation * deviation * product / count : 0;
        more[0] = (float)slope;
        more[stride] = (float)scale;
        more[2 * stride] = batchStatistics ? (float)(-scale * sum / count - rest * slope) : 0;
    }
}
