namespace Ballast.Tests.Tensors;

/// <summary>Reductions of many values, which threads share, against plain sums in double.</summary>
public class LargeReductionTests
{
    public static TheoryData<int[], int[]> Cases => new()
    {
        { [2003, 65], [1] }, { [65, 2003], [1] }, { [65, 2003], [0] }, { [3, 40_001], [1] }, { [40_001, 3], [0] }, { [1, 70_000], [1] },
        { [5, 7, 33, 65], [0, 2, 3] }, { [5, 7, 33, 65], [1] }, { [33, 64, 5, 17], [2, 3] }, { [33, 64, 5, 17], [0, 3] }, { [9, 9001], [0] },
        { [70_001, 1], [1] }, { [4100, 2, 9], [1, 2] }, { [21, 2, 130, 33], [0, 2] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void They_are_right_and_the_same_for_any_number_of_threads(int[] sizes, int[] axes)
    {
        Random random = new(3);
        float[] values = [.. Enumerable.Range(0, sizes.Aggregate(1, static (a, b) => a * b)).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        var x = Tensor.From(values, new Shape(sizes));
        var sums = new Dictionary<int, (double Sum, double Size, float Largest)>();
        int[] to = new int[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            to[i] = Place(i, sizes, axes);
            var (sum, size, largest) = sums.GetValueOrDefault(to[i], (0, 0, float.NegativeInfinity));
            sums[to[i]] = (sum + values[i], size + Math.Abs(values[i]), Math.Max(largest, values[i]));
        }

        int before = Compute.Threads;
        try
        {
            float[]? first = null;
            foreach (int threads in new[] { 1, 2, 3 })
            {
                Compute.Threads = threads;
                float[] y = x.Sum(axes).ToArray();
                Assert.Equal(sums.Count, y.Length);
                for (int i = 0; i < y.Length; i++)
                    Assert.Equal(sums[i].Sum, y[i], 1e-6 * sums[i].Size);
                Assert.Equal(first ??= y, y);
                float[] largest = x.Amax(axes).ToArray();
                for (int i = 0; i < y.Length; i++)
                    Assert.Equal(sums[i].Largest, largest[i]);
            }
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    // Where the sum that an element belongs to lies in the result.
    static int Place(int element, int[] sizes, int[] axes)
    {
        int place = 0, stride = 1;
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            (element, int position) = Math.DivRem(element, sizes[axis]);
            if (axes.Contains(axis))
                continue;
            place += position * stride;
            stride *= sizes[axis];
        }

        return place;
    }
}
