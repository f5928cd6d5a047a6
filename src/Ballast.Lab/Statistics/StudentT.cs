namespace Ballast.Lab;

/// <summary>Student's t distribution.</summary>
public static class StudentT
{
    const int MostTerms = 10_000;
    const double Precision = 1e-15;
    const double Tiny = 1e-300;

    /// <summary>The probability of a value below <paramref name="t"/>: 1 - I_x(n/2, 1/2) / 2 for t > 0, where x = n / (n + t²)
    /// and I is the regularized incomplete beta function (Abramowitz &amp; Stegun 26.7.1).</summary>
    /// <param name="t">The value.</param>
    /// <param name="degrees">Degrees of freedom, above 0.</param>
    public static double Cdf(double t, double degrees)
    {
        double tail = Tail(Math.Abs(t), degrees);
        return t < 0 ? tail : 1 - tail;
    }

    /// <summary>The probability of a value as far from 0 as <paramref name="t"/> or farther, on both sides: the p value of a
    /// two-sided test.</summary>
    public static double TwoSided(double t, double degrees) => 2 * Tail(Math.Abs(t), degrees);

    /// <summary>The value that a share <paramref name="p"/> of the distribution lies below.</summary>
    /// <param name="p">Between 0 and 1, both excluded.</param>
    /// <param name="degrees">Degrees of freedom, above 0.</param>
    /// <exception cref="ArgumentException">A share outside (0, 1).</exception>
    public static double Quantile(double p, double degrees)
    {
        if (p is not (> 0 and < 1))
            throw new ArgumentException($"StudentT.Quantile: expected a share between 0 and 1, got {p}.");
        if (p < 0.5)
            return -Quantile(1 - p, degrees);
        double low = 0, high = 1;
        while (Tail(high, degrees) > 1 - p)
            (low, high) = (high, 2 * high);
        for (int i = 0; i < 200 && high - low > 1e-14 * high; i++)
        {
            double middle = (low + high) / 2;
            if (Tail(middle, degrees) > 1 - p)
                low = middle;
            else
                high = middle;
        }

        return (low + high) / 2;
    }

    // The probability above t, for t of 0 or more.
    static double Tail(double t, double degrees)
    {
        if (double.IsPositiveInfinity(t))
            return 0;
        return RegularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
    }

    /// <summary>The regularized incomplete beta function I_x(a, b), by its continued fraction (Numerical Recipes, section 6.4;
    /// DLMF 8.17.22) where that converges quickly, by I_x(a, b) = 1 - I_{1-x}(b, a) elsewhere.</summary>
    internal static double RegularizedBeta(double x, double a, double b)
    {
        if (x <= 0)
            return 0;
        if (x >= 1)
            return 1;
        if (x > (a + 1) / (a + b + 2))
            return 1 - RegularizedBeta(1 - x, b, a);
        double factor = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        return factor * Fraction(x, a, b) / a;
    }

    // Lentz's method.
    static double Fraction(double x, double a, double b)
    {
        double c = 1, d = Reciprocal(1 - (a + b) * x / (a + 1)), value = d;
        for (int m = 1; m < MostTerms; m++)
        {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = Reciprocal(1 + even * d);
            c = NotZero(1 + even / c);
            value *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = Reciprocal(1 + odd * d);
            c = NotZero(1 + odd / c);
            value *= d * c;
            if (Math.Abs(d * c - 1) < Precision)
                break;
        }

        return value;
    }

    /// <summary>How often |T| exceeds a quantile where T = (Z + d) / S: the noncentral t, Z being normal and S² a chi square over its degrees of
    /// freedom.</summary>
    /// <param name="noncentrality">d: the true mean over its standard error.</param>
    /// <param name="quantile">What |T| is to exceed.</param>
    /// <param name="degrees">The degrees of freedom.</param>
    internal static double Power(double noncentrality, double quantile, double degrees)
    {
        const int parts = 2000;
        double end = 5 + 10 / Math.Sqrt(2 * degrees), step = end / parts, sum = 0;
        double scale = Math.Log(2) + degrees / 2 * Math.Log(degrees / 2) - LogGamma(degrees / 2);
        for (int i = 0; i <= parts; i++)
        {
            double s = i * step, density = Math.Pow(s, degrees - 1) * Math.Exp(scale - degrees * s * s / 2);
            double beyond = Normal(noncentrality - quantile * s) + Normal(-noncentrality - quantile * s);
            sum += (i is 0 or parts ? 1 : i % 2 == 0 ? 2 : 4) * density * beyond; // Simpson's rule
        }

        return sum * step / 3;
    }

    // The normal distribution, to 1e-7 (Abramowitz & Stegun 7.1.26).
    static double Normal(double x)
    {
        double y = Math.Abs(x) / Math.Sqrt(2), t = 1 / (1 + 0.3275911 * y);
        double tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.Exp(-y * y) / 2;
        return x >= 0 ? 1 - tail : tail;
    }

    static double Reciprocal(double value) => 1 / NotZero(value);

    static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    /// <summary>The logarithm of the gamma function for x above 0: Stirling's series (DLMF 5.11.1) from 15 on, where its eight
    /// terms are exact to rounding; below, Γ(x) = Γ(x + 1) / x leads there.</summary>
    internal static double LogGamma(double x)
    {
        double product = 1;
        for (; x < 15; x++)
            product *= x;
        ReadOnlySpan<double> terms =
        [
            1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400,
        ];
        double series = 0;
        for (int k = terms.Length - 1; k >= 0; k--)
            series = series / (x * x) + terms[k];
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series / x - Math.Log(product);
    }
}
