using Ballast.Kernels;

namespace Ballast;

/// <summary>An operation on two tensors, element by element, whose shapes broadcast to one.</summary>
abstract class BroadcastOperation(Tensor x, Tensor y) : Operation(x, y)
{
    /// <summary>Gives a gradient of the result's shape to an input, added up over the positions that the input was repeated at.</summary>
    protected void GiveSum(Tensor input, Values gradient)
    {
        if (input.Shape == Output.Shape)
        {
            Give(input, gradient);
            return;
        }

        var repeated = gradient.ToOperand(Output.Shape);
        Give(input, Loops.Reduce<SumReduction>(repeated, input.Shape));
        repeated.Release();
    }

    /// <summary>Gives F(g, y), where g has the result's shape, to an input in the same way, in one pass.</summary>
    protected void GiveSum<F>(Tensor input, in Operand g, in Operand y)
        where F : struct, IBinary => Give(input, input.Shape == Output.Shape
            ? Loops.Zip<F>(g, y, Output.Shape)
            : Loops.Reduce<SumReduction, F>(g, y, input.Shape));
}
