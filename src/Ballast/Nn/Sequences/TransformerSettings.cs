using System.Globalization;

namespace Ballast;

/// <summary>The settings of a layer of a transformer.</summary>
sealed record TransformerSettings(
    int Width, int Heads, int FeedForward, double Dropout, Func<Tensor, Tensor> Activation, double Eps, bool BatchFirst, bool NormFirst)
{
    /// <summary>The attention of such a layer.</summary>
    public MultiheadAttention Attention(Generator? generator) => new(Width, Heads, Dropout, batchFirst: BatchFirst, generator: generator);

    /// <summary>A normalization of such a layer.</summary>
    public LayerNorm Norm() => new(Width, eps: Eps);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Width}, {Heads}, dimFeedforward: {FeedForward}, dropout: {Dropout}{(BatchFirst ? ", batchFirst: true" : "")}"
            + $"{(NormFirst ? ", normFirst: true" : "")}");
}

/// <summary>The two linear layers of a layer of a transformer.</summary>
sealed class TransformerFeedForward
{
    readonly TransformerSettings settings;

    public TransformerFeedForward(TransformerSettings settings, Generator? generator)
    {
        this.settings = settings;
        First = new Linear(settings.Width, settings.FeedForward, generator: generator);
        Dropout = new Dropout(settings.Dropout);
        Second = new Linear(settings.FeedForward, settings.Width, generator: generator);
    }

    public Linear First { get; }

    public Dropout Dropout { get; }

    public Linear Second { get; }

    public Tensor Run(Tensor x) => Second.Forward(Dropout.Forward(settings.Activation(First.Forward(x))));
}
