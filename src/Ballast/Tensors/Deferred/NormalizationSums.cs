namespace Ballast;

/// <summary>What the gradient of a normalization needs summed up over each channel, [2, C]: the gradient, and the gradient times
/// x - center. Whoever writes the gradient of the normalization's result takes them along.</summary>
/// <param name="table">Tells which normalization.</param>
/// <param name="totals">The sums.</param>
sealed class NormalizationSums(Buffer table, double[] totals)
{
    /// <summary>[2, C].</summary>
    public ReadOnlySpan<double> Totals => totals;

    /// <summary>Whether these are the sums of that normalization.</summary>
    public bool AreOf(Buffer otherTable) => table == otherTable;
}
