namespace Ballast;

/// <summary>y = F(x) after a normalization that is still a recipe: the two are computed in one pass over memory, and of what lies
/// between them nothing is kept.</summary>
sealed class NormalizedActivationOperation : Operation
{
    readonly ChannelAffine gate;

    NormalizedActivationOperation(Tensor x, ChannelAffine gate) : base(x)
    {
        this.gate = gate;
        gate.Hold();
    }

    /// <summary>The forward pass, for a normalization that an activation has joined.</summary>
    public static Tensor Run(Tensor x, Deferred value)
    {
        var joined = (ChannelAffine)value;
        return Records(x)
            ? new NormalizedActivationOperation(x, joined).Produce(x.Shape, new Values(joined))
            : new Tensor(x.Shape, new Values(joined));
    }

    /// <summary>dx = dy F'(x), which the normalization computes along with its own sums.</summary>
    public override void Backward(Values gradient)
    {
        gate.Hold();
        var before = new Values(new MemoryOrder(gate.Layout).Read(gradient, Output.Length));
        Give(First!, new Values(new GatedGradient(before, gate, null)));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => gate.Release();
}
