using Ballast.Kernels;

namespace Ballast;

/// <summary>x y, element by element.</summary>
sealed class MultiplyOperation : BroadcastOperation
{
    readonly Operand left;
    readonly Operand right;

    MultiplyOperation(Tensor x, Tensor y) : base(x, y)
    {
        left = x.Operand.Hold();
        right = y.Operand.Hold();
    }

    /// <summary>The forward pass, for x and y that broadcast to a shape.</summary>
    public static Tensor Run(Tensor x, Tensor y, Shape shape)
    {
        bool records = Records(x, y);
        if (!records && DeferredExpression.Zip<Multiply>(x, y, shape) is { } expression)
            return new Tensor(shape, new Values(expression));
        var values = Loops.Zip<Multiply>(x.Operand, y.Operand, shape);
        return records ? new MultiplyOperation(x, y).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx = g y, dy = g x, each added up where it was repeated.</summary>
    public override void Backward(Values gradient)
    {
        var g = gradient.ToOperand(Output.Shape);
        if (First!.RequiresGrad)
            GiveSum<Multiply>(First, g, right);
        if (Second!.RequiresGrad)
            GiveSum<Multiply>(Second, g, left);
        g.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        left.Release();
        right.Release();
    }
}
