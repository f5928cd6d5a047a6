namespace Ballast;

/// <summary>A matrix with rows and columns exchanged.</summary>
sealed class TransposeOperation : Operation
{
    TransposeOperation(Tensor x) : base(x)
    {
    }

    /// <summary>The forward pass, for x [M, N].</summary>
    public static Tensor Run(Tensor x)
    {
        Shape shape = [x.Shape[1], x.Shape[0]];
        var values = new Values(Exchange(x.Buffer, x.Shape[0], x.Shape[1]));
        return Records(x) ? new TransposeOperation(x).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx = g with rows and columns exchanged.</summary>
    public override void Backward(Values gradient)
    {
        var g = gradient.Read(Output.Length);
        var dx = Exchange(g, Output.Shape[0], Output.Shape[1]);
        g.Release();
        Give(First!, new Values(dx));
    }

    static Buffer Exchange(Buffer from, int rows, int columns)
    {
        var result = Buffer.Rent(rows * columns);
        var source = from.Span(rows * columns);
        var to = result.Span(rows * columns);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                to[column * rows + row] = source[row * columns + column];
        }

        return result;
    }
}
