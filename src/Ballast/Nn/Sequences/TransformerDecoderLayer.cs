namespace Ballast;

/// <summary>Attention of a sequence to itself, then to an encoder's results, then two linear layers at each place, each with dropout, a residual
/// addition and a layer normalization (Vaswani et al. 2017). PyTorch: <c>nn.TransformerDecoderLayer</c>, with its keys and initial values.</summary>
public sealed class TransformerDecoderLayer : Module
{
    readonly TransformerSettings settings;
    readonly MultiheadAttention selfAttention, attention;
    readonly TransformerFeedForward feedForward;
    readonly Dropout dropout1, dropout2, dropout3;
    readonly LayerNorm norm1, norm2, norm3;

    /// <summary>Makes the layer and draws its weights.</summary>
    /// <inheritdoc cref="TransformerEncoderLayer(int, int, int, double, Func{Tensor, Tensor}, double, bool, bool, Generator)"/>
    public TransformerDecoderLayer(
        int dModel, int nhead, int dimFeedforward = 2048, double dropout = 0.1, Func<Tensor, Tensor>? activation = null,
        double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false, Generator? generator = null)
        : this(new(dModel, nhead, dimFeedforward, dropout, activation ?? (static x => x.Relu()), layerNormEps, batchFirst, normFirst), generator)
    {
    }

    internal TransformerDecoderLayer(TransformerSettings settings, Generator? generator)
    {
        this.settings = settings;
        selfAttention = Register("self_attn", settings.Attention(generator));
        attention = Register("multihead_attn", settings.Attention(generator));
        feedForward = new(settings, generator);
        Register("linear1", feedForward.First);
        Register("dropout", feedForward.Dropout);
        Register("linear2", feedForward.Second);
        norm1 = Register("norm1", settings.Norm());
        norm2 = Register("norm2", settings.Norm());
        norm3 = Register("norm3", settings.Norm());
        dropout1 = Register("dropout1", new Dropout(settings.Dropout));
        dropout2 = Register("dropout2", new Dropout(settings.Dropout));
        dropout3 = Register("dropout3", new Dropout(settings.Dropout));
    }

    /// <summary>A layer with the same settings and copies of the weights.</summary>
    internal TransformerDecoderLayer Copy()
    {
        TransformerDecoderLayer copy = new(settings, new Generator(0));
        copy.LoadStateDict(StateDict());
        return copy;
    }

    /// <summary>Refused: a decoder also reads an encoder's results.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.InvalidOperation($"{Title}: expected a target and an encoder's results. Call Forward(tgt, memory).");
        return input;
    }

    /// <summary>The layer.</summary>
    /// <param name="tgt">[T, N, E], or [N, T, E] with batchFirst, or [T, E].</param>
    /// <param name="memory">The encoder's results, [S, N, E] likewise.</param>
    /// <param name="tgtMask">[T, T] or [N heads, T, T]: true where a place does not see another one, or what is added; null for none.</param>
    /// <param name="memoryMask">[T, S] or [N heads, T, S], likewise.</param>
    /// <param name="tgtKeyPaddingMask">[N, T]: true where a place is left out, or what is added; null for none.</param>
    /// <param name="memoryKeyPaddingMask">[N, S], likewise.</param>
    /// <exception cref="ArgumentException">Inputs or masks of other shapes.</exception>
    public Tensor Forward(
        Tensor tgt, Tensor memory, Tensor? tgtMask = null, Tensor? memoryMask = null, Tensor? tgtKeyPaddingMask = null,
        Tensor? memoryKeyPaddingMask = null)
    {
        var x = tgt;
        if (settings.NormFirst)
        {
            x += dropout1.Forward(Attend(norm1.Forward(x), null, tgtMask, tgtKeyPaddingMask));
            x += dropout2.Forward(Attend(norm2.Forward(x), memory, memoryMask, memoryKeyPaddingMask));
            x += dropout3.Forward(feedForward.Run(norm3.Forward(x)));
        }
        else
        {
            x = norm1.Forward(x + dropout1.Forward(Attend(x, null, tgtMask, tgtKeyPaddingMask)));
            x = norm2.Forward(x + dropout2.Forward(Attend(x, memory, memoryMask, memoryKeyPaddingMask)));
            x = norm3.Forward(x + dropout3.Forward(feedForward.Run(x)));
        }

        Show([tgt, memory], x);
        return x;
    }

    Tensor Attend(Tensor x, Tensor? memory, Tensor? mask, Tensor? padding) =>
        (memory is null ? selfAttention : attention).Forward(x, memory ?? x, memory ?? x, padding, needWeights: false, mask).Output;

    internal override string Title => $"TransformerDecoderLayer({settings})";
}
