using Ballast.Kernels;

namespace Ballast;

/// <summary>y = x W^T + b for x [..., in], W [out, in], b [out] or none.</summary>
sealed unsafe class LinearOperation : Operation
{
    // Below this many weights the gradient is made at once: its memory is smaller than what its factors would occupy.
    const int DeferredLength = 1 << 14;

    // From so many rows on, packing the weight pays.
    const int ManyRows = 256;

    readonly Values input;
    readonly Buffer weight;
    readonly int rows;

    LinearOperation(Tensor x, Values input, Tensor w, Tensor? b, int rows) : base(x, w, b)
    {
        this.input = input.Hold();
        weight = w.Buffer.Hold();
        this.rows = rows;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, Tensor w, Tensor? b, Shape shape)
    {
        if (Backend.Current is { } other)
            return other.Apply("linear", [x, w, b]);
        int outputs = w.Shape[0], inputs = w.Shape[1], rows = shape.Length / Math.Max(1, outputs);
        var result = Buffer.Rent(shape.Length);
        var input = OpenedRows.Prepare(x, rows, inputs);
        using var source = new OpenedRows(input, rows, inputs);
        var prologue = source.Prologue;
        fixed (float* weights = w.AsSpan(), bias = b is null ? default : b.AsSpan(), y = result.Span(shape.Length))
        {
            // The rows of sequences are many and short: sums along them would be ended more often than they are long.
            if (shape.Rank > 2 && rows >= ManyRows && prologue.AreFloats)
                MatrixProduct.Compute(prologue.Row(0), prologue.Stride, weights, 1, inputs, y, rows, inputs, outputs, bias);
            else
                RowProducts.Compute(prologue, weights, bias, y, rows, outputs, inputs);
        }

        var values = new Values(result);
        return Tensor.Recording && (x.RequiresGrad || w.RequiresGrad || b is { RequiresGrad: true })
            ? new LinearOperation(x, input, w, b, rows).Produce(shape, values)
            : new Tensor(shape, values);
    }

    /// <summary>dx = dy W; dW = dy^T x, kept as these two factors where it is large; db = the column sums of dy.</summary>
    public override void Backward(Values gradient)
    {
        var (x, w, b) = (First!, Second!, Third);
        int outputs = w.Shape[0], inputs = w.Shape[1];
        var dy = gradient.Read(Output.Length);
        if (b is { RequiresGrad: true })
        {
            var sums = Buffer.Rent(outputs);
            Reductions.SumRows(dy.Span(Output.Length), rows, outputs, sums.Span(outputs));
            Give(b, new Values(sums));
        }

        if (x.RequiresGrad)
        {
            var dx = Buffer.Rent(x.Length);
            fixed (float* g = dy.Span(Output.Length), weights = weight.Span(w.Length), to = dx.Span(x.Length))
            {
                if (Output.Shape.Rank > 2 && rows >= ManyRows)
                {
                    MatrixProduct.Compute(g, outputs, weights, inputs, 1, to, rows, outputs, inputs);
                }
                else
                {
                    ColumnProducts.Compute(g, 1, outputs, new RowPrologue(weights, inputs), outputs, rows, inputs,
                        new ColumnProducts.ToMemory(to, inputs));
                }
            }

            Give(x, new Values(dx));
        }

        if (w.RequiresGrad)
        {
            Give(w, w.Length >= DeferredLength
                ? new Values(new OuterProduct(dy.Hold(), input.Hold(), rows, outputs, inputs))
                : new Values(Product(dy, w.Length, outputs, inputs)));
        }

        dy.Release();
    }

    Buffer Product(Buffer dy, int length, int outputs, int inputs)
    {
        var dw = Buffer.Rent(length);
        OuterProduct.Write(dy, input, rows, outputs, inputs, dw.Span(length));
        return dw;
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        input.Release();
        weight.Release();
    }
}
