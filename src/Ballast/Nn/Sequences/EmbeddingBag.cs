using System.Globalization;

namespace Ballast;

/// <summary>Sum, mean or maximum of the rows of a table over bags of int64 positions: [B, L], or [n] with offsets [B], gives [B, D]. PyTorch:
/// <c>nn.EmbeddingBag</c>, with its initial values.</summary>
public sealed class EmbeddingBag : Module
{
    /// <summary>Makes the layer and draws its table: normal, with zeros in the padding's row.</summary>
    /// <param name="numEmbeddings">How many rows the table has.</param>
    /// <param name="embeddingDim">The length of a row.</param>
    /// <param name="maxNorm">What rows that are looked up are scaled to where their norm is larger; null for none.</param>
    /// <param name="normType">The p of that norm.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often its position is in the input.</param>
    /// <param name="mode">What becomes of the rows of a bag.</param>
    /// <param name="includeLastOffset">Whether offsets end with the length of the input.</param>
    /// <param name="paddingIdx">The position that is left out of its bag; one below 0 counts from the end; null for none.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, or a padding outside of the table.</exception>
    public EmbeddingBag(
        int numEmbeddings, int embeddingDim, double? maxNorm = null, double normType = 2, bool scaleGradByFreq = false,
        EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool includeLastOffset = false, int? paddingIdx = null, Generator? generator = null)
        : this(Embedding.NewTable(nameof(EmbeddingBag), numEmbeddings, embeddingDim, generator), maxNorm, normType, scaleGradByFreq, mode,
            includeLastOffset, paddingIdx)
    {
        if (PaddingIdx is { } padding)
            Weight.Mutate().Slice(padding * embeddingDim, embeddingDim).Clear();
    }

    EmbeddingBag(
        Parameter table, double? maxNorm, double normType, bool scaleGradByFreq, EmbeddingBagMode mode, bool includeLastOffset, int? paddingIdx)
    {
        PaddingIdx = Functional.Padding(nameof(EmbeddingBag), paddingIdx, table.Shape[0]);
        (MaxNorm, NormType, ScaleGradByFreq, Mode, IncludeLastOffset) = (maxNorm, normType, scaleGradByFreq, mode, includeLastOffset);
        Weight = Register("weight", table);
    }

    /// <summary>A layer whose table is a copy of one that is there. PyTorch: <c>EmbeddingBag.from_pretrained</c>.</summary>
    /// <param name="embeddings">The table, [V, D].</param>
    /// <param name="freeze">Whether it is not learned.</param>
    /// <param name="maxNorm">What rows are scaled to where their norm is larger; null for none.</param>
    /// <param name="normType">The p of that norm.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often its position is in the input.</param>
    /// <param name="mode">What becomes of the rows of a bag.</param>
    /// <param name="includeLastOffset">Whether offsets end with the length of the input.</param>
    /// <param name="paddingIdx">The position that is left out of its bag; null for none.</param>
    /// <exception cref="ArgumentException">Not [V, D], or a padding outside of the table.</exception>
    public static EmbeddingBag FromPretrained(
        Tensor embeddings, bool freeze = true, double? maxNorm = null, double normType = 2, bool scaleGradByFreq = false,
        EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool includeLastOffset = false, int? paddingIdx = null)
    {
        Throw.Unless(embeddings.Shape.Rank == 2, $"EmbeddingBag.FromPretrained: expected a table [V, D], got {embeddings.Shape}.");
        return new EmbeddingBag(
            new Parameter(embeddings) { Frozen = freeze }, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset, paddingIdx);
    }

    /// <summary>The table: [V, D].</summary>
    public Parameter Weight { get; }

    /// <summary>How many rows the table has.</summary>
    public int NumEmbeddings => Weight.Shape[0];

    /// <summary>The length of a row.</summary>
    public int EmbeddingDim => Weight.Shape[1];

    /// <summary>What rows are scaled to where their norm is larger; null for none.</summary>
    public double? MaxNorm { get; }

    /// <summary>The p of that norm.</summary>
    public double NormType { get; }

    /// <summary>Whether a row's gradient is divided by how often its position is in the input.</summary>
    public bool ScaleGradByFreq { get; }

    /// <summary>What becomes of the rows of a bag.</summary>
    public EmbeddingBagMode Mode { get; }

    /// <summary>Whether offsets end with the length of the input.</summary>
    public bool IncludeLastOffset { get; }

    /// <summary>The position that is left out of its bag; null for none.</summary>
    public int? PaddingIdx { get; }

    /// <summary>The bags of positions [B, L], of which each row is one.</summary>
    /// <exception cref="ArgumentException">Not int64 [B, L], or positions outside of the table.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <summary>The bags of positions [B, L], or of [n] with offsets.</summary>
    /// <param name="input">Positions, int64.</param>
    /// <param name="offsets">Where each bag begins in an input [n], int64 [B]; null for an input [B, L].</param>
    /// <param name="perSampleWeights">A factor for each position, with <see cref="EmbeddingBagMode.Sum"/>; null for none.</param>
    /// <exception cref="ArgumentException">Positions that are not int64 or are outside of the table, or offsets or factors that do not go with
    /// them.</exception>
    public Tensor Forward(Tensor input, Tensor? offsets, Tensor? perSampleWeights = null) => Functional.EmbeddingBag(
        input, Weight, offsets, MaxNorm, NormType, ScaleGradByFreq, Mode, perSampleWeights, IncludeLastOffset, PaddingIdx);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"{NumEmbeddings}, {EmbeddingDim}"
        + (MaxNorm is { } largest ? $", max_norm={PythonText.Of(largest)}" : "") + (NormType == 2 ? "" : $", norm_type={PythonText.Of(NormType)}")
        + (ScaleGradByFreq ? ", scale_grad_by_freq=True" : "") + $", mode={PythonText.Of(Mode)}"
        + (PaddingIdx is { } padding ? $", padding_idx={padding}" : "");

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output) => 0;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"EmbeddingBag({NumEmbeddings}, {EmbeddingDim}, mode: {Mode})");
}
