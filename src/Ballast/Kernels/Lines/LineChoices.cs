namespace Ballast.Kernels;

/// <summary>Elements of lines taken and put back by their positions.</summary>
static unsafe class LineChoices
{
    /// <summary>values[line, k] = x[line, positions[line, k]].</summary>
    /// <param name="x">The lines.</param>
    /// <param name="positions">[outer, count, inner].</param>
    /// <param name="values">[outer, count, inner].</param>
    /// <param name="shape">The lines' shape.</param>
    /// <param name="count">How many of each line.</param>
    public static void Gather(ReadOnlySpan<float> x, ReadOnlySpan<long> positions, Span<float> values, LineShape shape, int count)
    {
        var chosen = shape.WithSize(count);
        for (int line = 0; line < shape.Count; line++)
        {
            nint from = shape.Start(line), to = chosen.Start(line);
            for (int k = 0; k < count; k++, to += shape.Inner)
                values[(int)to] = x[(int)(from + (nint)positions[(int)to] * shape.Inner)];
        }
    }

    /// <summary>x[line, positions[line, k]] = values[line, k].</summary>
    /// <inheritdoc cref="Gather"/>
    public static void Scatter(ReadOnlySpan<float> values, ReadOnlySpan<long> positions, Span<float> x, LineShape shape, int count)
    {
        var chosen = shape.WithSize(count);
        for (int line = 0; line < shape.Count; line++)
        {
            nint to = shape.Start(line), from = chosen.Start(line);
            for (int k = 0; k < count; k++, from += shape.Inner)
                x[(int)(to + (nint)positions[(int)from] * shape.Inner)] = values[(int)from];
        }
    }
}
