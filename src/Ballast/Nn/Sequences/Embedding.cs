using System.Globalization;

namespace Ballast;

/// <summary>Table of vectors that are looked up by int64 positions: [...] gives [..., D]. PyTorch: <c>nn.Embedding</c>, with its initial
/// values.</summary>
public sealed class Embedding : Module, IReweighted
{
    Parameter weight;

    /// <summary>Makes the layer and draws its table: normal, with zeros in the padding's row.</summary>
    /// <param name="numEmbeddings">How many rows the table has.</param>
    /// <param name="embeddingDim">The length of a row.</param>
    /// <param name="paddingIdx">The row that starts as zeros and gathers no gradient; one below 0 counts from the end; null for none.</param>
    /// <param name="maxNorm">What rows that are looked up are scaled to where their norm is larger; null for none.</param>
    /// <param name="normType">The p of that norm.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often its position is in the input.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, or a padding outside of the table.</exception>
    public Embedding(
        int numEmbeddings, int embeddingDim, int? paddingIdx = null, double? maxNorm = null, double normType = 2,
        bool scaleGradByFreq = false, Generator? generator = null)
        : this(NewTable(nameof(Embedding), numEmbeddings, embeddingDim, generator), paddingIdx, maxNorm, normType, scaleGradByFreq)
    {
        if (PaddingIdx is { } padding)
            Weight.Mutate().Slice(padding * embeddingDim, embeddingDim).Clear();
    }

    Embedding(Parameter table, int? paddingIdx, double? maxNorm, double normType, bool scaleGradByFreq)
    {
        PaddingIdx = Functional.Padding(nameof(Embedding), paddingIdx, table.Shape[0]);
        (MaxNorm, NormType, ScaleGradByFreq) = (maxNorm, normType, scaleGradByFreq);
        weight = Register("weight", table);
    }

    /// <summary>A layer whose table is a copy of one that is there. PyTorch: <c>Embedding.from_pretrained</c>.</summary>
    /// <param name="embeddings">The table, [V, D].</param>
    /// <param name="freeze">Whether it is not learned.</param>
    /// <param name="paddingIdx">The row that gathers no gradient; its values stay.</param>
    /// <param name="maxNorm">What rows are scaled to where their norm is larger; null for none.</param>
    /// <param name="normType">The p of that norm.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often its position is in the input.</param>
    /// <exception cref="ArgumentException">Not [V, D], or a padding outside of the table.</exception>
    public static Embedding FromPretrained(
        Tensor embeddings, bool freeze = true, int? paddingIdx = null, double? maxNorm = null, double normType = 2, bool scaleGradByFreq = false)
    {
        Throw.Unless(embeddings.Shape.Rank == 2, $"Embedding.FromPretrained: expected a table [V, D], got {embeddings.Shape}.");
        return new Embedding(new Parameter(embeddings) { Frozen = freeze }, paddingIdx, maxNorm, normType, scaleGradByFreq);
    }

    /// <summary>The table: [V, D]. Setting it to another layer's parameter, such as an output layer's weight, ties the two: they learn as one,
    /// and the state has it under both names, as PyTorch's has. Make the optimizer afterwards.</summary>
    /// <exception cref="ArgumentException">A parameter of another shape.</exception>
    public Parameter Weight
    {
        get => weight;
        set => weight = Share("weight", value);
    }

    /// <summary>How many rows the table has.</summary>
    public int NumEmbeddings => Weight.Shape[0];

    /// <summary>The length of a row.</summary>
    public int EmbeddingDim => Weight.Shape[1];

    /// <summary>The row that gathers no gradient; null for none.</summary>
    public int? PaddingIdx { get; }

    /// <summary>What rows are scaled to where their norm is larger; null for none.</summary>
    public double? MaxNorm { get; }

    /// <summary>The p of that norm.</summary>
    public double NormType { get; }

    /// <summary>Whether a row's gradient is divided by how often its position is in the input.</summary>
    public bool ScaleGradByFreq { get; }

    /// <summary>The rows of the table at positions of any shape.</summary>
    /// <exception cref="ArgumentException">Positions that are not int64, or are outside of the table: the message says which and where.
    /// </exception>
    public override Tensor Forward(Tensor input) =>
        Functional.Lookup(this, input, Weight, PaddingIdx, MaxNorm, NormType, ScaleGradByFreq);

    Parameter? IReweighted.Bias => null;

    int IReweighted.OutputAxis => 0;

    bool IReweighted.ChangesWeight => MaxNorm is not null;

    Tensor IReweighted.Forward(Tensor input, Tensor weight) =>
        Functional.Lookup(this, input, weight, PaddingIdx, MaxNorm, NormType, ScaleGradByFreq);

    internal static Parameter NewTable(string name, int rows, int width, Generator? generator)
    {
        Throw.Unless(rows > 0 && width > 0, $"{name}: expected sizes of at least 1, got {rows} rows of {width} values.");
        Parameter table = new([rows, width]);
        (generator ?? Generator.Default).Normal(table.Mutate());
        return table;
    }

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"{NumEmbeddings}, {EmbeddingDim}"
        + (PaddingIdx is { } padding ? $", padding_idx={padding}" : "")
        + (MaxNorm is { } largest ? $", max_norm={PythonText.Of(largest)}" : "") + (NormType == 2 ? "" : $", norm_type={PythonText.Of(NormType)}")
        + (ScaleGradByFreq ? ", scale_grad_by_freq=True" : "");

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output) => 0;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"Embedding({NumEmbeddings}, {EmbeddingDim}{(PaddingIdx is { } padding ? $", paddingIdx: {padding}" : "")})");
}
