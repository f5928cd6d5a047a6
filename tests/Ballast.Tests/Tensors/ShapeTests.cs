namespace Ballast.Tests.Tensors;

public class ShapeTests
{
    [Fact]
    public void A_shape_knows_its_sizes()
    {
        Shape shape = [10, 3, 32, 32];
        Assert.Equal((4, 30720, 32, "[10, 3, 32, 32]"), (shape.Rank, shape.Length, shape[^1], shape.ToString()));
        Assert.Equal([10, 3, 32, 32], shape.ToArray());
        Assert.Equal(new Shape(4, 3, 32, 32), shape.WithBatch(4));
        Assert.Equal(new Shape(10, 3, 32, 7), shape.WithLast(7));
        Assert.Equal(new Shape(2, 10, 3, 32, 32), shape.Batched(2));
        Assert.Equal((0, 1, "[]"), (Shape.Scalar.Rank, Shape.Scalar.Length, Shape.Scalar.ToString()));
        Assert.Equal(0, new Shape(3, 0).Length);
        List<int> sizes = [];
        foreach (int size in shape)
            sizes.Add(size);
        Assert.Equal(shape.ToArray(), sizes);
    }

    [Fact]
    public void Shapes_are_equal_where_all_sizes_are()
    {
        Shape a = [2, 3], b = [2, 3], c = [3, 2], d = [2, 3, 1];
        Assert.True(a == b && a != c && a != d && a.Equals((object)b) && !a.Equals("[2, 3]"));
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
    }

    [Fact]
    public void A_shape_of_sizes_that_were_met_before_allocates_nothing()
    {
        Shape kept = [7, 1, 1931];
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool equal = true;
        for (int i = 0; i < 100; i++)
            equal &= new Shape(7, 1, 1931) == kept && kept.WithBatch(9).WithBatch(7) == kept;
        Assert.True(equal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1000);
    }

    // More of them than are remembered, by four threads, so that entries are found, missed and replaced all the time.
    [Fact]
    public void Shapes_that_several_threads_make_at_once_have_their_own_sizes()
    {
        Parallel.For(0, 4, thread =>
        {
            var random = new Random(thread % 2);
            for (int i = 0; i < 50_000; i++)
            {
                int[] sizes = new int[random.Next(1, 9)];
                for (int axis = 0; axis < sizes.Length; axis++)
                    sizes[axis] = random.Next(0, 4);
                Shape shape = new(sizes), other = new(sizes);
                if (!shape.ToArray().AsSpan().SequenceEqual(sizes) || shape != other || shape.Rank != sizes.Length
                    || shape.Length != sizes.Aggregate(1, static (product, size) => product * size))
                    Assert.Fail($"{shape} for {string.Join(", ", sizes)}");
            }
        });
    }

    [Fact]
    public void Impossible_shapes_are_refused()
    {
        Refused("Shape: expected at most 8 axes, got 9. Merge axes with Reshape first.", () => new Shape(1, 1, 1, 1, 1, 1, 1, 1, 1));
        Refused("Shape: axis 1 has the size -3. Sizes start at 0.", () => new Shape(2, -3));
        Refused("Shape: more than 2147483647 values. Split the data into smaller tensors.",
            () => new Shape(1 << 16, 1 << 16));
        Refused("Shape [2, 3]: there is no axis 2; it has 2.", () => new Shape(2, 3)[2]);
        Refused("Shape [2, 3]: there is no axis ^3; it has 2.", () => new Shape(2, 3)[^3]);
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
