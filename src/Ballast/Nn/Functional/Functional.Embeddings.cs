using System.Diagnostics.CodeAnalysis;

namespace Ballast;

/// <content>Tables looked up by int64 positions.</content>
public static partial class Functional
{
    /// <summary>The rows of a table [V, D] at positions of any shape: [..., D]. PyTorch: <c>F.embedding</c>.</summary>
    /// <param name="input">Positions, int64, each from 0 to V - 1.</param>
    /// <param name="weight">The table, [V, D].</param>
    /// <param name="paddingIdx">The row that gathers no gradient; one below 0 counts from the end; null for none.</param>
    /// <param name="maxNorm">What rows are scaled to, in place, whose norm is larger; the table then is a <see cref="Parameter"/>. Null for
    /// none.</param>
    /// <param name="normType">The p of that norm.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often its position is in the input.</param>
    /// <exception cref="ArgumentException">A table that is not [V, D]; positions that are not int64 or are outside of it; a padding outside of
    /// it; a norm where the table is no parameter.</exception>
    public static Tensor Embedding(
        Tensor input, Tensor weight, int? paddingIdx = null, double? maxNorm = null, double normType = 2, bool scaleGradByFreq = false) =>
        Lookup("Embedding", input, weight, paddingIdx, maxNorm, normType, scaleGradByFreq);

    internal static Tensor Lookup(
        object name, Tensor input, Tensor weight, int? paddingIdx, double? maxNorm, double normType, bool scaleGradByFreq)
    {
        Throw.Unless(weight.Shape.Rank == 2, $"{name}: expected a table [V, D], got {weight.Shape}.");
        int rows = weight.Shape[0], padding = Padding(name, paddingIdx, rows) ?? -1;
        RequireRows(name, input, rows);
        if (maxNorm is { } most)
        {
            var table = weight as Parameter;
            Throw.Unless(table is not null, $"{name}: maxNorm changes rows in place, which a Parameter allows. Make the table one.");
            Renormalize(table, input, most, normType);
        }

        Span<int> sizes = stackalloc int[input.Shape.Rank + 1];
        input.Shape.CopyTo(sizes);
        sizes[^1] = weight.Shape[1];
        return EmbeddingOperation.Run(weight, input, new Shape(sizes), padding, scaleGradByFreq);
    }

    /// <summary>A 1 at each class on a new last axis, 0 elsewhere, int64. PyTorch: <c>F.one_hot</c>.</summary>
    /// <param name="tensor">Classes, int64.</param>
    /// <param name="numClasses">The size of the new axis; -1 for the largest class and one more.</param>
    /// <exception cref="ArgumentException">Classes of another type, or outside of the number of classes.</exception>
    public static Tensor OneHot(Tensor tensor, int numClasses = -1)
    {
        Throw.Unless(numClasses >= -1 && numClasses != 0, $"OneHot: expected at least one class, or -1 for as many as there are, got {numClasses}.");
        Throw.Unless(numClasses > 0 || tensor.Length > 0, $"OneHot: {tensor.Shape} has no classes to count. Give numClasses.");
        return tensor.OneHot(numClasses < 0 ? null : numClasses);
    }

    internal static int? Padding(object name, int? paddingIdx, int rows)
    {
        Throw.Unless(paddingIdx is not { } outside || (outside >= -rows && outside < rows),
            $"{name}: the padding {paddingIdx} is outside of the table, whose positions are 0 to {rows - 1}.");
        return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
    }

    static void RequireRows(object name, Tensor input, int rows)
    {
        if (input.ElementType != ElementType.Int64)
            TypedOperations.RequireIndex(name.ToString()!, input);
        var positions = input.AsSpan<long>();
        for (int i = 0; i < positions.Length; i++)
        {
            if ((ulong)positions[i] >= (ulong)rows)
                Refuse(name, positions[i], input.Shape.Position(i), input.Shape, rows);
        }
    }

    [DoesNotReturn]
    static void Refuse(object name, long index, string place, Shape shape, int rows) => Throw.Argument(
        $"{name}: index {index} at {place} of {shape} is outside of the table, whose {rows} rows are 0 to {rows - 1}. "
            + $"Make the table larger, or map what it does not know to a row of its own.");

    // Rows whose norm is larger than allowed, scaled to it as PyTorch does.
    static void Renormalize(Parameter table, Tensor input, double most, double p)
    {
        int width = table.Shape[1];
        var values = table.Mutate();
        foreach (long position in new SortedSet<long>(input.ToArray<long>()))
        {
            var row = values.Slice((int)position * width, width);
            double sum = 0;
            foreach (float value in row)
                sum = double.IsPositiveInfinity(p) ? Math.Max(sum, Math.Abs(value)) : sum + Math.Pow(Math.Abs(value), p);
            double norm = double.IsPositiveInfinity(p) ? sum : Math.Pow(sum, 1 / p);
            if (norm > most)
                Kernels.Scaling.Run(row, (float)(most / (norm + 1e-7)));
        }
    }
}
