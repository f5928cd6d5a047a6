using Ballast.Kernels;

namespace Ballast;

/// <summary>l[n] = ln(sum over j of exp(x[n, j])) - x[n, label n]: the softmax and the negative log-likelihood in one; with
/// label smoothing e and class weights w the sum over c of t[n, c] times that loss with c for the label, where t[n, c] = e / C w[c],
/// and (1 - e) w[c] besides where c is the label. Rows with the label that is ignored have no loss and do not count.</summary>
sealed class CrossEntropyOperation : Operation
{
    readonly Buffer probabilities;
    readonly Buffer labels;
    readonly float share; // of one sample's loss in the output; 0 where every sample has its own
    readonly float smoothing;
    readonly float[]? weights;
    readonly long ignore;

    CrossEntropyOperation(Tensor x, Buffer probabilities, Tensor labels, float share, float smoothing, float[]? weights, long ignore) : base(x)
    {
        this.probabilities = probabilities.Hold();
        this.labels = labels.Memory.Hold();
        this.share = share;
        this.smoothing = smoothing;
        this.weights = weights;
        this.ignore = ignore;
        labels.Consumed = true;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">Logits [N, C].</param>
    /// <param name="labels">int64 [N], each from 0 to C - 1.</param>
    /// <param name="reduction">How the samples' losses become the output.</param>
    /// <param name="smoothing">e, the share of the target that all classes have.</param>
    /// <param name="weights">w of each class; null where all are 1.</param>
    /// <param name="ignore">The label of rows that do not count.</param>
    public static Tensor Run(Tensor x, Tensor labels, Reduction reduction, float smoothing, float[]? weights, long ignore)
    {
        if (Backend.Current is { } other)
        {
            return other.Apply("cross_entropy", [x, labels],
                ("reduction", reduction), ("smoothing", (double)smoothing), ("weights", weights), ("ignore", ignore));
        }

        int rows = x.Shape[0], classes = x.Shape[1];
        var targets = labels.AsSpan<long>();
        var probabilities = Buffer.Rent(x.Length);
        var losses = Buffer.Rent(rows);
        var each = losses.Span(rows);
        Kernels.Softmax.Compute(x.Read(), probabilities.Span(x.Length), each, rows, classes, targets, ignore);
        if (smoothing > 0 || weights is not null)
            Spread(x.Read(), targets, each, smoothing, weights, ignore);
        double sum = 0;
        foreach (float loss in each)
            sum += loss;

        double divisor = reduction.Divisor(x.Shape, Count(targets, weights, ignore));
        Shape shape = [rows];
        var values = new Values(losses);
        if (reduction != Reduction.None)
        {
            shape = Shape.Scalar;
            values = new Values(Buffer.Single(divisor == 0 ? 0 : (float)(sum / divisor)));
            losses.Release();
        }

        float share = reduction == Reduction.None || divisor == 0 ? 0 : (float)(1 / divisor);
        var result = Records(x)
            ? new CrossEntropyOperation(x, probabilities, labels, share, smoothing, weights, ignore).Produce(shape, values)
            : new Tensor(shape, values);
        probabilities.Release();
        return result;
    }

    // The loss of a class c is that of the label and the difference of their logits.
    static void Spread(ReadOnlySpan<float> x, ReadOnlySpan<long> labels, Span<float> losses, float smoothing, float[]? weights, long ignore)
    {
        int classes = x.Length / labels.Length;
        for (int n = 0; n < labels.Length; n++)
        {
            if (labels[n] == ignore)
                continue;
            var row = x.Slice(n * classes, classes);
            double likely = losses[n], spread = 0;
            for (int c = 0; smoothing > 0 && c < classes; c++)
                spread += Weight(weights, c) * (likely + ((double)row[(int)labels[n]] - row[c]));
            losses[n] = (float)((1.0 - smoothing) * Weight(weights, labels[n]) * likely + (double)smoothing / classes * spread);
        }
    }

    /// <summary>What the mean divides by: the weights of all rows that count.</summary>
    public static double Count(ReadOnlySpan<long> labels, float[]? weights, long ignore)
    {
        double sum = 0;
        foreach (long label in labels)
            sum += label == ignore ? 0 : Weight(weights, label);
        return sum;
    }

    static double Weight(float[]? weights, long label) => weights is null ? 1 : weights[label];

    /// <summary>dx[n, c] = dl[n] (p[n, c] times the sum of t[n] - t[n, c]); without smoothing and weights that is
    /// dl[n] (p[n, c] - 1 where c is the label).</summary>
    public override void Backward(Values gradient)
    {
        var incoming = gradient.Read(Output.Length);
        var dl = incoming.Span(Output.Length);
        Span<float> whole = stackalloc float[1];
        if (Output.Shape.Rank == 0)
            whole[0] = dl[0] * share;
        var dx = Buffer.Rent(First!.Length);
        CrossEntropyGradient.Compute(probabilities.Span(First.Length), labels.Span<long>(First.Shape[0]), Output.Shape.Rank == 0 ? whole : dl,
            1.0 - smoothing, smoothing / First.Shape[1], weights, ignore, dx.Span(First.Length));
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
