namespace Ballast;

/// <summary>y = GELU(x) behind a normalization that is still a recipe: the two are computed in one pass over memory, and of
/// what lies between them nothing is kept.</summary>
sealed class NormalizedGeluOperation : Operation
{
    readonly ChannelAffine gate;

    NormalizedGeluOperation(Tensor x, ChannelAffine gate) : base(x)
    {
        this.gate = gate;
        gate.Hold();
    }

    /// <summary>Whether a tensor is such a recipe, with channels last.</summary>
    public static bool Fits(Tensor x) => x.Recipe is ChannelAffine
    {
        Activation: AffineActivation.None, Layout.AreRows: true, Chunks.Count: 1,
    };

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x)
    {
        var joined = ((ChannelAffine)x.Recipe!).With(AffineActivation.Gelu);
        return Records(x)
            ? new NormalizedGeluOperation(x, joined).Produce(x.Shape, new Values(joined))
            : new Tensor(x.Shape, new Values(joined));
    }

    /// <summary>dx = dy GELU'(x), which the normalization computes along with its own sums.</summary>
    public override void Backward(Values gradient)
    {
        gate.Hold();
        var before = new Values(new MemoryOrder(gate.Layout).Read(gradient, Output.Length));
        Give(First!, new Values(new GatedGradient(before, gate, null)));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => gate.Release();
}
