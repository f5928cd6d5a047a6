namespace Ballast;

/// <summary>Checks of the numbers that normalizations are made with.</summary>
static class NormalizationChecks
{
    /// <summary>Refuses a number of channels below 1.</summary>
    public static void Features(string layer, int numFeatures) =>
        Throw.Unless(numFeatures > 0, $"{layer}: expected at least 1 feature, got {numFeatures}.");

    /// <summary>Refuses an eps that is negative or not finite.</summary>
    public static void Eps(string layer, double eps) =>
        Throw.Unless(double.IsFinite(eps) && eps >= 0, $"{layer}: expected eps of 0 or more, got {eps}.");

    /// <summary>Refuses a momentum outside 0 to 1.</summary>
    /// <param name="layer">The layer's name.</param>
    /// <param name="momentum">The momentum; null for a plain average, where the layer has one.</param>
    /// <param name="orNull">What the error says about null.</param>
    public static void Momentum(string layer, double? momentum, string orNull = "") => Throw.Unless(momentum is null or (>= 0 and <= 1),
        $"{layer}: expected a momentum from 0 to 1{orNull}, got {momentum}. It is the weight of the newest batch.");

    /// <summary>Refuses numbers of a response normalization that let a divisor become 0 or less.</summary>
    public static void Response(int size, double alpha, double beta, double k)
    {
        Throw.Unless(size > 0, $"LocalResponseNorm: expected a size of at least 1 channel, got {size}.");
        Throw.Unless(double.IsFinite(alpha) && double.IsFinite(beta) && double.IsFinite(k) && alpha >= 0 && k > 0,
            $"LocalResponseNorm: expected alpha of 0 or more, k above 0 and a finite beta, got alpha {alpha}, "
                + $"beta {beta} and k {k}. With others the divisor can be 0.");
    }
}
