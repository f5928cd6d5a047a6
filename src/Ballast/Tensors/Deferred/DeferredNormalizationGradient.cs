using Ballast.Kernels;

namespace Ballast;

/// <summary>Deferred normalization gradient: gradient a.scale + (x - center) a.center + a.shift for each channel, computed over the
/// gradient, or over x, where nobody else holds that any more.</summary>
/// <param name="gradient">The gradient of the result, in the order of the channels, or that of a max pool after a ReLU.</param>
/// <param name="pool">The pool's sizes, where there is one.</param>
/// <param name="x">The values that were normalized.</param>
/// <param name="table">center, scale and shift of each chunk: [3, C].</param>
/// <param name="more">The constants a: [Count, 3, C].</param>
/// <param name="chunks">Where the channels lie.</param>
/// <param name="rows">How many constants a channel has in the table.</param>
/// <param name="gated">Whether a ReLU lies between the result and its gradient.</param>
/// <param name="ofBatch">Whether the statistics are the batch's own; x has no part in the gradient otherwise.</param>
sealed unsafe class DeferredNormalizationGradient(
    Buffer gradient, PoolShape? pool, Buffer x, Buffer table, Buffer more, ChannelChunks chunks, byte rows, bool gated, bool ofBatch)
    : DeferredChannels
{
    int Pitch => rows * chunks.Whole.C;

    /// <inheritdoc/>
    public override ChannelLayout Layout => chunks.Whole;

    /// <inheritdoc/>
    protected override Buffer ComputeInOrder()
    {
        int length = Layout.Length;
        var result = Place.For(length, pool is null ? gradient : null, x);
        Span<float> values = x.Span(length), constants = table.Span(chunks.Count * Pitch), a = more.Span(GradientRows.Count * chunks.Channels);
        if (pool is { } shape)
            Map(shape, values, constants, a, result.Span(length));
        else
            Write(values, gradient.Span(length), constants, a, chunks, Pitch, gated, ofBatch, result.Span(length));
        return result;
    }

    void Map(PoolShape shape, Span<float> values, Span<float> constants, Span<float> a, Span<float> destination)
    {
        var each = shape with { N = chunks.Each.N };
        fixed (float* from = values, dy = gradient.Span(shape.Output.Length), t = constants, m = a, to = destination)
        {
            for (int chunk = 0; chunk < chunks.Count; chunk++)
            {
                nint start = (nint)chunk * chunks.Each.Length;
                PooledNormalization.Map(
                    each, from + start, dy + (nint)chunk * each.Output.Length, t + (nint)chunk * Pitch,
                    m + (nint)chunk * GradientRows.Count * Layout.C, to + start);
            }
        }
    }

    /// <summary>Computes the gradient at once.</summary>
    public static void Write(
        Span<float> x, Span<float> gradient, Span<float> table, Span<float> more, ChannelChunks chunks, int pitch, bool gated,
        bool ofBatch, Span<float> destination)
    {
        if (gated && ofBatch)
            chunks.Map<GradientMap<ReluGate>>(x, gradient, table, pitch, more, destination);
        else if (ofBatch)
            chunks.Map<GradientMap<OpenGate>>(x, gradient, table, pitch, more, destination);
        else if (gated)
            chunks.Map<ScaledMap<ReluGate>>(x, gradient, table, pitch, more, destination);
        else
            chunks.Map<ScaledMap<OpenGate>>(x, gradient, table, pitch, more, destination);
    }

    /// <inheritdoc/>
    protected override void ReleaseOperands()
    {
        gradient.Release();
        x.Release();
        table.Release();
        more.Release();
    }
}
