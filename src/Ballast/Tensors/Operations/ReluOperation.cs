using Ballast.Kernels;

namespace Ballast;

/// <summary>y = max(x, 0). Behind a normalization that is still a recipe it joins the recipe.</summary>
sealed class ReluOperation : Operation
{
    readonly Values open; // the result, or the recipe that tells where it is above zero


    ReluOperation(Tensor x, Values open) : base(x) => this.open = open.Hold();

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x)
    {
        Values values;
        var order = MemoryOrder.Of(x);
        if (x.Recipe is ChannelAffine { Activation: AffineActivation.None } normalized)
        {
            values = new Values(normalized.With(AffineActivation.Relu));
        }
        else
        {
            var source = order.Hold(x);
            var result = Buffer.Rent(x.Length);
            Elementwise.Map<Relu>(source.Span(x.Length), result.Span(x.Length));
            source.Release();
            values = order.Values(result);
        }

        return Records(x)
            ? new ReluOperation(x, values).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
    }

    /// <summary>dx = dy where y > 0, else 0.</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        if (open.Recipe is ChannelAffine gate)
        {
            gate.Hold();
            var sums = (gradient.Recipe as ChannelsLast)?.Sums;
            if (gradient.Recipe is not PooledGradient pooled || pooled.Layout != gate.Layout)
                gradient = new Values(new MemoryOrder(gate.Layout).Read(gradient, length));
            Give(First!, new Values(new GatedGradient(gradient, gate, sums)));
            return;
        }

        var last = open.Recipe as ChannelsLast;
        var order = last is null ? default : new MemoryOrder(last.Layout);
        var dx = order.ReadExclusive(gradient, length);
        var result = last?.HoldInOrder() ?? open.Buffer!.Hold();
        Elementwise.Zip<ReluBackward>(result.Span(length), dx.Span(length), dx.Span(length));
        result.Release();
        Give(First!, order.Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => open.Release();
}
