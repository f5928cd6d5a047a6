using Ballast.Kernels;

namespace Ballast;

/// <summary>x - y.</summary>
sealed class SubtractOperation : BroadcastOperation
{
    SubtractOperation(Tensor x, Tensor y) : base(x, y)
    {
    }

    /// <summary>The forward pass, for x and y that broadcast to a shape.</summary>
    public static Tensor Run(Tensor x, Tensor y, Shape shape)
    {
        bool records = Records(x, y);
        if (!records && DeferredExpression.Zip<Subtract>(x, y, shape) is { } expression)
            return new Tensor(shape, new Values(expression));
        var values = Loops.Zip<Subtract>(x.Operand, y.Operand, shape);
        return records ? new SubtractOperation(x, y).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx = g, dy = -g.</summary>
    public override void Backward(Values gradient)
    {
        if (First!.RequiresGrad)
            GiveSum(First, gradient.Hold());
        if (Second!.RequiresGrad)
        {
            var g = gradient.Hold().ToOperand(Output.Shape);
            GiveSum(Second, Loops.Map<Negate>(g));
            g.Release();
        }

        gradient.Release();
    }
}
