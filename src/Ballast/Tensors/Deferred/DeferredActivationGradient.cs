using Ballast.Kernels;

namespace Ballast;

/// <summary>Deferred activation gradient: the gradient after a function that has joined a normalization, not yet multiplied with the
/// function's slope. The normalization does that in the passes it makes anyway.</summary>
/// <param name="gradient">The gradient after the function: in memory in the order of the normalization, or of a max pool.</param>
/// <param name="normalized">The normalization, with a hold of this one's own.</param>
/// <param name="joined">The function.</param>
sealed class DeferredActivationGradient(Values gradient, DeferredNormalization normalized, Pointwise joined) : DeferredChannels
{
    /// <inheritdoc/>
    public override ChannelLayout Layout => normalized.Layout;

    /// <inheritdoc/>
    public override bool TryGate(Buffer normalization, out Values after, out Pointwise function)
    {
        if (IsComputed || !normalized.IsOf(normalization))
            return base.TryGate(normalization, out after, out function);
        (after, function) = (gradient, joined);
        return true;
    }

    /// <inheritdoc/>
    protected override Buffer ComputeInOrder()
    {
        int length = Layout.Length;
        var after = new MemoryOrder(Layout).Read(gradient.Hold(), length);
        var result = Buffer.Rent(length);
        normalized.Gate(joined, after.Span(length), result.Span(length));
        after.Release();
        return result;
    }

    /// <inheritdoc/>
    protected override void ReleaseOperands()
    {
        gradient.Release();
        normalized.Release();
    }
}
