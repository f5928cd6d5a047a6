using System.Runtime.InteropServices;

namespace Ballast.Tests;

/// <summary>Numbers to test with, the same in every run.</summary>
static class Draw
{
    /// <summary>Uniform on a range.</summary>
    public static float[] Floats(int count, int seed, float low = -2, float high = 2)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => low + (high - low) * random.NextSingle())];
    }

    /// <summary>Whole numbers from -8 to 8: their products and the sums of thousands of them are exact in float, so that
    /// a kernel has to meet its reference to the last bit.</summary>
    public static float[] Whole(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-8, 9))];
    }

    /// <summary>Bytes.</summary>
    public static byte[] Bytes(int count, int seed)
    {
        byte[] values = new byte[count];
        new Random(seed).NextBytes(values);
        return values;
    }

    /// <summary>Normal values as a parameter.</summary>
    public static Parameter Weights(Shape shape, int seed)
    {
        float[] values = new float[shape.Length];
        new Generator(seed).Normal(values);
        return new Parameter(Tensor.From(values, shape));
    }

    /// <summary>Normal values as a tensor.</summary>
    public static Tensor Data(Shape shape, int seed) => Weights(shape, seed).Detach();

    /// <summary>The bits of floats: equal only where every one is, zeros' signs and not-a-numbers included.</summary>
    public static int[] Bits(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, int>(values).ToArray();

    /// <summary>The bits of a state, all entries one behind another.</summary>
    public static long[] Bits(StateDict state) =>
        [.. state.SelectMany(static entry => entry.Value.Tensor is { ElementType: ElementType.Float32 } tensor
            ? Bits(tensor.AsSpan()).Select(static bit => (long)bit)
            : [entry.Value.Number!.Value])];
}
