using Ballast.Kernels;

namespace Ballast.Tests;

/// <summary>The fast paths against their scalar references, bit for bit.</summary>
public class RandomKernelTests
{
    static int[] Bits(ReadOnlySpan<float> values)
    {
        int[] bits = new int[values.Length];
        for (int i = 0; i < bits.Length; i++)
            bits[i] = BitConverter.SingleToInt32Bits(values[i]);
        return bits;
    }

    [Fact]
    public void Twist_and_temper_equal_their_references()
    {
        var engine = new Mt19937();
        engine.Seed(5);
        uint[] fast = engine.State.ToArray();
        uint[] slow = engine.State.ToArray();
        uint[] fastWords = new uint[Mt19937.StateLength];
        uint[] slowWords = new uint[Mt19937.StateLength];
        for (int block = 0; block < 20; block++)
        {
            Mt19937.Twist(fast);
            Mt19937.TwistReference(slow);
            Assert.Equal(slow, fast);
            Mt19937.Temper(fast, fastWords);
            Mt19937.TemperReference(slow, slowWords);
            Assert.Equal(slowWords, fastWords);
        }
    }

    [Fact]
    public void The_ten_thousandth_word_of_seed_5489_is_the_published_one()
    {
        // ISO C++ [rand.predef]: the 10000th consecutive invocation of a default-constructed mt19937.
        var engine = new Mt19937();
        engine.Seed(5489);
        for (int i = 1; i < 10000; i++)
            engine.Next();
        Assert.Equal(4123659995u, engine.Next());
    }

    [Fact]
    public void Uniform_equals_its_reference_for_every_length()
    {
        var random = new Random(1);
        for (int length = 0; length <= 256; length++)
        {
            uint[] words = [.. Enumerable.Range(0, length).Select(_ => (uint)random.NextInt64(1L << 32))];
            float[] fast = new float[length + 1];
            float[] slow = new float[length + 1];
            UniformKernel.Fill(words, fast, -0.37f, 1.9f);
            UniformKernel.FillReference(words, slow, -0.37f, 1.9f);
            Assert.Equal(Bits(slow), Bits(fast));
        }
    }

    [Fact]
    public void Normal_equals_its_reference_over_the_whole_range_of_uniforms()
    {
        const float Step = 1f / (1 << 24);
        // Every 1024th of the 2^24 uniform values, and both ends, as radius and as angle.
        var values = new List<float>();
        for (int i = 0; i < 1 << 24; i += 1024)
            values.AddRange([i * Step, ((1 << 24) - 1 - i) * Step]);
        for (int i = 0; i + 8 <= values.Count; i += 8)
        {
            float[] fast = [.. values.GetRange(i, 8), .. values.GetRange(values.Count - 8 - i, 8)];
            float[] slow = [.. fast];
            NormalKernel.Transform(fast, 0.25f, 1.5f);
            NormalKernel.TransformReference(slow, 0.25f, 1.5f);
            Assert.Equal(Bits(slow), Bits(fast));
        }
    }

    [Fact]
    public void Normal_is_Box_and_Mullers_transform()
    {
        var random = new Random(2);
        for (int round = 0; round < 1000; round++)
        {
            float[] uniform = [.. Enumerable.Range(0, 16).Select(_ => random.Next(1 << 24) / (float)(1 << 24))];
            float[] normal = [.. uniform];
            NormalKernel.Transform(normal, 0, 1);
            for (int j = 0; j < 8; j++)
            {
                double radius = Math.Sqrt(-2 * Math.Log(1 - (double)uniform[j]));
                double angle = 2 * Math.PI * uniform[j + 8];
                // The largest difference that single-precision arithmetic makes here, recorded by PyTorch: 1.5e-6.
                Assert.Equal(radius * Math.Cos(angle), normal[j], 2e-6);
                Assert.Equal(radius * Math.Sin(angle), normal[j + 8], 2e-6);
            }
        }
    }
}
