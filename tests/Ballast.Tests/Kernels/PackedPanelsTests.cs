using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>Operands packed into panels, value by value.</summary>
public class PackedPanelsTests
{
    // As the weights of convolutions are packed: forwards for the result, backwards for the input's gradient, and by some of their taps.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(9, 1)]
    [InlineData(9, -1)]
    [InlineData(25, -1)]
    [InlineData(4, 2)]
    [InlineData(6, 1)]
    public unsafe void Each_value_is_in_its_place_and_zeros_are_past_the_last_column(int taps, int step)
    {
        var random = new Random(taps + step);
        foreach (int columns in (int[])[1, 3, 8, 15, 16, 17, 31, 32, 33, 50, 64])
        {
            int length = random.Next(1, 20), area = taps * Math.Abs(step);
            nint[] places = [.. Enumerable.Range(0, taps).Select(t => (nint)(step > 0 ? t * step : (taps - 1 - t) * -step))];
            float[] from = [.. Enumerable.Range(1, area * length * columns).Select(static i => (float)i)];
            foreach (var (strideJ, strideColumn) in ((int, int)[])[(area, area * length), (area * columns, area)])
            {
                float[] to = new float[PackedPanels.Length(taps * length, columns)];
                Array.Fill(to, float.NaN);
                fixed (float* source = from, packed = to)
                    PackedPanels.Pack(source, places, taps, length, strideJ, columns, strideColumn, packed);
                int at = 0;
                for (int first = 0, width; first < columns; first += width)
                {
                    width = columns - first > Panels.Lanes ? 2 * Panels.Lanes : Panels.Lanes;
                    for (int row = 0; row < taps * length; row++)
                    {
                        int start = (int)places[row / length] + row % length * strideJ;
                        for (int c = first; c < first + width; c++)
                            Assert.Equal(c < columns ? from[start + c * strideColumn] : 0, to[at++]);
                    }
                }
            }
        }
    }
}
