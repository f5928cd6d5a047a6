using Ballast.Kernels;

namespace Ballast;

/// <summary>The gradient of a max pool's input, as the gradient of its result and the input in which each window's largest
/// value is looked up. A normalization before the pool takes it so, and the larger one is never written.</summary>
sealed unsafe class PooledGradient(Buffer dy, Values input, in PoolShape shape) : ChannelRecipe
{
    readonly PoolShape shape = shape;

    /// <summary>The pool's sizes.</summary>
    public PoolShape Shape => shape;

    /// <inheritdoc/>
    public override ChannelLayout Layout => shape.Input;

    /// <summary>The gradient of the pool's result: [N, OutH, OutW, C].</summary>
    public ReadOnlySpan<float> Pooled => dy.Span(shape.Output.Length);

    /// <summary>The same without a hold on the input, for whoever has it from elsewhere and reads <see cref="Pooled"/> alone.
    /// </summary>
    public PooledGradient WithoutInput() => new(dy.Hold(), default, shape);

    /// <summary>Over the pool's input, where that is nobody's any more and windows do not overlap.</summary>
    public override Buffer HoldInOrder()
    {
        var result = IsExclusive && !shape.Overlaps && input.Recipe is ChannelsLast { IsExclusive: true, OwnsValues: true } own
            ? own.HoldInOrder() : Buffer.Rent(shape.Input.Length);
        WriteInOrder(result.Span(shape.Input.Length));
        return result;
    }

    /// <inheritdoc/>
    public override void WriteInOrder(Span<float> destination)
    {
        fixed (float* from = Pooled, to = destination)
            MaxPooling.Backward(shape, ImageValues.Open(input, shape.Input), from, to);
        GC.KeepAlive(input.Recipe);
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        dy.Release();
        input.Release();
    }
}
