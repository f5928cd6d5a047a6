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
