using Ballast.Kernels;

namespace Ballast;

/// <summary>x + y.</summary>
sealed class AddOperation : BroadcastOperation
{
    AddOperation(Tensor x, Tensor y) : base(x, y)
    {
    }

    /// <summary>The forward pass, for x and y that broadcast to a shape. A sum of two tensors with channels last is made when it is
    /// read, so that a ReLU after it and the normalizations before it are part of one pass.</summary>
    public static Tensor Run(Tensor x, Tensor y, Shape shape)
    {
        bool records = Records(x, y);
        if (!records && DeferredExpression.Zip<Add>(x, y, shape) is { } expression)
            return new Tensor(shape, new Values(expression));
        var values = x.Shape == y.Shape ? Sum(x, y) : Loops.Zip<Add>(x.Operand, y.Operand, shape);
        return records ? new AddOperation(x, y).Produce(shape, values) : new Tensor(shape, values);
    }

    static Values Sum(Tensor x, Tensor y)
    {
        if (!Records(x, y) && x.Root != y.Root && (Joined(y, x) ?? Joined(x, y)) is { } joined)
            return new Values(joined);
        var order = MemoryOrder.Of(x).Layout.Last ? MemoryOrder.Of(x) : MemoryOrder.Of(y);
        return order.Layout.Last
            ? new Values(DeferredSum.Of(x, y, order.Layout, Records(x, y)))
            : Loops.Zip<Add>(x.Operand, y.Operand, x.Shape);
    }

    static Deferred? Joined(Tensor x, Tensor other) =>
        x.Recipe is { TakesSummand: true } recipe ? recipe.Plus(new MemoryOrder(recipe.Order).Hold(other)) : null;

    /// <summary>dx = g, dy = g.</summary>
    public override void Backward(Values gradient)
    {
        GiveSum(First!, gradient.Hold());
        GiveSum(Second!, gradient);
    }
}
