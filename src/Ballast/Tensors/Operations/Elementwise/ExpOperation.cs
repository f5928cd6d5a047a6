using Ballast.Kernels;

namespace Ballast;

/// <summary>exp(x).</summary>
sealed class ExpOperation : Operation
{
    readonly Buffer saved;

    ExpOperation(Tensor x, Buffer saved) : base(x) => this.saved = saved.Hold();

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x)
    {
        var result = Buffer.Result(x.Length);
        Elementwise.Map<Exponential>(x.Read(), result.Span(x.Length));
        var values = new Values(result);
        return Records(x)
            ? new ExpOperation(x, result).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
    }

    /// <summary>dx = g exp(x).</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        var dx = gradient.ReadExclusive(length);
        Elementwise.Zip<Multiply>(saved.Span(length), dx.Span(length), dx.Span(length));
        Give(First!, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => saved.Release();
}
