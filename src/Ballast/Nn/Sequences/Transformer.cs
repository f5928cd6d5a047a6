namespace Ballast;

/// <summary>Encoder and decoder (Vaswani et al. 2017). PyTorch: <c>nn.Transformer</c>, with its keys and initial values.</summary>
public sealed class Transformer : Module
{
    readonly TransformerEncoder encoder;
    readonly TransformerDecoder decoder;

    /// <summary>Makes both and draws their weights.</summary>
    /// <param name="dModel">E: the size of the last axis of inputs and results.</param>
    /// <param name="nhead">How many heads each attention has.</param>
    /// <param name="numEncoderLayers">How many layers the encoder has.</param>
    /// <param name="numDecoderLayers">How many layers the decoder has.</param>
    /// <param name="dimFeedforward">How many units there are between the two linear layers of a layer.</param>
    /// <param name="dropout">The probability of a zero in training.</param>
    /// <param name="activation">The function between the linear layers; the ReLU when null.</param>
    /// <param name="layerNormEps">What is added to variances.</param>
    /// <param name="batchFirst">Whether inputs and results are [N, T, E] instead of [T, N, E].</param>
    /// <param name="normFirst">Whether normalizations stand before what they belong to instead of after the additions.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, heads that do not divide E, or a probability outside 0 to 1.</exception>
    public Transformer(
        int dModel = 512, int nhead = 8, int numEncoderLayers = 6, int numDecoderLayers = 6, int dimFeedforward = 2048, double dropout = 0.1,
        Func<Tensor, Tensor>? activation = null, double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false,
        Generator? generator = null)
    {
        TransformerSettings settings = new(
            dModel, nhead, dimFeedforward, dropout, activation ?? (static x => x.Relu()), layerNormEps, batchFirst, normFirst);
        encoder = Register("encoder", new TransformerEncoder(new(settings, generator), numEncoderLayers, settings.Norm()));
        decoder = Register("decoder", new TransformerDecoder(new(settings, generator), numDecoderLayers, settings.Norm()));
        foreach (var parameter in Parameters())
            MultiheadAttention.DrawXavier(parameter.Shape.Rank > 1 ? parameter : null, generator);
    }

    /// <summary>Refused: a transformer reads two sequences.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.InvalidOperation($"{Title}: expected a source and a target. Call Forward(src, tgt).");
        return input;
    }

    /// <summary>The decoder's results for a target, with the encoder's of a source.</summary>
    /// <param name="src">[S, N, E], or [N, S, E] with batchFirst, or [S, E].</param>
    /// <param name="tgt">[T, N, E], likewise.</param>
    /// <param name="srcMask">[S, S] or [N heads, S, S]: true where a place does not see another one, or what is added; null for none.</param>
    /// <param name="tgtMask">[T, T] or [N heads, T, T], likewise; see <see cref="GenerateSquareSubsequentMask"/>.</param>
    /// <param name="memoryMask">[T, S] or [N heads, T, S], likewise.</param>
    /// <param name="srcKeyPaddingMask">[N, S]: true where a place is left out, or what is added; null for none.</param>
    /// <param name="tgtKeyPaddingMask">[N, T], likewise.</param>
    /// <param name="memoryKeyPaddingMask">[N, S], likewise.</param>
    /// <returns>[T, N, E], as the target has its axes.</returns>
    /// <exception cref="ArgumentException">Inputs or masks of other shapes.</exception>
    public Tensor Forward(
        Tensor src, Tensor tgt, Tensor? srcMask = null, Tensor? tgtMask = null, Tensor? memoryMask = null, Tensor? srcKeyPaddingMask = null,
        Tensor? tgtKeyPaddingMask = null, Tensor? memoryKeyPaddingMask = null) =>
        decoder.Forward(tgt, encoder.Forward(src, srcMask, srcKeyPaddingMask), tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask);

    /// <summary>A mask [size, size] by which each place sees itself and those before it: minus infinity after the diagonal, 0 elsewhere.</summary>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public static Tensor GenerateSquareSubsequentMask(int size)
    {
        Throw.Unless(size > 0, $"GenerateSquareSubsequentMask: expected a size of at least 1, got {size}.");
        return Tensor.Full([size, size], float.NegativeInfinity).Triu(1);
    }
}
