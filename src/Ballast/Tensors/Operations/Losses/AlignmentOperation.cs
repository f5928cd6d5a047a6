using Ballast.Kernels;

namespace Ballast;

/// <summary>The connectionist temporal classification loss of logarithms of probabilities [T, N, C], one for each sequence: [N].</summary>
sealed class AlignmentOperation : Operation
{
    readonly Buffer values;
    readonly AlignmentBatch batch;
    readonly double[] losses;

    AlignmentOperation(Tensor x, AlignmentBatch batch, double[] losses) : base(x)
    {
        values = x.Buffer.Hold();
        (this.batch, this.losses) = (batch, losses);
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">[T, N, C].</param>
    /// <param name="batch">What each sequence is to read.</param>
    /// <param name="zeroInfinity">Whether sequences that are too short have no loss and no gradient.</param>
    public static Tensor Run(Tensor x, AlignmentBatch batch, bool zeroInfinity)
    {
        if (Backend.Current is { } other)
            return other.Apply("ctc_loss", x, ("batch", batch), ("zero_infinity", zeroInfinity));
        double[] losses = new double[batch.Samples];
        Alignments.Losses(x.Read(), batch, losses);
        var result = Buffer.Rent(losses.Length);
        var each = result.Span(losses.Length);
        for (int n = 0; n < losses.Length; n++)
            each[n] = zeroInfinity && double.IsPositiveInfinity(losses[n]) ? 0 : (float)losses[n];
        Shape shape = [batch.Samples];
        if (!Records(x))
            return new Tensor(shape, new Values(result));
        for (int n = 0; n < losses.Length; n++)
            losses[n] = zeroInfinity && double.IsPositiveInfinity(losses[n]) ? double.NaN : losses[n];
        return new AlignmentOperation(x, batch, losses).Produce(shape, new Values(result));
    }

    /// <summary>dx = dl (exp(x) - the share of the likelihood that passes there).</summary>
    public override void Backward(Values gradient)
    {
        var incoming = gradient.ReadExclusive(batch.Samples);
        var scales = incoming.Span(batch.Samples);
        for (int n = 0; n < losses.Length; n++)
            scales[n] = double.IsNaN(losses[n]) ? 0 : scales[n];
        var dx = Buffer.Rent(First!.Length);
        Alignments.Gradient(values.Span(First.Length), batch, losses, scales, dx.Span(First.Length));
        incoming.Release();
        Give(First, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => values.Release();
}
