using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>The functions of the activations against double, at every register width.</summary>
public unsafe class SpecialFunctionsTests
{
    // Of float's 24 binary digits: what a few fused steps, an exponential and a division may lose. Registers of four may lack
    // a fused multiply-add.
    const double Units = 4;

    static readonly float[] Grid =
    [
        .. Enumerable.Range(-15_000, 30_001).Select(static i => i * 8e-4f), .. Enumerable.Range(1, 400).Select(static i => i * 1e-6f),
        1e-30f, -1e-30f, 1e-40f, 0, -0f, 0.92f, 0.625f, -0.92f, -0.625f,
    ];

    [Fact]
    public void The_hyperbolic_tangent() => Check<TanhActivation>(Math.Tanh, static (expected, _) => Ulp(expected) * Units);

    [Fact]
    public void The_logistic_function() =>
        Check<SigmoidActivation>(static x => 1 / (1 + Math.Exp(-x)), static (expected, _) => Ulp(expected) * Units);

    [Fact]
    public void The_error_function() => Check<ErfActivation>(Erf, static (expected, _) => Ulp(expected) * Units);

    // Below -1.3 the rounding of x^2 / 2 shows.
    [Fact]
    public void The_exact_Gelu_keeps_digits_far_below_zero() => Check<GeluActivation>(
        static x => x * Erfc(-x / Math.Sqrt(2)) / 2,
        static (expected, x) => x > -1.3 ? Ulp(expected) * 2 * Units : Math.Abs(expected) * (5e-7 + 6e-8 * x * x) + 1e-38);

    [Fact]
    public void The_Silu() => Check<SiluActivation>(static x => x / (1 + Math.Exp(-x)), static (expected, _) => Ulp(expected) * Units);

    static double Ulp(double value) => Math.Max(MathF.BitIncrement((float)Math.Abs(value)) - Math.Abs((float)value), 1e-38);

    static void Check<F>(Func<double, double> formula, Func<double, double, double> allowed)
        where F : struct, IActivation
    {
        double[] expected = [.. Grid.Select(x => formula(x))];
        Width<SimdScalar, float>();
        Width<Simd128, Vector128<float>>();
        if (Vector256.IsHardwareAccelerated)
            Width<Simd256, Vector256<float>>();
        if (Vector512.IsHardwareAccelerated)
            Width<Simd512, Vector512<float>>();

        void Width<S, V>()
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float[] y = new float[Grid.Length];
            fixed (float* from = Grid, to = y)
            {
                int done = Activations.Forward<F, S, V>(default, from, to, 0, y.Length);
                Activations.Forward<F, SimdScalar, float>(default, from, to, done, y.Length);
            }

            for (int i = 0; i < y.Length; i++)
            {
                Assert.True(Math.Abs(y[i] - expected[i]) <= allowed(expected[i], Grid[i]),
                    $"{typeof(F).Name}({Grid[i]:R}) at width {S.Width}: expected {expected[i]:R}, got {y[i]:R}.");
            }

            Ends<F, S, V>(formula);
        }
    }

    // What is not a number stays so, and what grows beyond all bounds ends at the function's limit.
    static void Ends<F, S, V>(Func<double, double> formula)
        where F : struct, IActivation
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float[] ends = [float.NaN, float.PositiveInfinity, 3e38f, -3e38f];
        float[] x = [.. Enumerable.Range(0, 16).Select(i => ends[i % ends.Length])], y = new float[16];
        fixed (float* from = x, to = y)
            Activations.Forward<F, S, V>(default, from, to, 0, 16);
        for (int i = 0; i < 16; i++)
            Assert.Equal(float.IsNaN(x[i]) ? float.NaN : (float)formula(x[i]), y[i]);
    }

    [Fact]
    public void The_reference_is_right()
    {
        // Abramowitz and Stegun, table 7.1, and Wolfram's erfc(5).
        Assert.Equal(0.5204998778, Erf(0.5), 1e-10);
        Assert.Equal(0.8427007929, Erf(1), 1e-10);
        Assert.Equal(-0.9953222650, Erf(-2), 1e-10);
        Assert.Equal(1, Erfc(5) / 1.5374597944280349e-12, 1e-12);
    }

    static double Erf(double x) => Math.Abs(x) < 2.5 ? Series(x) : Math.Sign(x) * (1 - Fraction(Math.Abs(x)));

    static double Erfc(double x) => x < 2.5 ? x > -2.5 ? 1 - Series(x) : 2 - Fraction(-x) : Fraction(x);

    // erf x = 2 / sqrt(pi) the sum of (-1)^n x^(2n + 1) / (n! (2n + 1)).
    static double Series(double x)
    {
        double sum = 0, power = x;
        for (int n = 0; n < 80; n++)
        {
            sum += power / (2 * n + 1);
            power *= -x * x / (n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    // erfc x = e^-x^2 / sqrt(pi) / (x + 1/2 / (x + 1 / (x + 3/2 / (x + ...)))).
    static double Fraction(double x)
    {
        if (x > 40)
            return 0;
        double tail = x;
        for (int n = 120; n > 0; n--)
            tail = x + n / 2.0 / tail;
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / tail;
    }
}
