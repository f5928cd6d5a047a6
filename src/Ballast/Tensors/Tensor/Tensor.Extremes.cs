using Ballast.Kernels;

namespace Ballast;

/// <content>Largest and smallest values with their positions, and middle ones. What is not a number is larger and smaller than all numbers,
/// as in PyTorch; of equal values the first one counts.</content>
public partial class Tensor
{
    /// <summary>The largest of all values, whose gradient those that are equal to it share. PyTorch: <c>max()</c>.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public Tensor Max() => ExtremeOperation.Run<MaxReduction>(this, new ReducedAxes(nameof(Max), this, []), keepAxes: false);

    /// <summary>The smallest of all values, whose gradient those that are equal to it share. PyTorch: <c>min()</c>.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public Tensor Min() => ExtremeOperation.Run<MinReduction>(this, new ReducedAxes(nameof(Min), this, []), keepAxes: false);

    /// <summary>The largest value along an axis and its position, int64: <c>var (values, indices) = x.Max(1)</c>. The gradient goes to that
    /// position. PyTorch: <c>max(dim)</c>; <see cref="Amax"/> takes several axes.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="keepAxis">Whether the axis stays, with the size 1. PyTorch: <c>keepdim</c>.</param>
    /// <exception cref="ArgumentException">There is no such axis, or it has no values.</exception>
    public (Tensor Values, Tensor Indices) Max(int axis, bool keepAxis = false) =>
        Choose(nameof(Max), axis, keepAxis, static (x, values, positions, shape) =>
        {
            LineExtremes.Largest(x, positions, shape);
            LineChoices.Gather(x, positions, values, shape, 1);
        });

    /// <summary>The smallest value along an axis and its position, int64. PyTorch: <c>min(dim)</c>; <see cref="Amin"/> takes several
    /// axes.</summary>
    /// <inheritdoc cref="Max(int, bool)"/>
    public (Tensor Values, Tensor Indices) Min(int axis, bool keepAxis = false) =>
        Choose(nameof(Min), axis, keepAxis, static (x, values, positions, shape) =>
        {
            LineExtremes.Smallest(x, positions, shape);
            LineChoices.Gather(x, positions, values, shape, 1);
        });

    /// <summary>The position of the largest value along an axis: int64. It has no gradient. PyTorch: <c>argmax(dim)</c>.</summary>
    /// <inheritdoc cref="Max(int, bool)"/>
    public Tensor ArgMax(int axis, bool keepAxis = false) => Position(nameof(ArgMax), axis, keepAxis, LineExtremes.Largest);

    /// <summary>The position of the smallest value along an axis: int64. It has no gradient. PyTorch: <c>argmin(dim)</c>.</summary>
    /// <inheritdoc cref="Max(int, bool)"/>
    public Tensor ArgMin(int axis, bool keepAxis = false) => Position(nameof(ArgMin), axis, keepAxis, LineExtremes.Smallest);

    /// <summary>The position of the largest of all values in row-major sequence: int64, without axes. It has no gradient. The predicted
    /// classes of logits [N, C] are <c>ArgMax(1)</c>. PyTorch: <c>argmax()</c>.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public Tensor ArgMax() => Position(nameof(ArgMax), LineExtremes.Largest);

    /// <summary>The position of the smallest of all values in row-major sequence: int64, without axes. It has no gradient. PyTorch:
    /// <c>argmin()</c>.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public Tensor ArgMin() => Position(nameof(ArgMin), LineExtremes.Smallest);

    /// <summary>The value in the middle along an axis, the lower one of two, and its position, int64; the first that is not a number where
    /// there is one. PyTorch: <c>median(dim)</c>.</summary>
    /// <inheritdoc cref="Max(int, bool)"/>
    public (Tensor Values, Tensor Indices) Median(int axis, bool keepAxis = false) =>
        Choose(nameof(Median), axis, keepAxis, static (x, values, positions, shape) =>
            LineRanks.Select(x, values, positions, shape, (shape.Size - 1) / 2, spoiled: true));

    /// <summary>The value in the middle of all, the lower one of two, whose gradient those that are equal to it share. PyTorch:
    /// <c>median()</c>.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public Tensor Median()
    {
        ReducedAxes all = new(nameof(Median), this, []);
        all.RequireValues();
        if (Backend.Current is { } other)
            return other.Apply("median_of_all", this);
        var median = Buffer.Single(0);
        Span<long> position = stackalloc long[1];
        LineRanks.Select(AsSpan(), median.Span(1), position, new LineShape(1, Length, 1), (Length - 1) / 2, spoiled: true);
        return ExtremeOperation.Run(this, all.Kept, Shape.Scalar, new Values(median));
    }

    /// <summary>The <paramref name="k"/>-th smallest value along an axis, from 1 on, and its position, int64. PyTorch:
    /// <c>kthvalue(k, dim)</c>.</summary>
    /// <param name="k">Which one.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="keepAxis">Whether the axis stays, with the size 1. PyTorch: <c>keepdim</c>.</param>
    /// <exception cref="ArgumentException">There is no such axis, or it has fewer values.</exception>
    public (Tensor Values, Tensor Indices) Kthvalue(int k, int axis = -1, bool keepAxis = false)
    {
        int size = Shape[Axis(nameof(Kthvalue), axis)];
        Throw.Unless(k >= 1 && k <= size, $"Kthvalue: expected a number from 1 to {size}, which axis {axis} of {Shape} has, got {k}.");
        return Choose(nameof(Kthvalue), axis, keepAxis, (x, values, positions, shape) =>
            LineRanks.Select(x, values, positions, shape, k - 1, spoiled: false), k);
    }

    (Tensor Values, Tensor Indices) Choose(string operation, int axis, bool keepAxis, ChosenOperation.Choice choose, int k = 0)
    {
        axis = Axis(operation, axis);
        new ReducedAxes(operation, this, [axis]).RequireValues();
        var (values, indices) = Backend.Current is { } other
            ? Pair(other, operation, ("axis", axis), ("k", k))
            : ChosenOperation.Run(this, axis, 1, choose);
        return keepAxis ? (values, indices) : (values.Squeeze(axis), indices.Squeeze(axis));
    }

    Tensor Position(string operation, LineSearch find)
    {
        new ReducedAxes(operation, this, []).RequireValues();
        return Detach().Reshape([Length]).Position(operation, 0, keepAxis: false, find);
    }

    Tensor Position(string operation, int axis, bool keepAxis, LineSearch find)
    {
        axis = Axis(operation, axis);
        ReducedAxes reduced = new(operation, this, [axis]);
        reduced.RequireValues();
        if (Backend.Current is { } other)
            return other.Apply(Backend.Spelled(operation), this, ("axis", axis), ("keep_axes", keepAxis));
        using var lines = Lines.Of(Operand, axis);
        int results = reduced.Kept.Length;
        Operand found = new(Buffer.Rent(ElementType.Int64, results), Layout.Dense(reduced.Kept, lines.Order));
        if (results > 0)
            find(lines.Values, found.Memory.Span<long>(results), lines.Shape);
        Tensor positions = new(reduced.Kept, found.ToValues());
        return keepAxis ? positions : positions.Squeeze(axis);
    }

    // Values and their positions, from a backend.
    (Tensor Values, Tensor Indices) Pair(Backend backend, string operation, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        var found = backend.Apply(new Node(Backend.Spelled(operation), [this], attributes));
        return (found[0], found[1]);
    }

    delegate void LineSearch(ReadOnlySpan<float> x, Span<long> positions, LineShape shape);
}
