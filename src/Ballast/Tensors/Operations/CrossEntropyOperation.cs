using Ballast.Kernels;

namespace Ballast;

/// <summary>l[n] = ln(sum over j of exp(x[n, j])) - x[n, label n]: the softmax and the negative log-likelihood in one.
/// </summary>
sealed class CrossEntropyOperation : Operation
{
    readonly Buffer probabilities;
    readonly Buffer labels;
    readonly float weight; // of one sample's loss in the output; 0 where every sample has its own

    CrossEntropyOperation(Tensor x, Buffer probabilities, Labels labels, float weight) : base(x)
    {
        this.probabilities = probabilities.Hold();
        this.labels = labels.Buffer.Hold();
        this.weight = weight;
        labels.Consumed = true;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">Logits [N, C].</param>
    /// <param name="labels">[N], each from 0 to C - 1.</param>
    /// <param name="reduction">How the samples' losses become the output.</param>
    public static Tensor Run(Tensor x, Labels labels, Reduction reduction)
    {
        int rows = x.Shape[0], classes = x.Shape[1];
        var probabilities = Buffer.Rent(x.Length);
        var losses = Buffer.Rent(rows);
        var each = losses.Span(rows);
        Softmax.Compute(x.AsSpan(), probabilities.Span(x.Length), each, rows, classes, labels.AsSpan());
        double sum = 0;
        foreach (float loss in each)
            sum += loss;

        Shape shape = [rows];
        var values = new Values(losses);
        if (reduction != Reduction.None)
        {
            shape = Shape.Scalar;
            values = new Values(Buffer.Single((float)(reduction == Reduction.Mean ? sum / rows : sum)));
            losses.Release();
        }

        float weight = reduction switch { Reduction.Mean => 1f / rows, Reduction.Sum => 1, _ => 0 };
        var result = Records(x)
            ? new CrossEntropyOperation(x, probabilities, labels, weight).Produce(shape, values)
            : new Tensor(shape, values);
        probabilities.Release();
        return result;
    }

    /// <summary>dx[n, c] = dl[n] (p[n, c] - 1 where c is the label).</summary>
    public override void Backward(Values gradient)
    {
        int rows = First!.Shape[0], classes = First.Shape[1];
        var incoming = gradient.Read(Output.Length);
        var dl = incoming.Span(Output.Length);
        var dx = Buffer.Rent(First.Length);
        var from = probabilities.Span(First.Length);
        var to = dx.Span(First.Length);
        var targets = labels.Integers(rows);
        for (int n = 0; n < rows; n++)
        {
            float scale = weight == 0 ? dl[n] : dl[0] * weight;
            for (int c = 0; c < classes; c++)
                to[n * classes + c] = from[n * classes + c] * scale;
            to[n * classes + targets[n]] -= scale;
        }

        incoming.Release();
        Give(First, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        probabilities.Release();
        labels.Release();
    }
}
