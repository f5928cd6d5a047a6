namespace Ballast;

/// <content>Elements and slices by int64 tensors of positions, which start at 0.</content>
public partial class Tensor
{
    /// <summary>The slices of an axis at some positions: the shape of the positions takes the axis's place, so that a table [V, D] and
    /// words [N, L] give [N, L, D]. The gradient of a slice is the sum over its places. PyTorch: <c>x[index]</c>,
    /// <c>F.embedding</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis; positions that are not int64 or are outside the axis.</exception>
    public Tensor Index(int axis, Tensor index)
    {
        axis = Axis(nameof(Index), axis);
        RequirePositions(nameof(Index), index, axis);
        Span<int> sizes = stackalloc int[Shape.Rank + index.Shape.Rank];
        Shape.CopyTo(sizes[..Shape.Rank]);
        index.Shape.CopyTo(sizes[axis..]);
        for (int i = axis + 1; i < Shape.Rank; i++)
            sizes[i + index.Shape.Rank - 1] = Shape[i];
        return IndexOperation.Run(this, axis, index, new Shape(sizes[..^1]));
    }

    /// <summary>The slices of an axis at positions [n]. The gradient of a slice is the sum over its places. PyTorch:
    /// <c>index_select</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis; positions that are not int64 [n] or are outside the axis.</exception>
    public Tensor IndexSelect(int axis, Tensor index)
    {
        Throw.Unless(index.Shape.Rank == 1, $"IndexSelect: expected positions [n], got {index.Shape}. Index takes positions of any shape.");
        axis = Axis(nameof(IndexSelect), axis);
        RequirePositions(nameof(IndexSelect), index, axis);
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Shape.CopyTo(sizes);
        sizes[axis] = index.Length;
        return IndexOperation.Run(this, axis, index, new Shape(sizes[..Shape.Rank]));
    }

    /// <summary>The element at each position on an axis, at the position's own place on the other axes: for the axis 1 of a matrix,
    /// y[i, j] = x[i, index[i, j]]. PyTorch: <c>gather</c>.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="index">Positions, int64 of as many axes, of which the others are at most as large as this tensor's.</param>
    /// <exception cref="ArgumentException">There is no such axis; positions of another type or shape, or outside the axis.</exception>
    public Tensor Gather(int axis, Tensor index)
    {
        axis = Axis(nameof(Gather), axis);
        RequireWithin(nameof(Gather), index, Shape, "the tensor", axis);
        RequirePositions(nameof(Gather), index, axis);
        return GatherOperation.Run(this, axis, index);
    }

    /// <summary>The element at each position on an axis, as <see cref="Gather"/>, with the other axes broadcast. PyTorch:
    /// <c>take_along_dim</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis; positions of another type, or outside the axis, or other axes that do
    /// not broadcast.</exception>
    public Tensor TakeAlongAxis(Tensor index, int axis)
    {
        axis = Axis(nameof(TakeAlongAxis), axis);
        Throw.Unless(index.Shape.Rank == Shape.Rank,
            $"TakeAlongAxis: expected positions of {Shape.Rank} axes, as the tensor {Shape} has, got {index.Shape}.");
        Span<int> own = stackalloc int[Shape.MaxRank], other = stackalloc int[Shape.MaxRank];
        Shape.CopyTo(own);
        index.Shape.CopyTo(other);
        own[axis] = other[axis] = 1;
        Broadcast(nameof(TakeAlongAxis), new Shape(own[..Shape.Rank]), new Shape(other[..Shape.Rank])).CopyTo(own);
        own[..Shape.Rank].CopyTo(other);
        own[axis] = Shape[axis];
        other[axis] = index.Shape[axis];
        var wide = ExpandTo(new Shape(own[..Shape.Rank]));
        var positions = index.ExpandTo(new Shape(other[..Shape.Rank]));
        wide.RequirePositions(nameof(TakeAlongAxis), positions, axis);
        return GatherOperation.Run(wide, axis, positions);
    }

    /// <summary>This tensor with values of another one put to their positions on an axis, each at its own place on the other axes; where
    /// several meet, the last one in row-major sequence stays, and all have its gradient. PyTorch: <c>scatter</c>.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="index">Positions, int64 of as many axes, at most as large as the values, and on the other axes as this tensor.</param>
    /// <param name="values">Values of the same type.</param>
    /// <exception cref="ArgumentException">There is no such axis; positions of another type or shape, or outside the axis; values of
    /// another type.</exception>
    public Tensor Scatter(int axis, Tensor index, Tensor values) => Scatter(nameof(Scatter), axis, index, values, adds: false);

    /// <summary>This tensor with values of another one added at their positions on an axis, each at its own place on the other axes.
    /// PyTorch: <c>scatter_add</c>.</summary>
    /// <inheritdoc cref="Scatter(int, Tensor, Tensor)"/>
    public Tensor ScatterAdd(int axis, Tensor index, Tensor values)
    {
        Throw.Unless(ElementType.IsFloat() || ElementType == ElementType.Int64,
            $"ScatterAdd: expected a float32 or int64 tensor, got {ElementType.Name()} {Shape}. Convert it with To(ElementType.Int64).");
        return Scatter(nameof(ScatterAdd), axis, index, values, adds: true);
    }

    Tensor Scatter(string name, int axis, Tensor index, Tensor values, bool adds)
    {
        axis = Axis(name, axis);
        Throw.Unless(values.ElementType.Joins(ElementType),
            $"{name}: expected {ElementType.Name()} values, as the tensor {Shape} has, got {values.ElementType.Name()} {values.Shape}. " +
            $"Convert them with To(ElementType.{ElementType}).");
        RequireWithin(name, index, Shape, "the tensor", axis);
        RequireWithin(name, index, values.Shape, "the values", -1);
        RequirePositions(name, index, axis);
        for (int i = 0; i < index.Shape.Rank; i++)
            values = index.Shape[i] == values.Shape[i] ? values : values.Narrow(i, 0, index.Shape[i]);
        return ScatterOperation.Run(this, values, axis, index, adds);
    }

    /// <summary>This tensor with the slices of another one added to those at positions [n] of an axis. PyTorch: <c>index_add</c>.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="index">Positions, int64 [n].</param>
    /// <param name="values">Values of this tensor's shape with n on the axis.</param>
    /// <exception cref="ArgumentException">There is no such axis; positions of another type or shape, or outside the axis; values of
    /// another shape or type.</exception>
    public Tensor IndexAdd(int axis, Tensor index, Tensor values)
    {
        axis = Axis(nameof(IndexAdd), axis);
        Throw.Unless(index.Shape.Rank == 1, $"IndexAdd: expected positions [n], got {index.Shape}.");
        Throw.Unless(ElementType.IsFloat() && values.ElementType.IsFloat(),
            $"IndexAdd: expected float32 tensors, got {ElementType.Name()} {Shape} and {values.ElementType.Name()} {values.Shape}. " +
            $"Convert them with To(ElementType.Float32).");
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Shape.CopyTo(sizes);
        sizes[axis] = index.Length;
        Shape expected = new(sizes[..Shape.Rank]);
        Throw.Unless(values.Shape == expected,
            $"IndexAdd: expected values {expected}, a slice of axis {axis} of {Shape} for each position, got {values.Shape}.");
        RequirePositions(nameof(IndexAdd), index, axis);
        return IndexAddOperation.Run(this, values, axis, index);
    }

    // Positions have as many axes as what they lie in, and are no larger, but on one axis.
    static void RequireWithin(string name, Tensor index, Shape shape, string whose, int axis)
    {
        bool fits = index.Shape.Rank == shape.Rank;
        for (int i = 0; fits && i < shape.Rank; i++)
            fits = i == axis || index.Shape[i] <= shape[i];
        string but = axis < 0 ? "" : $", but for axis {axis}";
        Throw.Unless(fits, $"{name}: expected positions of at most the shape of {whose} {shape}{but}, got {index.Shape}.");
    }

    void RequirePositions(string name, Tensor index, int axis)
    {
        TypedOperations.RequireIndex(name, index);
        int size = Shape[axis];
        var positions = index.AsSpan<long>();
        for (int i = 0; i < positions.Length; i++)
        {
            Throw.Unless((ulong)positions[i] < (ulong)size,
                $"{name}: index {positions[i]} at {index.Shape.Position(i)} is outside axis {axis} of {Shape}, " +
                $"whose positions are {(size == 0 ? "none" : $"0 to {size - 1}")}.");
        }
    }
}
