namespace Ballast;

/// <summary>l[n, i] = -w[t] x[n, t, i] with the label t = t[n, i]: the negative log-likelihood of logarithms of probabilities. Rows with
/// the label that is ignored have no loss and do not count.</summary>
sealed class LikelihoodOperation : Operation
{
    readonly Buffer labels;
    readonly int classes, positions;
    readonly float share; // of one loss in the output; 0 where every row has its own
    readonly float[]? weights;
    readonly long ignore;

    LikelihoodOperation(Tensor x, Tensor labels, int positions, float share, float[]? weights, long ignore) : base(x)
    {
        this.labels = labels.Memory.Hold();
        (classes, this.positions, this.share, this.weights, this.ignore) = (x.Shape[1], positions, share, weights, ignore);
        labels.Consumed = true;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, C, ...].</param>
    /// <param name="labels">int64 [N, ...], each from 0 to C - 1, or the one that is ignored.</param>
    /// <param name="reduction">How the losses become the output.</param>
    /// <param name="weights">w of each class; null where all are 1.</param>
    /// <param name="ignore">The label of rows that do not count.</param>
    public static Tensor Run(Tensor x, Tensor labels, Reduction reduction, float[]? weights, long ignore)
    {
        if (Backend.Current is { } other)
            return other.Apply("nll_loss", [x, labels], ("reduction", reduction), ("weights", weights), ("ignore", ignore));
        int rows = labels.Length, classes = x.Shape[1], positions = rows / x.Shape[0];
        var losses = Buffer.Rent(rows);
        var each = losses.Span(rows);
        var targets = labels.AsSpan<long>();
        var values = x.Read();
        double sum = 0;
        for (int n = 0; n < rows; n++)
        {
            long label = targets[n];
            each[n] = label == ignore ? 0 : -(weights?[label] ?? 1) * values[Place(n, label, classes, positions)];
            sum += each[n];
        }

        double divisor = reduction.Divisor(x.Shape, CrossEntropyOperation.Count(targets, weights, ignore));
        var shape = labels.Shape;
        var result = new Values(losses);
        if (reduction != Reduction.None)
        {
            shape = Shape.Scalar;
            result = new Values(Buffer.Single(divisor == 0 ? 0 : (float)(sum / divisor)));
            losses.Release();
        }

        float share = reduction == Reduction.None || divisor == 0 ? 0 : (float)(1 / divisor);
        return Records(x)
            ? new LikelihoodOperation(x, labels, positions, share, weights, ignore).Produce(shape, result)
            : new Tensor(shape, result);
    }

    static int Place(int row, long label, int classes, int positions) =>
        (row / positions * classes + (int)label) * positions + row % positions;

    /// <summary>dx[n, t, i] = -w[t] dl[n, i], and 0 for all other classes.</summary>
    public override void Backward(Values gradient)
    {
        var incoming = gradient.Read(Output.Length);
        var dl = incoming.Span(Output.Length);
        var dx = Buffer.Rent(First!.Length);
        var to = dx.Span(First.Length);
        to.Clear();
        bool one = Output.Shape.Rank == 0;
        var targets = labels.Span<long>(First.Length / classes);
        for (int n = 0; n < targets.Length; n++)
        {
            if (targets[n] != ignore)
                to[Place(n, targets[n], classes, positions)] = -(weights?[targets[n]] ?? 1) * (one ? dl[0] * share : dl[n]);
        }

        incoming.Release();
        Give(First, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => labels.Release();
}
