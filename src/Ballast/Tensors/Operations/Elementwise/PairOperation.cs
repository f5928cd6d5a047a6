using Ballast.Kernels;

namespace Ballast;

/// <summary>F(x, y), element by element, of tensors whose shapes broadcast to one.</summary>
sealed class PairOperation<F> : BroadcastOperation
    where F : struct, IPairFunction
{
    readonly Operand left;
    readonly Operand right;

    PairOperation(Tensor x, Tensor y) : base(x, y)
    {
        left = x.Operand.Hold();
        right = y.Operand.Hold();
    }

    /// <summary>The forward pass, for x and y that broadcast to a shape.</summary>
    public static Tensor Run(Tensor x, Tensor y, Shape shape)
    {
        var values = Loops.Zip<F>(x.Operand, y.Operand, shape);
        return Records(x, y) ? new PairOperation<F>(x, y).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx and dy by F's two gradients, each added up where it was repeated.</summary>
    public override void Backward(Values gradient)
    {
        var g = gradient.ToOperand(Output.Shape);
        if (First!.RequiresGrad)
            GiveSum(First, Loops.Zip<LeftGradient<F>>(left, right, g, Output.Shape));
        if (Second!.RequiresGrad)
            GiveSum(Second, Loops.Zip<RightGradient<F>>(left, right, g, Output.Shape));
        g.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        left.Release();
        right.Release();
    }
}
