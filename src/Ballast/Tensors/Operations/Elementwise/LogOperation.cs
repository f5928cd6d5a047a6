using Ballast.Kernels;

namespace Ballast;

/// <summary>ln(x).</summary>
sealed class LogOperation : Operation
{
    readonly Buffer saved;

    LogOperation(Tensor x, Buffer saved) : base(x) => this.saved = saved.Hold();

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x)
    {
        var result = Buffer.Result(x.Length);
        Elementwise.Map<NaturalLogarithm>(x.Read(), result.Span(x.Length));
        var values = new Values(result);
        return Records(x)
            ? new LogOperation(x, x.Buffer).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
    }

    /// <summary>dx = g / x.</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        var dx = gradient.ReadExclusive(length);
        Elementwise.Zip<Divide>(dx.Span(length), saved.Span(length), dx.Span(length));
        Give(First!, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => saved.Release();
}
