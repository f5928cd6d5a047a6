using Ballast.Kernels;

namespace Ballast;

/// <summary>y = x (k + alpha / size sum of x^2 over neighbouring channels)^-beta. Krizhevsky, Sutskever &amp; Hinton 2012,
/// section 3.3. The backward pass computes the sums anew: nothing is kept but the input.</summary>
sealed class ResponseNormalizationOperation : Operation
{
    readonly Buffer source;
    readonly ChannelLayout layout;
    readonly ResponseNormalization rule;

    ResponseNormalizationOperation(Tensor x, ChannelLayout layout, ResponseNormalization rule) : base(x)
    {
        source = x.Buffer.Hold();
        this.layout = layout;
        this.rule = rule;
    }

    /// <summary>The forward pass, for x of [N, C, ...].</summary>
    public static Tensor Run(Tensor x, ChannelLayout layout, ResponseNormalization rule)
    {
        if (Backend.Current is { } other)
            return other.Apply("local_response_norm", x, ("rule", rule));
        var result = Buffer.Rent(x.Length);
        rule.Forward(x.Read(), layout, result.Span(x.Length));
        var values = new Values(result);
        return Records(x)
            ? new ResponseNormalizationOperation(x, layout, rule).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
    }

    /// <summary>See <see cref="ResponseNormalization.Backward(ReadOnlySpan{float}, ReadOnlySpan{float}, ChannelLayout, Span{float})"/>.
    /// </summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        var dx = gradient.ReadExclusive(length);
        rule.Backward(source.Span(length), dx.Span(length), layout, dx.Span(length));
        Give(First!, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => source.Release();
}
