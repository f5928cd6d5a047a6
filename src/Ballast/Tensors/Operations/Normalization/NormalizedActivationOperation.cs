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

    /// <summary>Whether a tensor is a normalization that takes an activation.</summary>
    public static bool Takes(Tensor x) => x.Recipe is ChannelAffine { TakesActivation: true };

    /// <summary>The forward pass, for such a tensor.</summary>
    public static Tensor Run(Tensor x, ChannelActivation activation)
    {
        var joined = ((ChannelAffine)x.Recipe!).With(activation);
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
