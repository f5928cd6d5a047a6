namespace Ballast;

/// <summary>Attention of a sequence to itself, then two linear layers at each place, each with dropout, a residual addition and a layer
/// normalization (Vaswani et al. 2017). PyTorch: <c>nn.TransformerEncoderLayer</c>, with its keys and initial values.</summary>
public sealed class TransformerEncoderLayer : Module
{
    readonly TransformerSettings settings;
    readonly MultiheadAttention attention;
    readonly TransformerFeedForward feedForward;
    readonly Dropout dropout1, dropout2;
    readonly LayerNorm norm1, norm2;

    /// <summary>Makes the layer and draws its weights.</summary>
    /// <param name="dModel">E: the size of the last axis of inputs and results.</param>
    /// <param name="nhead">How many heads the attention has.</param>
    /// <param name="dimFeedforward">How many units there are between the two linear layers.</param>
    /// <param name="dropout">The probability of a zero in training: in the attention's weights, between the linear layers, and before both
    /// additions.</param>
    /// <param name="activation">The function between the linear layers, such as <c>x => x.Gelu()</c>; the ReLU when null.</param>
    /// <param name="layerNormEps">What is added to variances.</param>
    /// <param name="batchFirst">Whether inputs and results are [N, T, E] instead of [T, N, E].</param>
    /// <param name="normFirst">Whether normalizations stand before the attention and the linear layers instead of after the additions.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, heads that do not divide E, or a probability outside 0 to 1.</exception>
    public TransformerEncoderLayer(
        int dModel, int nhead, int dimFeedforward = 2048, double dropout = 0.1, Func<Tensor, Tensor>? activation = null,
        double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false, Generator? generator = null)
        : this(new(dModel, nhead, dimFeedforward, dropout, activation ?? (static x => x.Relu()), layerNormEps, batchFirst, normFirst), generator)
    {
    }

    internal TransformerEncoderLayer(TransformerSettings settings, Generator? generator)
    {
        this.settings = settings;
        attention = Register("self_attn", settings.Attention(generator));
        feedForward = new(settings, generator);
        Register("linear1", feedForward.First);
        Register("dropout", feedForward.Dropout);
        Register("linear2", feedForward.Second);
        norm1 = Register("norm1", settings.Norm());
        norm2 = Register("norm2", settings.Norm());
        dropout1 = Register("dropout1", new Dropout(settings.Dropout));
        dropout2 = Register("dropout2", new Dropout(settings.Dropout));
    }

    /// <summary>A layer with the same settings and copies of the weights.</summary>
    internal TransformerEncoderLayer Copy()
    {
        TransformerEncoderLayer copy = new(settings, new Generator(0));
        copy.LoadStateDict(StateDict());
        return copy;
    }

    /// <summary>The layer without masks.</summary>
    /// <param name="input">[T, N, E], or [N, T, E] with batchFirst, or [T, E].</param>
    /// <exception cref="ArgumentException">An input of another shape.</exception>
    public override Tensor Forward(Tensor input) => Run(input, null, null);

    /// <summary>The layer with masks.</summary>
    /// <param name="src">[T, N, E], or [N, T, E] with batchFirst, or [T, E].</param>
    /// <param name="srcMask">[T, T] or [N heads, T, T]: true where a place does not see another one, or what is added; null for none.</param>
    /// <param name="srcKeyPaddingMask">[N, T]: true where a place is left out, or what is added; null for none.</param>
    /// <exception cref="ArgumentException">An input or a mask of another shape.</exception>
    public Tensor Forward(Tensor src, Tensor? srcMask, Tensor? srcKeyPaddingMask = null)
    {
        var y = Run(src, srcMask, srcKeyPaddingMask);
        Show([src], y);
        return y;
    }

    Tensor Run(Tensor x, Tensor? mask, Tensor? padding)
    {
        if (settings.NormFirst)
        {
            x += Attend(norm1.Forward(x), mask, padding);
            return x + dropout2.Forward(feedForward.Run(norm2.Forward(x)));
        }

        x = norm1.Forward(x + Attend(x, mask, padding));
        return norm2.Forward(x + dropout2.Forward(feedForward.Run(x)));
    }

    Tensor Attend(Tensor x, Tensor? mask, Tensor? padding) =>
        dropout1.Forward(attention.Forward(x, x, x, padding, needWeights: false, mask).Output);

    internal override string Title => $"TransformerEncoderLayer({settings})";
}
