using Ballast.Kernels;

namespace Ballast;

/// <summary>l = F(x, t), element by element, and the mean or the sum of it.</summary>
sealed class PointwiseLossOperation<F> : Operation
    where F : struct, IPointwiseLoss
{
    readonly Buffer values, targets;
    readonly Buffer? weights;
    readonly float share; // of one loss in the output; 0 where every value has its own

    PointwiseLossOperation(Tensor x, Tensor t, Buffer? weights, float share) : base(x)
    {
        values = x.Buffer.Hold();
        targets = t.Buffer.Hold();
        this.weights = weights?.Hold();
        this.share = share;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">The values.</param>
    /// <param name="t">The targets, of the same shape.</param>
    /// <param name="weights">What the loss is given besides for each place of the last axis; null for 1.</param>
    /// <param name="reduction">How the losses become the output.</param>
    public static Tensor Run(Tensor x, Tensor t, float[]? weights, Reduction reduction)
    {
        if (Backend.Current is { } other)
            return other.Apply(F.Name, [x, t], ("weights", weights), ("reduction", reduction));
        int length = x.Length;
        var expanded = Expand(weights, length);
        var losses = Buffer.Rent(length);
        PointwiseLosses.Loss<F>(x.Read(), t.Read(), Span(expanded, length), losses.Span(length));
        var shape = x.Shape;
        var result = new Values(losses);
        if (reduction != Reduction.None)
        {
            double sum = Elementwise.Sum(losses.Span(length));
            losses.Release();
            shape = Shape.Scalar;
            result = new Values(Buffer.Single((float)(reduction == Reduction.Mean ? sum / length : sum)));
        }

        float share = reduction switch { Reduction.Mean => 1f / length, Reduction.Sum => 1, _ => 0 };
        var output = Records(x)
            ? new PointwiseLossOperation<F>(x, t, expanded, share).Produce(shape, result)
            : new Tensor(shape, result);
        expanded?.Release();
        return output;
    }

    static Buffer? Expand(float[]? weights, int length)
    {
        if (weights is null)
            return null;
        var expanded = Buffer.Rent(length);
        for (int start = 0; start < length; start += weights.Length)
            weights.CopyTo(expanded.Span(start, weights.Length));
        return expanded;
    }

    static ReadOnlySpan<float> Span(Buffer? buffer, int length) => buffer is null ? default : buffer.Span(length);

    /// <summary>dx = dl F'(x, t).</summary>
    public override void Backward(Values gradient)
    {
        int length = First!.Length;
        var incoming = gradient.Read(Output.Length);
        var dx = Buffer.Rent(length);
        PointwiseLosses.Slope<F>(values.Span(length), targets.Span(length), Span(weights, length), dx.Span(length));
        if (share == 0)
            Elementwise.Zip<Multiply>(dx.Span(length), incoming.Span(length), dx.Span(length));
        else
            Scaling.Run(dx.Span(length), incoming.Span(1)[0] * share);
        incoming.Release();
        Give(First, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        values.Release();
        targets.Release();
        weights?.Release();
    }
}
