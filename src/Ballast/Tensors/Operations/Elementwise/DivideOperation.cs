using Ballast.Kernels;

namespace Ballast;

/// <summary>x / y, element by element.</summary>
sealed class DivideOperation : BroadcastOperation
{
    readonly Operand left;
    readonly Operand right;

    DivideOperation(Tensor x, Tensor y) : base(x, y)
    {
        left = x.Operand.Hold();
        right = y.Operand.Hold();
    }

    /// <summary>The forward pass, for x and y that broadcast to a shape.</summary>
    public static Tensor Run(Tensor x, Tensor y, Shape shape)
    {
        bool records = Records(x, y);
        if (!records && DeferredExpression.Zip<Divide>(x, y, shape) is { } expression)
            return new Tensor(shape, new Values(expression));
        var values = Loops.Zip<Divide>(x.Operand, y.Operand, shape);
        return records ? new DivideOperation(x, y).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx = g / y, dy = -g x / y^2, each added up where it was repeated.</summary>
    public override void Backward(Values gradient)
    {
        var g = gradient.ToOperand(Output.Shape);
        if (First!.RequiresGrad)
            GiveSum<Divide>(First, g, right);
        if (Second!.RequiresGrad)
        {
            var product = Loops.Zip<Multiply>(g, left, Output.Shape).ToOperand(Output.Shape);
            GiveSum<DivideBackward>(Second, product, right);
            product.Release();
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
