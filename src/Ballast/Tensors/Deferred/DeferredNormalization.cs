using Ballast.Kernels;

namespace Ballast;

/// <summary>Deferred normalization: (x - center) scale + shift for each channel of the values that were normalized, one pass over memory
/// that its reader makes.</summary>
/// <remarks>x - center comes first: x scale + (shift - center scale) would lose the digits of a small spread around a large
/// mean. A batch in chunks has constants for each of them.</remarks>
/// <param name="source">The values that were normalized.</param>
/// <param name="table">center, scale and shift, [3, C], then what the normalization keeps for itself, for each chunk.</param>
/// <param name="chunks">Where the channels lie, and how many samples share constants.</param>
/// <param name="rows">How many constants a channel has in the table.</param>
sealed unsafe class DeferredNormalization(Buffer source, Buffer table, ChannelChunks chunks, byte rows) : DeferredChannels
{
    /// <inheritdoc/>
    public override ChannelLayout Layout => chunks.Whole;

    // A function that has joined asks for them after that.
    /// <inheritdoc/>
    protected override bool KeepsOperands => true;

    int Pitch => rows * chunks.Whole.C;

    Span<float> Source => source.Span(Layout.Length);

    Span<float> Table => table.Span(chunks.Count * Pitch);

    /// <summary>A function whose gradient can be computed from its input.</summary>
    public override Deferred? Then(Pointwise next, bool recorded)
    {
        if (IsComputed || !next.TakesInput || (next != Pointwise.Relu && (!Layout.AreRows || chunks.Count > 1)))
            return null;
        Hold();
        return new DeferredNormalizedActivation(this, next, recorded);
    }

    /// <summary>Applied while it is read, unless somebody has read it already.</summary>
    public override bool TryOpen(ChannelLayout layout, out ImagePrologue prologue) =>
        IsComputed ? base.TryOpen(layout, out prologue) : TryOpen(layout, relu: false, out prologue);

    /// <summary>The prologue, with a ReLU or not.</summary>
    public bool TryOpen(ChannelLayout layout, bool relu, out ImagePrologue prologue)
    {
        prologue = default;
        if (layout != Layout || chunks.Count > 1)
            return false;
        fixed (float* pixels = Source, constants = Table)
            prologue = new ImagePrologue(pixels, layout.C, constants, relu);
        return true;
    }

    /// <summary>Whether this is of the normalization with these constants.</summary>
    public bool IsOf(Buffer normalization) => table == normalization;

    /// <summary>to = f(normalized), in the order of the layout; f may be none.</summary>
    public void Map(Pointwise? function, Span<float> to)
    {
        if (function is null)
            chunks.Map<AffineMap>(Source, default, Table, Pitch, default, to);
        else
            function.MapNormalized(Source, chunks, Table, Pitch, to);
    }

    /// <summary>to = gradient f'(normalized), in the order of the layout; to may be the gradient.</summary>
    public void Gate(Pointwise function, ReadOnlySpan<float> gradient, Span<float> to) =>
        function.GateNormalized(Source, gradient, chunks, Table, Pitch, to);

    /// <summary>f of one channel's normalized values, sample by sample; f may be none.</summary>
    public void WriteChannel(Pointwise? function, int channel, Span<float> destination)
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
                value = function?.Apply(normalized) ?? normalized;
            }
        }
    }

    /// <inheritdoc/>
    protected override Buffer ComputeInOrder()
    {
        var result = Buffer.Rent(Layout.Length);
        Map(null, result.Span(Layout.Length));
        return result;
    }

    /// <inheritdoc/>
    public override void Write(Span<float> destination) => Look(destination);

    /// <inheritdoc/>
    public override bool TryWriteChannel(Shape shape, int channel, Span<float> destination)
    {
        if (IsComputed || !FitsUnder(shape))
            return base.TryWriteChannel(shape, channel, destination);
        WriteChannel(null, channel, destination);
        return true;
    }

    /// <inheritdoc/>
    protected override void ReleaseOperands()
    {
        source.Release();
        table.Release();
    }
}
