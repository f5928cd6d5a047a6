namespace Ballast.Tests.Tensors;

/// <summary>Comparisons, choices and conversions of long tensors, sixteen elements at a time, against plain loops.</summary>
public class SideBySideTests
{
    static readonly float[] Ends = [float.NaN, float.NegativeInfinity, -1, -0f, 0, 1e-45f, 1, float.PositiveInfinity];

    static readonly (Func<Tensor, Tensor, Tensor> Fast, Func<float, float, bool> Plain)[] Comparisons =
    [
        (static (x, y) => x.EqualTo(y), static (x, y) => x == y), (static (x, y) => x.NotEqualTo(y), static (x, y) => x != y),
        (static (x, y) => x < y, static (x, y) => x < y), (static (x, y) => x <= y, static (x, y) => x <= y),
        (static (x, y) => x > y, static (x, y) => x > y), (static (x, y) => x >= y, static (x, y) => x >= y),
    ];

    static float[] Values(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => Ends[random.Next(Ends.Length)])];
    }

    [Fact]
    public void Comparisons_and_choices_of_every_length_are_those_of_the_language()
    {
        foreach (int length in (int[])[.. Enumerable.Range(1, 70), 1000, 70_001])
        {
            float[] a = Values(length, length), b = Values(length, length + 1);
            Tensor x = Tensor.From(a, [length]), y = Tensor.From(b, [length]), one = Tensor.From([a[0]], [1]);
            foreach (var (fast, plain) in Comparisons)
            {
                Assert.Equal(a.Zip(b, plain), fast(x, y).AsSpan<bool>().ToArray());
                Assert.Equal(b.Select(value => plain(a[0], value)), fast(one, y).AsSpan<bool>().ToArray());
                Assert.Equal(b.Select(value => plain(value, a[0])), fast(y, one).AsSpan<bool>().ToArray());
            }

            var mask = x < y;
            bool[] chosen = mask.AsSpan<bool>().ToArray();
            Assert.Equal(chosen.Select((yes, i) => yes ? a[i] : b[i]), Tensor.Where(mask, x, y).ToArray());
            Assert.Equal(chosen.Select((yes, i) => yes ? a[0] : b[i]), Tensor.Where(mask, one, y).ToArray());
            Assert.Equal(chosen.Select((yes, i) => yes ? b[i] : a[0]), Tensor.Where(mask, y, one).ToArray());
            Assert.Equal(chosen.Select(static yes => yes ? 1f : 0), mask.To(ElementType.Float32).ToArray());
        }
    }

    [Fact]
    public void Bytes_of_every_value_become_floats()
    {
        byte[] bytes = [.. Enumerable.Range(0, 1003).Select(static i => (byte)i)];
        for (int length = 0; length < bytes.Length; length += length < 70 ? 1 : 311)
            Assert.Equal(bytes.Take(length).Select(static value => (float)value), Tensor.FromUInt8(bytes.AsSpan(..length), [length]).To(ElementType.Float32).ToArray());
    }
}
