using Ballast.Kernels;

namespace Ballast;

/// <summary>Normalized values as a recipe over the values that were normalized: (x - center) scale + shift for each channel,
/// with an activation behind it or not. Batch normalization and the activation behind it are one pass over memory, made by
/// whoever reads them.</summary>
/// <remarks>x - center comes first: x scale + (shift - center scale) would lose the digits of a small spread around a large
/// mean. A batch in chunks has constants for each of them.</remarks>
sealed class ChannelAffine(
    Buffer source, Buffer table, ChannelChunks chunks, byte rows, Pointwise? activation = null) : ChannelRecipe
{
    /// <inheritdoc/>
    public override ChannelLayout Layout => chunks.Whole;

    /// <summary>The batch's chunks: one, unless parts of it are normalized apart.</summary>
    public ChannelChunks Chunks => chunks;

    /// <summary>From one chunk's constants to the next one's.</summary>
    public int Pitch => rows * chunks.Whole.C;

    /// <summary>The activation that follows, if one does.</summary>
    public Pointwise? Activation => activation;

    /// <summary>Whether readers apply it all as they read; otherwise it is computed once, by one pass.</summary>
    public bool IsCheap => activation is not { IsCheap: false };

    /// <summary>Whether a ReLU follows.</summary>
    public bool HasRelu => activation == Pointwise.Relu;

    /// <summary>The values that were normalized.</summary>
    public ReadOnlySpan<float> Source => source.Span(Layout.Length);

    /// <summary>center, scale and shift, [3, C], then what the normalization keeps for itself, for each chunk.</summary>
    public Span<float> Table => table.Span(chunks.Count * Pitch);

    /// <summary>A function whose gradient comes from its input, in one pass with the normalization.</summary>
    public override Deferred? Then(Pointwise function, bool recorded) =>
        activation is null && function.TakesInput && (function.IsCheap || (Layout.AreRows && chunks.Count == 1))
            ? new ChannelAffine(source.Hold(), table.Hold(), chunks, rows, function) : null;

    /// <summary>Whether this is a recipe over the same normalization.</summary>
    public bool SharesTable(Buffer other) => table == other;

    /// <inheritdoc/>
    public override void WriteInOrder(Span<float> destination)
    {
        if (activation is null)
            chunks.Map<AffineMap>(Source, default, Table, Pitch, default, destination);
        else
            activation.MapNormalized(Source, chunks, Table, Pitch, destination);
    }

    /// <inheritdoc/>
    public override void WriteChannel(int channel, Span<float> destination)
    {
        Layout.Gather(Source, channel, destination);
        int each = chunks.Each.PerChannel;
        for (int chunk = 0; chunk < chunks.Count; chunk++)
        {
            var values = Table[(chunk * Pitch)..];
            var constants = new Channel<float>(values[channel], values[Layout.C + channel], values[2 * Layout.C + channel]);
            foreach (ref float value in destination.Slice(chunk * each, each))
            {
                float normalized = AffineMap.Apply<SimdScalar, float>(value, 0, constants, default);
                value = activation?.Apply(normalized) ?? normalized;
            }
        }
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        source.Release();
        table.Release();
    }
}
