using Ballast.Kernels;

namespace Ballast;

/// <summary>l = F(x, t), element by element, and the mean or the sum of it.</summary>
sealed class PointwiseLossOperation<F> : Operation
    where F : struct, IPointwiseLoss
{
    readonly F loss;
    readonly Buffer values, targets;
    readonly Buffer? weights;
    readonly float share; // of one loss in the output; 0 where every value has its own

    PointwiseLossOperation(F loss, Tensor x, Tensor t, Buffer? weights, float share) : base(x, t)
    {
        this.loss = loss;
        values = x.Buffer.Hold();
        targets = t.Buffer.Hold();
        this.weights = weights?.Hold();
        this.share = share;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="x">The values.</param>
    /// <param name="t">The targets, of the same shape.</param>
    /// <param name="weights">What the loss is given besides, of a shape that broadcasts to this one; null for 1.</param>
    /// <param name="reduction">How the losses become the output.</param>
    public static Tensor Run(F loss, Tensor x, Tensor t, Tensor? weights, Reduction reduction)
    {
        if (Backend.Current is { } other)
            return other.Apply(F.Name, [x, t, weights], [.. loss.Numbers, ("reduction", reduction)]);
        int length = x.Length;
        var w = weights is null ? null : Loops.RowMajor(weights.Expand(x.Shape.ToArray()).Operand);
        double share = reduction.Share(x.Shape, length);
        Values result;
        if (reduction == Reduction.None)
        {
            var losses = Buffer.Rent(length);
            PointwiseLosses.Loss(loss, x.Read(), t.Read(), Span(w, length), losses.Span(length));
            result = new Values(losses);
        }
        else
        {
            double sum = PointwiseLosses.Sum(loss, x.Read(), t.Read(), Span(w, length));
            result = new Values(Buffer.Single((float)(sum / reduction.Divisor(x.Shape, length))));
        }

        var shape = reduction == Reduction.None ? x.Shape : Shape.Scalar;
        var output = Records(x, t)
            ? new PointwiseLossOperation<F>(loss, x, t, w, (float)share).Produce(shape, result)
            : new Tensor(shape, result);
        w?.Release();
        return output;
    }

    static ReadOnlySpan<float> Span(Buffer? buffer, int length) => buffer is null ? default : buffer.Span(length);

    /// <summary>dx = dl F'(x, t), and dt likewise.</summary>
    public override void Backward(Values gradient)
    {
        var incoming = gradient.Read(Output.Length);
        Give(First!, incoming, byTarget: false);
        Give(Second!, incoming, byTarget: true);
        incoming.Release();
    }

    void Give(Tensor input, Buffer incoming, bool byTarget)
    {
        if (!input.RequiresGrad)
            return;
        int length = input.Length;
        var slopes = Buffer.Rent(length);
        bool each = share == 0;
        PointwiseLosses.Slope(
            loss, values.Span(length), targets.Span(length), Span(weights, length), each ? incoming.Span(length) : default,
            each ? 1 : incoming.Span(1)[0] * share, byTarget, slopes.Span(length));
        Give(input, new Values(slopes));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        values.Release();
        targets.Release();
        weights?.Release();
    }
}
