namespace Ballast.Tests.Data;

public class ArrayDatasetTests
{
    static readonly float[] Values = [1, 2, 3, 4, 5, 6];

    [Fact]
    public void Samples_lie_one_after_the_other()
    {
        var data = new ArrayDataset(Values, [1, 0, 1], [2], ["no", "yes"]);
        var sample = new float[2];
        data.Read(1, sample);
        Assert.Equal([3, 4], sample);
        Assert.Equal(3, data.Count);
        Assert.Equal(new Shape(2), data.SampleShape);
        Assert.Equal("yes", data.ClassNames[data.Label(2)]);
        Assert.Empty(new ArrayDataset(Values, [0], [6]).ClassNames);
    }

    [Fact]
    public void A_subset_reads_through_its_indices_and_keeps_its_own_copy_of_them()
    {
        int[] indices = [2, 0];
        var subset = new ArrayDataset(Values, [10, 11, 12], [2]).Subset(indices);
        indices[0] = 1;
        var sample = new float[2];
        subset.Read(0, sample);
        Assert.Equal([5, 6], sample);
        Assert.Equal([12, 10], Enumerable.Range(0, subset.Count).Select(subset.Label));
        Assert.Throws<ArgumentException>(() => subset.Read(2, sample));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_with_both_numbers()
    {
        var error = Assert.Throws<ArgumentException>(() => new ArrayDataset(Values, [0, 0], [1]));
        Assert.Equal("ArrayDataset: 2 labels for samples of shape [1] need 2 values, got 6.", error.Message);
        Assert.Throws<ArgumentException>(() => new ArrayDataset([], [], [2, 0]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void A_label_without_a_class_is_refused(int label)
    {
        var error = Assert.Throws<ArgumentException>(() => new ArrayDataset(Values, [0, 1, label], [2], ["no", "yes"]));
        Assert.Equal($"ArrayDataset: sample 2 has the label {label}; expected 0 to 1.", error.Message);
    }

    [Fact]
    public void Reading_refuses_another_size_and_another_index()
    {
        var data = new ArrayDataset(Values, [0, 0, 0], [2]);
        Assert.Throws<ArgumentException>(() => data.Read(0, new float[3]));
        Assert.Throws<ArgumentException>(() => data.Read(3, new float[2]));
        Assert.Throws<ArgumentException>(() => data.Label(3));
        Assert.Throws<ArgumentException>(() => data.Subset(0, 3));
    }
}
