namespace Ballast.Tests.Kernels;

/// <summary>Logarithms of floats from end to end against those of double.</summary>
public class LogarithmTests
{
    static readonly (string Name, Func<Tensor, Tensor> Of, Func<double, double> Exact, double Units)[] All =
    [
        ("log", static x => x.Log(), Math.Log, 0.9), ("log2", static x => x.Log2(), Math.Log2, 1.1), ("log10", static x => x.Log10(), Math.Log10, 2.2),
    ];

    public static TheoryData<string> Names => [.. All.Select(static function => function.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void They_are_exact_to_about_a_unit_of_the_last_place(string name)
    {
        var (_, of, exact, units) = All.Single(function => function.Name == name);
        Check(of, exact, units, 0.5f, 2, 5);
        Check(of, exact, units, float.Epsilon, float.MaxValue, 5003);
        Check(of, exact, units, float.Epsilon, 1.2e-38f, 61);
    }

    // Every so many floats of a range; a few more than registers hold, so that the last go one by one.
    static void Check(Func<Tensor, Tensor> of, Func<double, double> exact, double units, float first, float last, uint step)
    {
        uint from = BitConverter.SingleToUInt32Bits(first), until = BitConverter.SingleToUInt32Bits(last);
        float[] x = new float[(until - from) / step + 1];
        for (int i = 0; i < x.Length; i++)
            x[i] = BitConverter.UInt32BitsToSingle(from + (uint)i * step);
        var y = of(Tensor.From(x, [x.Length])).AsSpan();
        for (int i = 0; i < x.Length; i++)
        {
            double expected = exact(x[i]), unit = MathF.BitIncrement(Math.Abs((float)expected)) - Math.Abs((float)expected);
            if (!(Math.Abs(y[i] - expected) <= units * unit))
                Assert.Fail($"{x[i]:R}: {y[i]:R}, expected {expected:R}.");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    public void Limits_and_what_is_none_are_as_in_double(int length)
    {
        float[] some = [0, -0f, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1, 8, 0.25f, float.Epsilon, -1e-40f, float.MaxValue];
        foreach (float value in some)
        {
            for (int place = 0; place < length; place += Math.Max(1, length - 1))
            {
                float[] x = new float[length];
                Array.Fill(x, 3);
                x[place] = value;
                Assert.Equal((float)Math.Log(value), Tensor.From(x, [length]).Log().AsSpan()[place], 1e-5f);
                float two = Tensor.From(x, [length]).Log2().AsSpan()[place];
                Assert.Equal((float)Math.Log2(value), two, value is > 0 and < float.MaxValue ? 0 : 1e-5f);
                Assert.Equal(MathF.Log(3), length > 1 ? Tensor.From(x, [length]).Log().AsSpan()[1 - place / (length - 1)] : MathF.Log(3), 1e-6f);
            }
        }
    }
}
