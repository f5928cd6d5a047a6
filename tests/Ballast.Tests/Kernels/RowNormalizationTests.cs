using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>Normalization of rows against plain loops in double, and the same bits for any number of threads.</summary>
public sealed unsafe class RowNormalizationTests : IDisposable
{
    const double Epsilon = 1e-5;

    // Sums of a few thousand products, whose roundings of 6e-8 partly cancel, and a quotient.
    const double Tolerance = 3e-6;

    readonly int threads = Compute.Threads;

    public void Dispose() => Compute.Threads = threads;

    public static TheoryData<int, int, int> Layouts => new()
    {
        { 1, 1, 2 }, { 7, 1, 33 }, { 300, 1, 67 }, { 1027, 1, 48 }, { 3, 1, 9001 }, { 13, 4, 10 }, { 0, 1, 5 },
    };

    static (float[] Y, float[] Moments, float[] Dx, float[] Sums) Run(
        RowLayout layout, bool centered, float[] x, float[] g, float[] gamma, float[] beta)
    {
        float[] y = new float[x.Length], moments = new float[RowMoments.Size * layout.Count], sums = new float[2 * layout.C];
        RowNormalization.Forward(x, gamma, beta, layout, centered, Epsilon, moments, y);
        float[] dx = [.. g]; // in place of the gradient
        RowNormalization.Backward(x, dx, gamma, layout, centered, moments, dx, sums);
        float[] apart = new float[x.Length];
        RowNormalization.Backward(x, g, gamma, layout, centered, moments, apart, sums);
        Assert.Equal(Draw.Bits(dx), Draw.Bits(apart));
        return (y, moments, dx, sums);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Every_layout_meets_the_formulas_for_any_number_of_threads(int n, int groups, int channels)
    {
        var layout = new RowLayout(n, groups, channels);
        float[] x = Draw.Floats(layout.Length, 1, -1, 3), g = Draw.Floats(layout.Length, 2);
        float[] gamma = Draw.Floats(layout.C, 3, 0.5f, 1.5f), beta = Draw.Floats(layout.C, 4);
        foreach (bool centered in new[] { true, false })
        {
            Compute.Threads = 1;
            var one = Run(layout, centered, x, g, gamma, beta);
            Check(layout, centered, x, g, gamma, beta, one.Y, one.Dx, one.Sums);
            for (int count = 2; count <= 4; count++)
            {
                Compute.Threads = count;
                var several = Run(layout, centered, x, g, gamma, beta);
                Assert.Equal(Draw.Bits(one.Y), Draw.Bits(several.Y));
                Assert.Equal(Draw.Bits(one.Dx), Draw.Bits(several.Dx));
                Assert.Equal(Draw.Bits(one.Sums), Draw.Bits(several.Sums));
            }
        }
    }

    static void Check(
        RowLayout layout, bool centered, float[] x, float[] g, float[] gamma, float[] beta, float[] y, float[] dx, float[] sums)
    {
        double[] expectedY = new double[x.Length], expectedDx = new double[x.Length], expectedSums = new double[2 * layout.C];
        int size = layout.Channels;
        for (int start = 0; start < x.Length; start += size)
        {
            int[] own = [.. Enumerable.Range(start, size)];
            int Channel(int i) => start / size % layout.Groups * layout.Channels + (i - start);
            double mean = centered ? own.Average(i => (double)x[i]) : 0;
            double deviation = Math.Sqrt(own.Average(i => (x[i] - mean) * (x[i] - mean)) + Epsilon);
            double[] h = [.. own.Select(i => (x[i] - mean) / deviation)];
            double total = centered ? own.Average(i => (double)g[i] * gamma[Channel(i)]) : 0;
            double product = own.Average(i => (double)g[i] * gamma[Channel(i)] * h[i - start]);
            foreach (int i in own)
            {
                int c = Channel(i);
                expectedY[i] = h[i - start] * gamma[c] + beta[c];
                expectedDx[i] = ((double)g[i] * gamma[c] - total - h[i - start] * product) / deviation;
                expectedSums[c] += g[i] * h[i - start];
                expectedSums[layout.C + c] += g[i];
            }
        }

        Near.Equal(expectedY, y, Tolerance, "y");
        Near.Equal(expectedDx, dx, Tolerance, "dx");
        Near.Equal(expectedSums, sums, Tolerance, "sums");
    }

    [Fact]
    public void Without_gamma_and_beta_they_are_one_and_zero()
    {
        var layout = new RowLayout(3, 2, 3);
        float[] x = Draw.Floats(layout.Length, 1), g = Draw.Floats(layout.Length, 2);
        var none = Run(layout, true, x, g, [], []);
        var plain = Run(layout, true, x, g, [1, 1, 1, 1, 1, 1], new float[6]);
        Assert.Equal(plain.Y, none.Y);
        Assert.Equal(plain.Dx, none.Dx);
    }

    // Squares of these in float would have no digits left, and deviations from the first value hardly any where it is the one
    // that is far away.
    [Theory]
    [InlineData(1000f, 1000f)]
    [InlineData(-30_000f, -30_000f)]
    [InlineData(0f, 5000f)]
    [InlineData(7f, -1e6f)]
    public void Moments_keep_their_digits_at_every_width(float mean, float first)
    {
        foreach (int length in new[] { 2, 15, 64, 100, 4096, 5001 })
        {
            float[] x = Draw.Floats(length, 5, mean - 1, mean + 1);
            x[0] = first;
            double average = x.Average(static value => (double)value);
            double variance = x.Average(value => (value - average) * (value - average));
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
                // A lane adds 1,024 / width squares, each of which may lose half a unit behind a large one.
                double tolerance = 1e-6 + 3e-8 * 1024 / S.Width;
                fixed (float* values = x)
                {
                    var moments = RowMoments.Measure<S, V>(values, length, centered: true, 0);
                    Assert.Equal(0, ((double)moments.Center + moments.Rest - average) / Math.Sqrt(variance), 1e-6);
                    Assert.Equal(1, moments.Variance / variance, tolerance);
                    Assert.Equal(1, moments.InverseDeviation * Math.Sqrt(variance), tolerance);
                }
            }
        }
    }

    [Fact]
    public void A_constant_group_becomes_beta()
    {
        foreach (var layout in new RowLayout[] { new(3, 1, 37), new(2, 2, 3) })
        {
            foreach (float constant in new[] { 0, 1e7f, -12345.678f, 1e10f })
            {
                float[] x = [.. Enumerable.Repeat(constant, layout.Length)], beta = Draw.Floats(layout.C, 6);
                var result = Run(layout, true, x, new float[x.Length], [], beta);
                for (int i = 0; i < x.Length; i++)
                    Assert.Equal(beta[i % layout.C], result.Y[i]);
            }
        }
    }

    // g gamma / sqrt(eps) less itself: two roundings of 6e-8 are what is left.
    [Fact]
    public void A_row_of_one_value_becomes_beta_and_passes_no_gradient()
    {
        var layout = new RowLayout(3, 2, 1);
        float[] gamma = Draw.Floats(2, 3), beta = Draw.Floats(2, 4);
        var result = Run(layout, true, Draw.Floats(6, 1), Draw.Floats(6, 2), gamma, beta);
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(beta[i % 2], result.Y[i]);
            Assert.InRange(MathF.Abs(result.Dx[i]), 0, 1.2e-7 / Math.Sqrt(Epsilon));
        }
    }
}
