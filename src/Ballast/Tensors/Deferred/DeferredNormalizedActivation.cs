using Ballast.Kernels;

namespace Ballast;

/// <summary>Deferred function of a normalization that nobody has computed: the two are one pass over memory. A ReLU is applied by each
/// reader; any other function costs more than that pass and is computed once.</summary>
/// <param name="normalized">The normalization, with a hold of this one's own.</param>
/// <param name="function">The function.</param>
/// <param name="recorded">Whether a backward pass may come, which asks for the normalization again.</param>
sealed class DeferredNormalizedActivation(DeferredNormalization normalized, Pointwise function, bool recorded) : DeferredChannels
{
    /// <inheritdoc/>
    public override ChannelLayout Layout => normalized.Layout;

    /// <inheritdoc/>
    protected override bool KeepsOperands => recorded;

    /// <summary>The gradient is multiplied with the function's slope by the normalization, in a pass that it makes anyway.</summary>
    public override Values Back(Values gradient)
    {
        // The normalization finds a window's largest value again, as long as the function keeps it the largest.
        bool pooled = function == Pointwise.Relu && gradient.Recipe is { } deferred && deferred.TryPooled(out var pool)
            && pool.Shape.Input == Layout;
        var order = new MemoryOrder(Layout);
        normalized.Hold();
        return new Values(new DeferredActivationGradient(
            pooled ? gradient : order.Values(order.Read(gradient, Layout.Length)), normalized, function));
    }

    /// <inheritdoc/>
    public override bool TryOpen(ChannelLayout layout, out ImagePrologue prologue) => IsComputed || function != Pointwise.Relu
        ? base.TryOpen(layout, out prologue) : normalized.TryOpen(layout, relu: true, out prologue);

    /// <inheritdoc/>
    protected override Buffer ComputeInOrder()
    {
        var result = Buffer.Rent(Layout.Length);
        normalized.Map(function, result.Span(Layout.Length));
        return result;
    }

    /// <inheritdoc/>
    public override void Write(Span<float> destination) => Look(destination);

    /// <inheritdoc/>
    public override bool TryWriteChannel(Shape shape, int channel, Span<float> destination)
    {
        if (IsComputed || !FitsUnder(shape))
            return base.TryWriteChannel(shape, channel, destination);
        normalized.WriteChannel(function, channel, destination);
        return true;
    }

    /// <inheritdoc/>
    protected override void ReleaseOperands() => normalized.Release();
}
