namespace Ballast;

/// <summary>x repeated along axes where it has the size 1 or no axis at all, as NumPy broadcasts.</summary>
sealed class ExpandOperation : Operation
{
    ExpandOperation(Tensor x) : base(x)
    {
    }

    /// <summary>The forward pass, for a shape that x broadcasts to.</summary>
    public static Tensor Run(Tensor x, Shape shape)
    {
        var result = Buffer.Rent(shape.Length);
        var from = x.AsSpan();
        var to = result.Span(shape.Length);
        for (int i = 0; i < to.Length; i++)
            to[i] = from[Source(i, x.Shape, shape)];
        var values = new Values(result);
        return Records(x) ? new ExpandOperation(x).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx = the sum of g over the copies.</summary>
    public override void Backward(Values gradient)
    {
        var (x, shape) = (First!, Output.Shape);
        var g = gradient.Read(shape.Length);
        var sums = new double[x.Length];
        var from = g.Span(shape.Length);
        for (int i = 0; i < from.Length; i++)
            sums[Source(i, x.Shape, shape)] += from[i];
        g.Release();
        var dx = Buffer.Rent(x.Length);
        for (int i = 0; i < sums.Length; i++)
            dx.Span(x.Length)[i] = (float)sums[i];
        Give(x, new Values(dx));
    }

    // Which value of the small shape stands at position i of the large one.
    static int Source(int i, Shape small, Shape large)
    {
        int source = 0, step = 1;
        for (int axis = large.Rank - 1, own = small.Rank - 1; own >= 0; axis--, own--)
        {
            if (small[own] > 1)
                source += i % large[axis] * step;
            step *= small[own];
            i /= large[axis];
        }

        return source;
    }
}
