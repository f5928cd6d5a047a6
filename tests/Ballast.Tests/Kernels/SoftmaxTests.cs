namespace Ballast.Tests.Kernels;

public class SoftmaxTests
{
    // Exponentials and sums of float arithmetic: a few units of the last place of numbers up to 1.
    const double Tolerance = 5e-7;

    [Fact]
    public void Every_number_of_classes_meets_the_reference()
    {
        for (int classes = 1; classes <= 256; classes++)
            Check(Draw.Floats(3 * classes, classes, -9, 9), 3, classes);
    }

    [Fact]
    public void Every_number_of_rows_meets_the_reference()
    {
        for (int rows = 0; rows <= 256; rows++)
            Check(Draw.Floats(rows * 19, rows, -9, 9), rows, 19);
    }

    [Fact]
    public void Large_and_far_apart_logits_neither_overflow_nor_vanish()
    {
        Check([1e4f, -1e4f, 0, -1e4f, 1e4f, 1e4f, -1e4f, -1e4f, -1e4f, 88, 89, -104], 4, 3);
        Check([3e38f, -3e38f], 1, 2);
        Check([float.NegativeInfinity, 1, 2], 1, 3);
    }

    static void Check(float[] x, int rows, int classes)
    {
        float[] p = new float[x.Length], expected = new float[x.Length];
        float[] sums = new float[rows], expectedSums = new float[rows];
        Ballast.Kernels.Softmax.Compute(x, p, sums, rows, classes);
        Ballast.Kernels.Softmax.Reference(x, expected, expectedSums, rows, classes);
        Near.Equal(expected, p, Tolerance, $"softmax of {classes}");
        for (int n = 0; n < rows; n++)
            Assert.Equal(0, (expectedSums[n] - sums[n]) / Math.Max(1, Math.Abs(expectedSums[n])), Tolerance);
    }

    [Fact]
    public void What_is_not_a_number_is_not_hidden()
    {
        float[] p = new float[6], sums = new float[2];
        Ballast.Kernels.Softmax.Compute([1, float.NaN, 2, 1, 1, 1], p, sums, 2, 3);
        Assert.True(float.IsNaN(sums[0]));
        Assert.Equal(Math.Log(3), sums[1], 1e-6);
    }
}
