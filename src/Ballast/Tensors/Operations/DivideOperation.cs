using Ballast.Kernels;

namespace Ballast;

/// <summary>x / y, element by element.</summary>
sealed class DivideOperation : Operation
{
    readonly Buffer left;
    readonly Buffer right;

    DivideOperation(Tensor x, Tensor y) : base(x, y)
    {
        left = x.Buffer.Hold();
        right = y.Buffer.Hold();
    }

    /// <summary>The forward pass, for x and y of one shape.</summary>
    public static Tensor Run(Tensor x, Tensor y)
    {
        var values = Zip<Divide>(x, y);
        return Records(x, y) ? new DivideOperation(x, y).Produce(x.Shape, values) : new Tensor(x.Shape, values);
    }

    /// <summary>dx = g / y, dy = -g x / y^2.</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        var g = gradient.ReadExclusive(length);
        if (First!.RequiresGrad)
            Give(First, Zip<Divide>(g, right, length));
        if (Second!.RequiresGrad)
        {
            Elementwise.Zip<Multiply>(g.Span(length), left.Span(length), g.Span(length));
            Give(Second, Zip<DivideBackward>(g, right, length));
        }

        g.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        left.Release();
        right.Release();
    }
}
