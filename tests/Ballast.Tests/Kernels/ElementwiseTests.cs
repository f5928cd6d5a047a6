using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

public unsafe class ElementwiseTests
{
    const float Guard = -77;

    // One operation of float arithmetic, done in double and rounded, is the same as done in float; so these are exact.
    const double Exact = 0;

    [Fact]
    public void Every_unary_operator_meets_its_formula_at_every_length()
    {
        Unary<Negate>(static x => -x, -2, 2, Exact);
        Unary<SquareRoot>(Math.Sqrt, 0, 9, Exact);
        // The vector versions of .NET promise a few units of the last place, 1.2e-7 each.
        Unary<Exponential>(Math.Exp, -20, 20, 3e-7);
        Unary<NaturalLogarithm>(Math.Log, 1e-3f, 9, 3e-7);
    }

    [Fact]
    public void Every_binary_operator_meets_its_formula_at_every_length()
    {
        Binary<Add>(static (x, y) => x + y, Exact);
        Binary<Subtract>(static (x, y) => x - y, Exact);
        Binary<Multiply>(static (x, y) => x * y, Exact);
        Binary<Divide>(static (x, y) => x / y, Exact);
        Binary<SquareRootBackward>(static (x, y) => y / (2 * x), Exact);
        Binary<DivideBackward>(static (x, y) => -x / (y * y), 1.3e-7); // two roundings
    }

    static void Unary<F>(Func<double, double> formula, float low, float high, double tolerance)
        where F : struct, IUnary
    {
        for (int length = 0; length <= 256; length++)
        {
            float[] x = Draw.Floats(length, length, low, high);
            float[] expected = [.. x.Select(value => (float)formula(value))];
            float[] y = Guarded(length);
            Elementwise.Map<F>(x, y);
            Check(expected, y, tolerance, $"{typeof(F).Name} of {length}");
            float[] inPlace = [.. x, Guard];
            Elementwise.Map<F>(inPlace.AsSpan(0, length), inPlace);
            Assert.Equal(y, inPlace);

            Width<SimdScalar, float>();
            Width<Simd128, Vector128<float>>();
            if (Vector256.IsHardwareAccelerated)
                Width<Simd256, Vector256<float>>();

            void Width<S, V>()
                where S : struct, ISimd<V>
                where V : unmanaged
            {
                float[] z = Guarded(length);
                fixed (float* from = x, to = z)
                {
                    int done = Elementwise.Map<F, S, V>(from, to, 0, length);
                    Assert.Equal(length / S.Width * S.Width, done);
                    Assert.Equal(length, Elementwise.Map<F, SimdScalar, float>(from, to, done, length));
                }

                Check(expected, z, tolerance, $"{typeof(F).Name} of {length} at width {S.Width}");
            }
        }
    }

    static void Binary<F>(Func<double, double, double> formula, double tolerance)
        where F : struct, IBinary
    {
        for (int length = 0; length <= 256; length++)
        {
            float[] x = Draw.Floats(length, length), y = Draw.Floats(length, 1000 + length, 0.1f, 3);
            float[] expected = [.. x.Zip(y, (a, b) => (float)formula(a, b))];
            float[] z = Guarded(length);
            Elementwise.Zip<F>(x, y, z);
            Check(expected, z, tolerance, $"{typeof(F).Name} of {length}");
            float[] overFirst = [.. x, Guard], overSecond = [.. y, Guard];
            Elementwise.Zip<F>(overFirst.AsSpan(0, length), y, overFirst);
            Elementwise.Zip<F>(x, overSecond.AsSpan(0, length), overSecond);
            Assert.Equal(z, overFirst);
            Assert.Equal(z, overSecond);
        }
    }

    static float[] Guarded(int length)
    {
        float[] values = new float[length + 1];
        values[length] = Guard;
        return values;
    }

    static void Check(float[] expected, float[] actual, double tolerance, string what)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            // A logarithm near 0 may be off by as much as one near 1.
            double allowed = tolerance * Math.Max(Math.Abs(expected[i]), tolerance > 2e-7 ? 0.1 : 0);
            Assert.True(Math.Abs((double)expected[i] - actual[i]) <= allowed,
                $"{what}: expected {expected[i]:R} at {i}, got {actual[i]:R}.");
        }

        Assert.Equal(Guard, actual[^1]);
    }

    [Fact]
    public void Long_loops_give_the_same_bits_for_any_number_of_threads()
    {
        int before = Compute.Threads;
        float[] x = Draw.Floats(150_001, 1), y = Draw.Floats(150_001, 2);
        int[]? exponentials = null, products = null;
        for (int threads = 1; threads <= 4; threads++)
        {
            Compute.Threads = threads;
            float[] z = Guarded(x.Length);
            Elementwise.Map<Exponential>(x, z);
            Assert.Equal(exponentials ??= Draw.Bits(z), Draw.Bits(z));
            Assert.Equal(Guard, z[^1]);
            Elementwise.Zip<Multiply>(x, y, z);
            Assert.Equal(products ??= Draw.Bits(z), Draw.Bits(z));
            for (int i = 0; i < x.Length; i++)
                Assert.Equal(x[i] * y[i], z[i]);
        }

        Compute.Threads = before;
    }

    [Fact]
    public void A_sum_is_exact_on_whole_numbers_at_every_length()
    {
        int[] lengths = [.. Enumerable.Range(0, 257), 4095, 4096, 4097, 8192, 10007];
        foreach (int length in lengths)
        {
            float[] x = Draw.Whole(length, length);
            double expected = x.Sum(static value => (double)value);
            Assert.Equal(expected, Elementwise.Sum(x));
            fixed (float* from = x)
            {
                Assert.Equal(expected, Elementwise.Sum<SimdScalar, float>(from, length));
                Assert.Equal(expected, Elementwise.Sum<Simd128, Vector128<float>>(from, length));
                if (Vector256.IsHardwareAccelerated)
                    Assert.Equal(expected, Elementwise.Sum<Simd256, Vector256<float>>(from, length));
            }
        }
    }

    [Fact]
    public void A_long_sum_keeps_its_digits()
    {
        float[] x = [.. Enumerable.Repeat(0.1f, 3_000_000)];
        // A running sum in float is off by 1e-2 here; 512 additions a lane, on the narrowest registers, by 4e-6.
        Assert.Equal(1, Elementwise.Sum(x) / (3_000_000 * (double)0.1f), 1e-5);
    }
}
