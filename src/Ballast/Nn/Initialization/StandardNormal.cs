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

    /// <summary>The x with erf(x) = y: Giles' polynomial (2010), and one step of Newton's.</summary>
    public static double InverseErf(double y)
    {
        if (Math.Abs(y) >= 1)
            return y * double.PositiveInfinity;
        double w = -Math.Log((1 - y) * (1 + y));
        double x = y * (w < 5 ? Polynomial(w - 2.5, Middle) : Polynomial(Math.Sqrt(w) - 3, Tails));
        return x - (Erf(x) - y) / (2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x));
    }

    static readonly double[] Middle =
    [
        2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
    ];

    static readonly double[] Tails =
    [
        -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
    ];

    static double Polynomial(double x, double[] coefficients)
    {
        double sum = 0;
        foreach (double coefficient in coefficients)
            sum = sum * x + coefficient;
        return sum;
    }
}
