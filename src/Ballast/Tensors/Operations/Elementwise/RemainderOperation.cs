using Ballast.Kernels;

namespace Ballast;

/// <summary>The rest of x / y with the sign of y, element by element, of tensors whose shapes broadcast to one.</summary>
sealed class RemainderOperation : BroadcastOperation
{
    readonly Operand left;
    readonly Operand right;

    RemainderOperation(Tensor x, Tensor y) : base(x, y)
    {
        left = x.Operand.Hold();
        right = y.Operand.Hold();
    }

    /// <summary>The forward pass, for x and y that broadcast to a shape.</summary>
    public static Tensor Run(Tensor x, Tensor y, Shape shape)
    {
        var values = Loops.Zip<FloatRemainder, float, float>(x.Operand, y.Operand, shape);
        return Records(x, y) ? new RemainderOperation(x, y).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx = g, dy = -g floor(x / y), each added up where it was repeated.</summary>
    public override void Backward(Values gradient)
    {
        if (Second!.RequiresGrad)
        {
            var g = gradient.Hold().ToOperand(Output.Shape);
            var quotient = Loops.Zip<FloorQuotient, float, float>(left, right, Output.Shape).ToOperand(Output.Shape);
            GiveSum<NegatedProduct>(Second, g, quotient);
            quotient.Release();
            g.Release();
        }

        GiveSum(First!, gradient);
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        left.Release();
        right.Release();
    }
}
