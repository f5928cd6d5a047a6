namespace Ballast.Tests.Tensors;

/// <summary>Rows of more values than the kernels take at once, of operands that do not lie side by side, against plain loops.</summary>
public class LongRowTests
{
    const int Rows = 3, Columns = 9001;

    // Every so many values of longer rows, from the second on; the last one first where the step is negative.
    static Tensor Stepped(Tensor longer, int step) => longer[.., 1..^1][.., TensorIndex.Every(step, ..)];

    static Tensor Drawn(int step, int seed) => Stepped(Draw.Data([Rows, (Columns - 1) * Math.Abs(step) + 3], seed), step);

    [Theory]
    [InlineData(2, 3, -1)]
    [InlineData(3, 1, 2)]
    [InlineData(-1, 2, 1)]
    [InlineData(1, -2, 3)]
    public void Choices_by_a_mask_that_is_a_view_take_each_value_from_its_own_place(int ofMask, int ofX, int ofY)
    {
        var mask = Stepped(Draw.Data([Rows, (Columns - 1) * Math.Abs(ofMask) + 3], 1) > 0, ofMask);
        Tensor x = Drawn(ofX, 2), y = Drawn(ofY, 3), column = Draw.Data([Rows, 1], 4);
        bool[] taken = mask.ToArray<bool>();
        float[] a = x.ToArray(), b = y.ToArray();
        Assert.Equal(taken.Select((take, i) => take ? a[i] : b[i]), Tensor.Where(mask, x, y).ToArray());
        Assert.Equal(a.Select((value, i) => column.ToArray()[i / Columns] > 0 ? value : b[i]), Tensor.Where(column > 0, x, y).ToArray());
        Assert.Equal(taken.Select((take, i) => take ? a[i] : column.ToArray()[i / Columns]), Tensor.Where(mask, x, column).ToArray());
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(-1, 2)]
    [InlineData(3, -2)]
    public void Values_by_position_are_those_of_their_own_columns(int ofPositions, int ofX)
    {
        var rows = (Draw.Data([Rows, (Columns - 1) * Math.Abs(ofPositions) + 3], 1) * 7).Abs().Clamp(0, 2);
        var positions = Stepped(rows.To(ElementType.Int64), ofPositions);
        var x = Drawn(ofX, 2);
        long[] at = positions.ToArray<long>();
        float[] a = x.ToArray(), sums = new float[a.Length];
        Assert.Equal(at.Select((row, i) => a[row * Columns + i % Columns]), x.TakeAlongAxis(positions, 0).ToArray());
        Array.Fill(sums, 1);
        for (int i = 0; i < a.Length; i++)
            sums[at[i] * Columns + i % Columns] += a[i];
        Assert.Equal(sums, Tensor.Ones([Rows, Columns]).ScatterAdd(0, positions, x).ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(-3)]
    public void Rows_of_a_view_are_taken_and_added_whole(int step)
    {
        var x = Drawn(step, 1);
        float[] a = x.ToArray(), sums = Draw.Floats(2 * Columns, 2);
        Assert.Equal([.. a[Columns..], .. a[..Columns]], x.IndexSelect(0, Tensor.FromInt64([1, 2, 0], [3])).ToArray());
        var added = Tensor.From(sums, [2, Columns]).IndexAdd(0, Tensor.FromInt64([1, 0, 1], [3]), x);
        for (int i = 0; i < Columns; i++)
            (sums[i], sums[Columns + i]) = (sums[i] + a[Columns + i], sums[Columns + i] + a[i] + a[2 * Columns + i]);
        Assert.Equal(sums, added.ToArray());
    }

    [Fact]
    public void Columns_are_taken_from_many_rows()
    {
        long[] columns = [.. Enumerable.Range(0, 30).Select(static i => i * 7L % 40)];
        var all = Draw.Data([40, 5, 220], 1);
        foreach (var x in (Tensor[])[all.Permute(1, 2, 0), Draw.Data([5, 230, 40], 2)[.., 3..223], Draw.Data([1100, 2, 40], 3)[.., 1]])
        {
            float[] values = x.ToArray();
            Assert.Equal(
                Enumerable.Range(0, values.Length / 40 * 30).Select(i => values[i / 30 * 40 + (int)columns[i % 30]]),
                x.IndexSelect(-1, Tensor.FromInt64(columns, [30])).ToArray());
        }
    }
}
