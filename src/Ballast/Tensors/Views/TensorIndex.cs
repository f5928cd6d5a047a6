namespace Ballast;

/// <summary>What is taken of one axis of a tensor: a position, a range, or a step through one. Numbers, <c>^1</c> and ranges such as
/// <c>1..3</c> stand for it by themselves: <c>x[.., 1..3]</c>, <c>x[^1, ..]</c>.</summary>
public readonly struct TensorIndex
{
    enum Kind
    {
        Range,
        Position,
        NewAxis,
        Ellipsis,
    }

    readonly Kind kind;
    readonly Range range;
    readonly int step;

    TensorIndex(Kind kind, Range range, int step = 1) => (this.kind, this.range, this.step) = (kind, range, step);

    /// <summary>A new axis of the size 1. PyTorch: <c>None</c>.</summary>
    public static TensorIndex NewAxis => new(Kind.NewAxis, Range.All);

    /// <summary>All axes that the other indices leave over. PyTorch: <c>...</c>.</summary>
    public static TensorIndex Ellipsis => new(Kind.Ellipsis, Range.All);

    /// <summary>Every <paramref name="step"/>-th position of a range; a negative step goes from its end to its beginning.</summary>
    /// <exception cref="ArgumentException">A step of 0.</exception>
    public static TensorIndex Every(int step, Range range)
    {
        Throw.Unless(step != 0, $"TensorIndex.Every: a step of 0 goes nowhere. Steps are 1, 2, ... or -1, -2, ...");
        return new(Kind.Range, range, step);
    }

    /// <summary>One position of an axis, which goes.</summary>
    /// <exception cref="ArgumentException">A position below 0.</exception>
    public static implicit operator TensorIndex(int position)
    {
        Throw.Unless(position >= 0, $"TensorIndex: expected a position from 0 on, got {position}. From the end they are counted ^1, ^2, ...");
        return new(Kind.Position, position..);
    }

    /// <summary>One position of an axis, which goes.</summary>
    public static implicit operator TensorIndex(Index position) => new(Kind.Position, position..);

    /// <summary>A range of positions.</summary>
    public static implicit operator TensorIndex(Range range) => new(Kind.Range, range);

    /// <summary>The view that a tensor has through indices of its axes, outermost first.</summary>
    internal static Tensor Apply(Tensor x, ReadOnlySpan<TensorIndex> indices)
    {
        int taken = 0, ellipses = 0;
        foreach (var index in indices)
        {
            taken += index.kind is Kind.Range or Kind.Position ? 1 : 0;
            ellipses += index.kind == Kind.Ellipsis ? 1 : 0;
        }

        Throw.Unless(taken <= x.Shape.Rank, $"Tensor {x.Shape}: expected at most {x.Shape.Rank} indices, got {taken}.");
        Throw.Unless(ellipses <= 1, $"Tensor {x.Shape}: expected one Ellipsis at most, got {ellipses}: which axes each stands for would be open.");
        int axis = 0, left = x.Shape.Rank - taken;
        foreach (var index in indices)
        {
            switch (index.kind)
            {
                case Kind.Position:
                    x = x.Select(axis, index.range.Start);
                    break;
                case Kind.Range:
                    x = index.Slice(x, axis++);
                    break;
                case Kind.NewAxis:
                    x = x.Unsqueeze(axis++);
                    break;
                default:
                    axis += left;
                    break;
            }
        }

        return x;
    }

    // A range ends at the end of its axis, however far it was meant to go, as in Python; but it does not begin after it.
    Tensor Slice(Tensor x, int axis)
    {
        int size = x.Shape[axis], start = Math.Clamp(range.Start.GetOffset(size), 0, size), end = Math.Clamp(range.End.GetOffset(size), start, size);
        int count = (end - start + Math.Abs(step) - 1) / Math.Abs(step);
        if (step == 1 && count == size)
            return x;
        return ViewOperation.Run(x, new SlicedView(axis, step > 0 || count == 0 ? start : end - 1, count, step));
    }
}
