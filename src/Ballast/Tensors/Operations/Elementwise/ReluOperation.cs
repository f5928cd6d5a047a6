using Ballast.Kernels;

namespace Ballast;

/// <summary>y = max(x, 0). It joins a normalization, a sum or a convolution that is still a recipe.</summary>
sealed class ReluOperation : Operation
{
    readonly Values open; // the result, or the recipe that tells where it is above zero

    ReluOperation(Tensor x, Values open) : base(x) => this.open = open.Hold();

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x)
    {
        var values = x.Recipe?.Then(Pointwise.Relu, Records(x)) is { } joined ? new Values(joined) : Compute(x);
        return Records(x)
            ? new ReluOperation(x, values).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
    }

    static Values Compute(Tensor x)
    {
        var order = MemoryOrder.Of(x);
        var source = order.Hold(x);
        var result = Buffer.Rent(x.Length);
        Elementwise.Map<Relu>(source.Span(x.Length), result.Span(x.Length));
        source.Release();
        return order.Values(result);
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

        if (open.Recipe is ResidualSum passed && (gradient.Recipe as ChannelsLast)?.Gate == passed)
        {
            Give(First!, gradient); // whoever wrote it left it at zero where the ReLU is closed
            return;
        }

        var last = open.Recipe as ChannelRecipe;
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
