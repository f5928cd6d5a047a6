using Ballast.Kernels;

namespace Ballast;

/// <summary>sqrt(x).</summary>
sealed class SqrtOperation : Operation
{
    readonly Buffer saved;

    SqrtOperation(Tensor x, Buffer saved) : base(x) => this.saved = saved.Hold();

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x)
    {
        var result = Buffer.Result(x.Length);
        Elementwise.Map<SquareRoot>(x.Read(), result.Span(x.Length));
        var values = new Values(result);
        return Records(x)
            ? new SqrtOperation(x, result).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
    }

    /// <summary>dx = g / (2 sqrt(x)).</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        var dx = gradient.ReadExclusive(length);
        Elementwise.Zip<SquareRootBackward>(saved.Span(length), dx.Span(length), dx.Span(length));
        Give(First!, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => saved.Release();
}
