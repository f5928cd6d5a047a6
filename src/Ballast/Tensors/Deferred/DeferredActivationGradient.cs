using Ballast.Kernels;

namespace Ballast;

/// <summary>The gradient behind an activation that followed a normalization, not yet multiplied with its slope: for a ReLU not yet
/// set to zero where it was closed. The normalization does that in the passes it makes anyway.</summary>
/// <param name="gradient">The gradient before the gate, in the order of the gate: in memory, or of a max pool.</param>
/// <param name="gate">The normalization and its activation.</param>
sealed class GatedGradient(Values gradient, ChannelAffine gate) : ChannelRecipe
{
    /// <inheritdoc/>
    public override ChannelLayout Layout => gate.Layout;

    /// <summary>The normalization and its activation, which tell how the gradient passes.</summary>
    public ChannelAffine Gate => gate;

    /// <summary>The gradient before the gate, with a hold of the caller's own.</summary>
    public Values HoldGradient() => gradient.Hold();

    /// <inheritdoc/>
    public override void WriteInOrder(Span<float> destination)
    {
        // What is in memory lies in the order of the gate already.
        var before = gradient.Buffer?.Hold() ?? new MemoryOrder(gate.Layout).Read(gradient.Hold(), destination.Length);
        var values = before.Span(destination.Length);
        gate.Activation!.GateNormalized(gate.Source, values, gate.Chunks, gate.Table, gate.Pitch, destination);
        before.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        gradient.Release();
        gate.Release();
    }
}
