using Ballast.Kernels;

namespace Ballast;

/// <summary>The matrix product A B of A [M, K] and B [K, N].</summary>
sealed unsafe class MatMulOperation : Operation
{
    readonly Buffer left;
    readonly Buffer right;

    MatMulOperation(Tensor a, Tensor b) : base(a, b)
    {
        left = a.Buffer.Hold();
        right = b.Buffer.Hold();
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor a, Tensor b)
    {
        int m = a.Shape[0], k = a.Shape[1], n = b.Shape[1];
        var result = Buffer.Rent(m * n);
        fixed (float* x = a.AsSpan(), y = b.AsSpan(), to = result.Span(m * n))
        {
            if ((long)m * n * k >= MatrixProduct.Worthwhile)
                MatrixProduct.Compute(x, y, n, 1, to, m, k, n);
            else
                ColumnProducts.Compute(x, 1, k, new Rows(y, n), k, m, n, new ColumnProducts.ToMemory(to, n));
        }

        var values = new Values(result);
        return Records(a, b) ? new MatMulOperation(a, b).Produce([m, n], values) : new Tensor([m, n], values);
    }

    /// <summary>dA = G B^T, dB = A^T G.</summary>
    public override void Backward(Values gradient)
    {
        var (a, b) = (First!, Second!);
        int m = a.Shape[0], k = a.Shape[1], n = b.Shape[1];
        var read = gradient.Read(m * n);
        fixed (float* g = read.Span(m * n), x = left.Span(m * k), y = right.Span(k * n))
        {
            if (a.RequiresGrad)
            {
                var da = Buffer.Rent(m * k);
                fixed (float* to = da.Span(m * k))
                {
                    if ((long)m * n * k >= MatrixProduct.Worthwhile)
                        MatrixProduct.Compute(g, y, 1, n, to, m, n, k);
                    else
                        RowProducts.Compute(new Rows(g, n), y, null, to, m, k, n);
                }

                Give(a, new Values(da));
            }

            if (b.RequiresGrad)
            {
                var db = Buffer.Rent(k * n);
                fixed (float* to = db.Span(k * n))
                    ColumnProducts.Compute(x, k, 1, new Rows(g, n), m, k, n, new ColumnProducts.ToMemory(to, n));
                Give(b, new Values(db));
            }
        }

        read.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        left.Release();
        right.Release();
    }
}
