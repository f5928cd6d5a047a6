using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>e^x in single precision against double, at every register width.</summary>
public unsafe class ExponentialFunctionTests
{
    // In units of the last place: half of one is the last rounding. Registers of four may lack a fused multiply-add.
    static double Units => System.Runtime.Intrinsics.X86.Fma.IsSupported ? 0.8 : 1;

    // Of all floats every so many-th, or with the environment's BALLAST_EVERY_FLOAT each of them, which takes minutes.
    static readonly uint Step = Environment.GetEnvironmentVariable("BALLAST_EVERY_FLOAT") is null ? 8009u : 1;

    const int Block = 1 << 16;

    delegate void Kernel(float* x, float* y, int length);

    static List<(string Name, Kernel Run)> Widths()
    {
        List<(string, Kernel)> widths = [("1", Run<SimdScalar, float>), ("4", Run<Simd128, Vector128<float>>)];
        if (Vector256.IsHardwareAccelerated)
            widths.Add(("8", Run<Simd256, Vector256<float>>));
        if (Vector512.IsHardwareAccelerated)
            widths.Add(("16", Run<Simd512, Vector512<float>>));
        return widths;
    }

    static void Run<S, V>(float* x, float* y, int length)
        where S : struct, ISimd<V>
        where V : unmanaged => Elementwise.Map<Exponential, S, V>(x, y, 0, length);

    [Fact]
    public void Floats_of_either_sign_have_their_exponential_to_the_last_place_or_its_neighbour()
    {
        double worst = 0;
        foreach (uint sign in (uint[])[0, 1u << 31])
        {
            uint end = BitConverter.SingleToUInt32Bits(110);
            for (ulong first = 0; first <= end; first += (ulong)Block * Step)
                worst = Math.Max(worst, Worst(i => BitConverter.UInt32BitsToSingle((uint)Math.Min(end, first + (ulong)i * Step) | sign)));
        }

        Assert.InRange(worst, 0.5, Units);
    }

    [Fact]
    public void Numbers_that_lie_close_have_their_exponential_to_the_last_place_or_its_neighbour()
    {
        const int blocks = 8;
        double worst = 0;
        for (int block = 0; block < blocks; block++)
            worst = Math.Max(worst, Worst(i => -105 + 195f * (block * Block + i) / (blocks * Block)));
        Assert.InRange(worst, 0.5, Units);
    }

    // Results below it may be 0, and are from e^-87.69 on: there a processor would take a hundred cycles for each.
    static readonly double Least = Math.ScaleB(Math.Sqrt(2), -126);

    // The largest distance from the exact exponential in units of the last place, at every width.
    static double Worst(Func<int, float> number)
    {
        float[] x = new float[Block], y = new float[Block];
        double[] exact = new double[Block], units = new double[Block];
        for (int i = 0; i < Block; i++)
        {
            x[i] = number(i);
            exact[i] = Math.Exp(x[i]);
            units[i] = Math.ScaleB(1, Math.Max(Math.ILogB(exact[i]), -126) - 23);
        }

        double worst = 0;
        fixed (float* from = x, to = y)
        {
            foreach (var (name, run) in Widths())
            {
                run(from, to, Block);
                for (int i = 0; i < Block; i++)
                {
                    bool overflows = (float)exact[i] == float.PositiveInfinity, vanishes = y[i] == 0 && exact[i] < Least * (1 + 1e-6);
                    Assert.True(!overflows || y[i] >= float.MaxValue, $"e^{x[i]:R} at width {name} is {y[i]:R}.");
                    Assert.True(vanishes || exact[i] > Least / 2, $"e^{x[i]:R} at width {name} is {y[i]:R}.");
                    worst = overflows || vanishes ? worst : Math.Max(worst, Math.Abs(y[i] - exact[i]) / units[i]);
                }
            }
        }

        return worst;
    }

    [Fact]
    public void Ends_and_zeros_are_exact()
    {
        float[] x =
        [
            0, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 3e38f, -3e38f, 89,
            88.72284f, -87.69f, -104, -1e30f, 1e-45f, -1e-45f, 1.17549435e-38f, 1e-30f,
        ];
        float[] expected =
        [
            1, 1, float.NaN, float.PositiveInfinity, 0, float.PositiveInfinity, 0, float.PositiveInfinity,
            float.PositiveInfinity, 0, 0, 0, 1, 1, 1, 1,
        ];
        float[] y = new float[x.Length];
        foreach (var (name, run) in Widths())
        {
            fixed (float* from = x, to = y)
                run(from, to, x.Length);
            Assert.Equal((name, string.Join(' ', expected)), (name, string.Join(' ', y)));
        }
    }

    [Fact]
    public void Every_width_gives_one_lanes_bits_where_all_have_a_fused_multiply_add()
    {
        if (!System.Runtime.Intrinsics.X86.Fma.IsSupported)
            return;
        float[] x = Draw.Floats(4096, 5, -110, 95), one = new float[x.Length], y = new float[x.Length];
        fixed (float* from = x, single = one, to = y)
        {
            Run<SimdScalar, float>(from, single, x.Length);
            foreach (var (name, run) in Widths())
            {
                run(from, to, x.Length);
                Assert.True(one.AsSpan().SequenceEqual(y), $"width {name}");
            }
        }
    }
}
