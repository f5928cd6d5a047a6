namespace Ballast;

/// <content>Values chosen by masks.</content>
public partial class Tensor
{
    /// <summary>x where the condition holds, else y, element by element, with broadcasting of all three; the other one's gradient is 0.
    /// x and y of two types are brought to one, float32 before int64 before uint8 before bool. PyTorch: <c>torch.where</c>.</summary>
    /// <exception cref="ArgumentException">A condition that is not bool, or shapes that do not broadcast.</exception>
    public static Tensor Where(Tensor condition, Tensor x, Tensor y)
    {
        TypedOperations.RequireBool(nameof(Where), condition);
        TypedOperations.Promote(ref x, ref y);
        var shape = Broadcast(nameof(Where), condition.Shape, Broadcast(nameof(Where), x, y));
        return WhereOperation.Run(condition, x, y, shape);
    }

    /// <summary>A value where the mask holds, else this tensor's; the gradient is 0 where it holds. PyTorch: <c>masked_fill</c>.</summary>
    /// <param name="mask">A bool tensor that broadcasts to this one's shape.</param>
    /// <param name="value">The value, which the elements' type has to have.</param>
    /// <exception cref="ArgumentException">A mask that is not bool or does not broadcast to this shape, or another type's value.</exception>
    public Tensor MaskedFill(Tensor mask, double value)
    {
        TypedOperations.RequireBool(nameof(MaskedFill), mask);
        Throw.Unless(Broadcast(nameof(MaskedFill), this, mask) == Shape,
            $"MaskedFill: the mask {mask.Shape} is larger than the tensor {Shape}. Expand the tensor first.");
        return WhereOperation.Run(mask, Full(Shape.Scalar, value, ElementType), this, Shape);
    }

    /// <summary>The values where the mask holds, in row-major sequence: [n]. The mask and the tensor broadcast. PyTorch:
    /// <c>masked_select</c>.</summary>
    /// <exception cref="ArgumentException">A mask that is not bool, or shapes that do not broadcast.</exception>
    public Tensor MaskedSelect(Tensor mask)
    {
        TypedOperations.RequireBool(nameof(MaskedSelect), mask);
        var shape = Broadcast(nameof(MaskedSelect), this, mask);
        var positions = mask.ExpandTo(shape).Reshape([shape.Length]).NonZero();
        return ExpandTo(shape).Reshape([shape.Length]).IndexSelect(0, positions.Reshape([positions.Length]));
    }

    /// <summary>The positions of the values that are not 0, in row-major sequence: int64 [n, axes]. PyTorch: <c>nonzero</c>.</summary>
    public Tensor NonZero()
    {
        var holds = To(ElementType.Bool).AsSpan<bool>();
        int rank = Shape.Rank, count = 0;
        foreach (bool one in holds)
            count += one ? 1 : 0;
        long[] positions = new long[(long)count * rank];
        for (int flat = 0, row = 0; flat < holds.Length; flat++)
        {
            if (!holds[flat])
                continue;
            for (int axis = rank - 1, rest = flat; axis >= 0; axis--)
                (positions[row * rank + axis], rest) = (rest % Shape[axis], rest / Shape[axis]);
            row++;
        }

        return FromInt64(positions, [count, rank]);
    }

    /// <summary>The matrices of the last two axes with zeros above a diagonal. PyTorch: <c>tril</c>.</summary>
    /// <param name="diagonal">Which diagonal is the last to stay: 0 the main one, 1 the one above it.</param>
    /// <exception cref="ArgumentException">Fewer than two axes.</exception>
    public Tensor Tril(int diagonal = 0) => Triangle(nameof(Tril), diagonal, lower: true);

    /// <summary>The matrices of the last two axes with zeros below a diagonal. PyTorch: <c>triu</c>.</summary>
    /// <param name="diagonal">Which diagonal is the first to stay: 0 the main one, 1 the one above it.</param>
    /// <exception cref="ArgumentException">Fewer than two axes.</exception>
    public Tensor Triu(int diagonal = 0) => Triangle(nameof(Triu), diagonal, lower: false);

    Tensor Triangle(string name, int diagonal, bool lower)
    {
        Throw.Unless(Shape.Rank >= 2, $"{name}: expected matrices [..., M, N], got {Shape}.");
        int rows = Shape[^2], columns = Shape[^1];
        bool[] stays = new bool[(long)rows * columns];
        for (int i = 0; i < stays.Length; i++)
        {
            long above = (long)(i % columns) - i / columns;
            stays[i] = lower ? above <= diagonal : above >= diagonal;
        }

        return WhereOperation.Run(FromBool(stays, [rows, columns]), this, Full(Shape.Scalar, 0, ElementType), Shape);
    }
}
