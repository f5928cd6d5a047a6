using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>Each optimizer's rule against its formula in double, on every width.</summary>
public sealed unsafe class UpdatesTests : IDisposable
{
    // Rounding of three or four float operations on values of this size.
    const double Tolerance = 5e-7;

    readonly int threads = Compute.Threads;

    public void Dispose() => Compute.Threads = threads;

    delegate (double W, double M, double V) Formula(double g, double w, double m, double v);

    static AdamRule Adam(float decay, float shrink) => new()
    {
        Beta1 = 0.9f,
        Beta2 = 0.99f,
        Rest1 = 0.1f,
        Rest2 = 0.01f,
        Step = -0.05f,
        Scale = 1.7f,
        Epsilon = 1e-8f,
        WeightDecay = decay,
        Shrink = shrink,
    };

    static Formula AdamFormula(double decay, double shrink) => (g, w, m, v) =>
    {
        g += decay * w;
        w *= shrink;
        m = 0.9f * m + (double)0.1f * g;
        v = 0.99f * v + (double)0.01f * g * g;
        return (w + -0.05f * m / (Math.Sqrt(v) * 1.7f + 1e-8f), m, v);
    };

    static MomentumRule Momentum(float gain, float lead, float follow) => new()
    {
        Step = -0.1f,
        WeightDecay = 0.25f,
        Momentum = 0.8f,
        Gain = gain,
        Lead = lead,
        Follow = follow,
    };

    static Formula MomentumFormula(double gain, double lead, double follow) => (g, w, m, v) =>
    {
        g += 0.25 * w;
        m = 0.8f * m + gain * g;
        return (w + -0.1f * (follow * m + lead * g), m, v);
    };

    [Fact]
    public void Adam_meets_its_formula_at_every_length()
    {
        Check(Adam(0, 1), AdamFormula(0, 1));
        Check(Adam(0.5f, 1), AdamFormula(0.5, 1));
        Check(Adam(0, 0.75f), AdamFormula(0, 0.75));
    }

    [Fact]
    public void Gradient_descent_meets_its_formula_at_every_length()
    {
        Check(new SgdRule { Step = -0.1f, WeightDecay = 0 }, static (g, w, m, v) => (w - 0.1f * g, m, v));
        Check(new SgdRule { Step = -0.1f, WeightDecay = 0.25f }, static (g, w, m, v) => (w - 0.1f * (g + 0.25 * w), m, v));
    }

    [Fact]
    public void Momentum_meets_its_formula_at_every_length()
    {
        Check(Momentum(1, 0, 1), MomentumFormula(1, 0, 1));
        Check(Momentum(0.5f, 0, 1), MomentumFormula(0.5, 0, 1));
        Check(Momentum(1, 1, 0.8f), MomentumFormula(1, 1, 0.8f));
    }

    static void Check<R>(R rule, Formula formula)
        where R : struct, IUpdateRule
    {
        for (int length = 0; length <= 256; length++)
        {
            float[] g = Draw.Floats(length, 1 + length), w = Draw.Floats(length, 2 + length);
            float[] m = Draw.Floats(length, 3 + length), v = Draw.Floats(length, 4 + length, 0, 2);
            if (length > 1)
                (g[1], m[1], v[1]) = (0, 0, 0); // a weight that has never had a gradient
            var expected = new (double W, double M, double V)[length];
            for (int i = 0; i < length; i++)
                expected[i] = formula(g[i], w[i], m[i], v[i]);

            float[] weight = [.. w], first = R.States > 0 ? [.. m] : [], second = R.States > 1 ? [.. v] : [];
            Updates.Apply(rule, g, weight, first, second);
            Compare(weight, first, second);
            Width<SimdScalar, float>();
            Width<Simd128, Vector128<float>>();
            if (Vector256.IsHardwareAccelerated)
                Width<Simd256, Vector256<float>>();

            void Width<S, V>()
                where S : struct, ISimd<V>
                where V : unmanaged
            {
                float[] weight = [.. w], first = R.States > 0 ? [.. m] : [], second = R.States > 1 ? [.. v] : [];
                fixed (float* from = g, to = weight, a = first, b = second)
                {
                    int done = Updates.Apply<R, S, V>(rule, from, to, a, b, null, 0, length);
                    Updates.Apply<R, SimdScalar, float>(rule, from, to, a, b, null, done, length);
                }

                Compare(weight, first, second);
            }

            void Compare(float[] weight, float[] first, float[] second)
            {
                Near.Equal([.. expected.Select(static e => e.W)], weight, Tolerance, "weight");
                if (R.States > 0)
                    Near.Equal([.. expected.Select(static e => e.M)], first, Tolerance, "first");
                if (R.States > 1)
                    Near.Equal([.. expected.Select(static e => e.V)], second, Tolerance, "second");
            }
        }
    }

    [Fact]
    public void A_long_parameter_gets_the_same_bits_from_any_number_of_threads()
    {
        const int Length = 100_003;
        float[] g = Draw.Floats(Length, 1), w = Draw.Floats(Length, 2), m = Draw.Floats(Length, 3);
        float[] v = Draw.Floats(Length, 4, 0, 2);
        int[]? expected = null;
        for (int count = 1; count <= 4; count++)
        {
            Compute.Threads = count;
            float[] weight = [.. w];
            Updates.Apply(Adam(0.1f, 0.9f), g, weight, [.. m], [.. v]);
            Assert.Equal(expected ??= Draw.Bits(weight), Draw.Bits(weight));
        }
    }

    [Fact]
    public void A_gradient_that_is_never_stored_changes_the_weights_as_a_stored_one_does()
    {
        const int Sums = 10, Rows = 9, Columns = 100;
        float[] a = Draw.Whole(Sums * Rows, 5), b = Draw.Whole(Sums * Columns, 6), g = new float[Rows * Columns];
        ColumnProducts.Reference(a, Rows, 1, b, g, Sums, Rows, Columns);
        float[] w = Draw.Floats(g.Length, 7), weight = [.. w], m = new float[g.Length], v = new float[g.Length];
        float[] first = new float[g.Length], second = new float[g.Length];
        Updates.Apply(Adam(0, 1), g, w, m, v);
        fixed (float* left = a, right = b, to = weight, x = first, y = second)
        {
            ColumnProducts.Compute(left, Rows, 1, new RowPrologue(right, Columns), Sums, Rows, Columns,
                new ColumnProducts.ToReader(Updates.OfBlocks<AdamRule>.For(Adam(0, 1), to, x, y), 1, Columns));
        }

        Near.Equal(w, weight, Tolerance);
        Near.Equal(m, first, Tolerance);
        Near.Equal(v, second, Tolerance);
    }
}
