using Ballast.Kernels;

namespace Ballast;

/// <summary>The matrix products A B of A [..., M, K] and B [..., K, N], whose axes in front broadcast.</summary>
sealed class MatMulOperation : Operation
{
    readonly Operand left;
    readonly Operand right;

    MatMulOperation(Tensor a, Tensor b) : base(a, b)
    {
        left = a.Operand.Hold();
        right = b.Operand.Hold();
    }

    /// <summary>The forward pass.</summary>
    /// <param name="a">At least two axes.</param>
    /// <param name="b">At least two axes.</param>
    /// <param name="shape">The result's shape.</param>
    public static Tensor Run(Tensor a, Tensor b, Shape shape)
    {
        if (Backend.Current is { } other)
            return other.Apply("matmul", [a, b]);
        Values values = new(MatrixProducts.Compute(a.Operand, b.Operand, shape));
        return Records(a, b) ? new MatMulOperation(a, b).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dA = G B^T, dB = A^T G, added up over the matrices that A or B was repeated for.</summary>
    public override void Backward(Values gradient)
    {
        var (a, b) = (First!, Second!);
        var g = gradient.ToOperand(Output.Shape);
        if (g.Layout.Repeats)
        {
            Operand whole = new(Loops.RowMajor(g), Layout.RowMajor(g.Shape));
            g.Release();
            g = whole;
        }

        if (a.RequiresGrad)
            Give(a, Product(g, MatrixProducts.Turned(right), a.Shape));
        if (b.RequiresGrad)
            Give(b, b.Shape.Rank == 2 && Output.Shape.Rank > 2 ? OfAllRows(g) : Product(MatrixProducts.Turned(left), g, b.Shape));
        g.Release();
    }

    // The product of two batches, added up to the shape of an input.
    Values Product(in Operand x, in Operand y, Shape shape)
    {
        var whole = MatrixProducts.WithMatrix(Output.Shape, shape[^2], shape[^1]);
        Values product = new(MatrixProducts.Compute(x, y, whole));
        if (whole == shape)
            return product;
        var repeated = product.ToOperand(whole);
        var sum = Loops.Reduce<SumReduction>(repeated, shape);
        repeated.Release();
        return sum;
    }

    // One B for the rows of all matrices of A: a single product.
    Values OfAllRows(in Operand g)
    {
        Operand rows = MatrixProducts.Folded(left), gradients = MatrixProducts.Folded(g);
        Values product = new(MatrixProducts.Compute(MatrixProducts.Turned(rows), gradients, Second!.Shape));
        rows.Release();
        gradients.Release();
        return product;
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        left.Release();
        right.Release();
    }
}
