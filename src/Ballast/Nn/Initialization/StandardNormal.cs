namespace Ballast;

/// <summary>The normal distribution's functions, in double.</summary>
static class StandardNormal
{
    const double FarOut = 6; // erf is 1 from here on

    /// <summary>The share of standard normal values below x.</summary>
    public static double Share(double x) => (1 + Erf(x / Math.Sqrt(2))) / 2;

    /// <summary>erf(x) = 2 / sqrt(pi) exp(-x^2) times the sum of 2^n x^(2n + 1) / (1 3 5 ... (2n + 1)), whose terms have one sign.</summary>
    public static double Erf(double x)
    {
        if (Math.Abs(x) >= FarOut)
            return Math.Sign(x);
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
            sum += term *= 2 * x * x / (2 * n + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>The x with erf(x) = y, to a double's precision: the rational functions of Wichura (1988), algorithm AS 241, for the share
    /// (1 + y) / 2 of standard normal values.</summary>
    public static double InverseErf(double y)
    {
        double size = Math.Abs(y);
        if (size >= 1)
            return y * double.PositiveInfinity;
        if (size <= 0.85)
            return y / 2 * Ratio(0.180625 - y * y / 4, MiddleAbove, MiddleBelow) / Math.Sqrt(2);
        double tail = Math.Sqrt(-Math.Log((1 - size) / 2));
        double x = tail <= 5 ? Ratio(tail - 1.6, NearAbove, NearBelow) : Ratio(tail - 5, FarAbove, FarBelow);
        return Math.CopySign(x, y) / Math.Sqrt(2);
    }

    static readonly double[] MiddleAbove =
    [
        2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
        1971.5909503065514427, 133.14166789178437745, 3.3871328727963666080,
    ];

    static readonly double[] MiddleBelow =
    [
        5226.4952788528545610, 28729.085735721942674, 39307.895800092710610, 21213.794301586595867, 5394.1960214247511077,
        687.18700749205790830, 42.313330701600911252, 1,
    ];

    static readonly double[] NearAbove =
    [
        7.74545014278341407640e-4, 0.0227238449892691845833, 0.241780725177450611770, 1.27045825245236838258, 3.64784832476320460504,
        5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734,
    ];

    static readonly double[] NearBelow =
    [
        1.05075007164441684324e-9, 5.47593808499534494600e-4, 0.0151986665636164571966, 0.148103976427480074590, 0.689767334985100004550,
        1.67638483018380384940, 2.05319162663775882187, 1,
    ];

    static readonly double[] FarAbove =
    [
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.00124266094738807843860, 0.0265321895265761230930, 0.296560571828504891230,
        1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720,
    ];

    static readonly double[] FarBelow =
    [
        2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4, 0.0148753612908506148525,
        0.136929880922735805310, 0.599832206555887937690, 1,
    ];

    static double Ratio(double x, double[] above, double[] below)
    {
        double numerator = 0, denominator = 0;
        for (int i = 0; i < above.Length; i++)
            (numerator, denominator) = (numerator * x + above[i], denominator * x + below[i]);
        return numerator / denominator;
    }
}
