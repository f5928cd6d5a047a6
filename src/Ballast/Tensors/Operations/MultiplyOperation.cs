using Ballast.Kernels;

namespace Ballast;

/// <summary>x y, element by element.</summary>
sealed class MultiplyOperation : Operation
{
    readonly Buffer left;
    readonly Buffer right;

    MultiplyOperation(Tensor x, Tensor y) : base(x, y)
    {
        left = x.Buffer.Hold();
        right = y.Buffer.Hold();
    }

    /// <summary>The forward pass, for x and y of one shape.</summary>
    public static Tensor Run(Tensor x, Tensor y)
    {
        var values = Zip<Multiply>(x, y);
        return Records(x, y) ? new MultiplyOperation(x, y).Produce(x.Shape, values) : new Tensor(x.Shape, values);
    }

    /// <summary>dx = g y, dy = g x.</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        var g = gradient.Read(length);
        if (First!.RequiresGrad)
            Give(First, Zip<Multiply>(g, right, length));
        if (Second!.RequiresGrad)
            Give(Second, Zip<Multiply>(g, left, length));
        g.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        left.Release();
        right.Release();
    }
}
