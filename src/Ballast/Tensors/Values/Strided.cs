namespace Ballast;

/// <summary>Values that lie in memory under strides of their own: a view, or a result in the order of its operand. Loops over strides
/// read them where they are; whoever needs them row-major copies them once.</summary>
sealed class Strided(Operand values) : Deferred
{
    Buffer? rowMajor;

    /// <inheritdoc/>
    public override ElementType Type => values.Type;

    /// <inheritdoc/>
    public override bool TryOperand(Shape shape, out Operand operand)
    {
        bool fits = values.Layout.TryReshape(shape, out var layout);
        operand = fits ? values.With(layout) : default;
        return fits;
    }

    /// <inheritdoc/>
    public override Buffer Compute(int length) => Loops.RowMajor(values);

    /// <inheritdoc/>
    public override void Write(Span<float> destination)
    {
        var copy = Loops.RowMajor(values);
        copy.Span(destination.Length).CopyTo(destination);
        copy.Release();
    }

    /// <inheritdoc/>
    public override Buffer RowMajor(int length)
    {
        lock (this)
            return rowMajor ??= Compute(length);
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        values.Release();
        rowMajor?.Release();
    }
}
