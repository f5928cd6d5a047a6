using Ballast.Kernels;

namespace Ballast;

/// <summary>The sum of all values, times a factor: 1 for the sum, 1 / count for the mean.</summary>
sealed class SumOperation : Operation
{
    readonly float factor;

    SumOperation(Tensor x, float factor) : base(x) => this.factor = factor;

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, float factor)
    {
        var values = new Values(Buffer.Single((float)(Elementwise.Sum(x.Read()) * factor)));
        return Records(x) ? new SumOperation(x, factor).Produce(Shape.Scalar, values) : new Tensor(Shape.Scalar, values);
    }

    /// <summary>dx = g times the factor, everywhere.</summary>
    public override void Backward(Values gradient)
    {
        var g = gradient.Read(1);
        var dx = Buffer.Rent(First!.Length);
        dx.Span(First.Length).Fill(g.Span(1)[0] * factor);
        g.Release();
        Give(First, new Values(dx));
    }
}
