using Ballast.Kernels;

namespace Ballast;

/// <summary>The gradient of a normalization's input, gradient a.scale + (x - center) a.center + a.shift for each channel, not yet
/// computed: whoever reads gets it in the memory of the gradient, or of x where that is nobody's any more.</summary>
/// <param name="gradient">The gradient of the result: in memory, or of a max pool behind a ReLU.</param>
/// <param name="x">The values that were normalized.</param>
/// <param name="table">center, scale and shift of each chunk: [3, C].</param>
/// <param name="more">The constants a: [Count, 3, C].</param>
/// <param name="chunks">Where the channels lie.</param>
/// <param name="rows">How many constants a channel has in the table.</param>
/// <param name="gated">Whether a ReLU lies between the result and its gradient.</param>
/// <param name="ofBatch">Whether the statistics are the batch's own; x has no part in the gradient otherwise.</param>
sealed unsafe class NormalizedGradient(
    Values gradient, Buffer x, Buffer table, Buffer more, ChannelChunks chunks, byte rows, bool gated, bool ofBatch) : ChannelRecipe
{
    int Pitch => rows * chunks.Whole.C;

    /// <inheritdoc/>
    public override ChannelLayout Layout => chunks.Whole;

    /// <inheritdoc/>
    public override Buffer HoldInOrder()
    {
        var own = gradient.Buffer is { IsExclusive: true } alone ? alone : x;
        var result = IsExclusive && own.IsExclusive ? own.Hold() : Buffer.Rent(Layout.Length);
        WriteInOrder(result.Span(Layout.Length));
        return result;
    }

    /// <inheritdoc/>
    public override void WriteInOrder(Span<float> destination)
    {
        Span<float> values = x.Span(Layout.Length), constants = table.Span(chunks.Count * Pitch);
        Span<float> a = more.Span(3 * chunks.Channels);
        if (gradient.Recipe is PooledGradient pooled)
        {
            var shape = pooled.Shape with { N = chunks.Each.N };
            fixed (float* from = values, dy = pooled.Pooled, t = constants, m = a, to = destination)
            {
                for (int chunk = 0; chunk < chunks.Count; chunk++)
                {
                    nint start = (nint)chunk * chunks.Each.Length;
                    PooledNormalization.Map(
                        shape, from + start, dy + (nint)chunk * shape.Output.Length, t + (nint)chunk * Pitch,
                        m + (nint)chunk * 3 * Layout.C, to + start);
                }
            }

            return;
        }

        Write(values, gradient.Buffer!.Span(Layout.Length), constants, a, chunks, Pitch, gated, ofBatch, destination);
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
    protected override void ReleaseSources()
    {
        gradient.Release();
        x.Release();
        table.Release();
        more.Release();
    }
}
