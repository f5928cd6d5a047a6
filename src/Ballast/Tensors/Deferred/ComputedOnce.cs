namespace Ballast;

/// <summary>Values that are computed once, when somebody reads them in the order of their layout, and kept: all who hold the
/// recipe find the same memory.</summary>
abstract class ComputedOnce : ChannelRecipe
{
    Buffer? computed;

    /// <summary>Whether somebody has read the values.</summary>
    public bool IsComputed => computed is not null;

    /// <summary>Whether what the values are computed from is held beyond that.</summary>
    protected virtual bool KeepsOperands => false;

    /// <inheritdoc/>
    public sealed override Buffer HoldInOrder()
    {
        if (computed is null)
        {
            var result = Buffer.Rent(Layout.Length);
            Compute(result.Span(Layout.Length));
            computed = result;
            if (!KeepsOperands)
                ReleaseOperands();
        }

        return computed.Hold();
    }

    /// <inheritdoc/>
    public sealed override void WriteInOrder(Span<float> destination)
    {
        var values = HoldInOrder();
        values.Span(Layout.Length).CopyTo(destination);
        values.Release();
    }

    /// <inheritdoc/>
    public sealed override void WriteChannel(int channel, Span<float> destination)
    {
        var values = HoldInOrder();
        Layout.Gather(values.Span(Layout.Length), channel, destination);
        values.Release();
    }

    /// <summary>Computes the values in the order of the layout.</summary>
    protected abstract void Compute(Span<float> destination);

    /// <summary>Lets go of what the values are computed from.</summary>
    protected abstract void ReleaseOperands();

    /// <inheritdoc/>
    protected sealed override void ReleaseSources()
    {
        if (computed is null || KeepsOperands)
            ReleaseOperands();
        computed?.Release();
    }
}
