using Ballast.Kernels;

namespace Ballast;

/// <summary>The gradient behind a ReLU that followed a normalization, not yet set to zero where the ReLU was closed. The
/// normalization does that in the two passes it makes anyway.</summary>
sealed class GatedGradient(Buffer gradient, ChannelAffine gate) : ChannelRecipe
{
    /// <inheritdoc/>
    public override ChannelLayout Layout => gate.Layout;

    /// <summary>The normalization and its ReLU, which tell where the gradient passes.</summary>
    public ChannelAffine Gate => gate;

    /// <summary>The gradient before the gate, with a hold of the caller's own.</summary>
    public Buffer HoldGradient() => gradient.Hold();

    /// <inheritdoc/>
    public override void WriteInOrder(Span<float> destination) =>
        Channels.Map<GateMap>(
            gate.Source, gradient.Span(destination.Length), gate.Layout, gate.Table, default, destination);

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        gradient.Release();
        gate.Release();
    }
}
