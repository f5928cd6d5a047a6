using Ballast.Kernels;

namespace Ballast;

/// <summary>The gamma and beta of a chunk: [C] each, null for 1 and 0.</summary>
readonly record struct AffinePair(Parameter? Gamma, Parameter? Beta);

/// <summary>What a batch is normalized with.</summary>
readonly ref struct NormalizationPlan
{
    /// <summary>Where the channels lie, and how many samples share statistics.</summary>
    public required ChannelChunks Chunks { get; init; }

    /// <summary>Mean and biased variance of each chunk: [Count, 2, C].</summary>
    public required ReadOnlySpan<double> Statistics { get; init; }

    /// <summary>Added to the variance.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Whether the statistics are those of x itself: the gradient goes through them too.</summary>
    public bool OfBatch { get; init; }

    /// <summary>gamma of all chunks: [C], or null.</summary>
    public Parameter? Gamma { get; init; }

    /// <summary>beta of all chunks: [C], or null.</summary>
    public Parameter? Beta { get; init; }

    /// <summary>gamma and beta of each chunk, where every one has its own.</summary>
    public AffinePair[]? Pairs { get; init; }

    /// <summary>gamma as constants nobody learns: [C], or empty.</summary>
    public ReadOnlySpan<float> FixedScales { get; init; }

    /// <summary>beta as constants nobody learns: [C], or empty.</summary>
    public ReadOnlySpan<float> FixedShifts { get; init; }

    /// <summary>r and d of batch renormalization, [2, C], constants for the gradient; empty for 1 and 0.</summary>
    public ReadOnlySpan<double> Correction { get; init; }

    /// <summary>Who shares the statistics: the workers whose samples they are of.</summary>
    public ICommunicator? Communicator { get; init; }

    /// <summary>How many values a channel has with all workers together.</summary>
    public double Count { get; init; }

    /// <summary>gamma of a chunk; empty for 1.</summary>
    public ReadOnlySpan<float> Scales(int chunk) => Of(Pairs is null ? Gamma : Pairs[chunk].Gamma, FixedScales);

    /// <summary>beta of a chunk; empty for 0.</summary>
    public ReadOnlySpan<float> Shifts(int chunk) => Of(Pairs is null ? Beta : Pairs[chunk].Beta, FixedShifts);

    /// <summary>Whether a gamma or beta wants its gradient.</summary>
    public bool Learns => AnyLearns(Gamma, Beta, Pairs);

    /// <inheritdoc cref="Learns"/>
    public static bool AnyLearns(Parameter? gamma, Parameter? beta, AffinePair[]? pairs)
    {
        bool learns = gamma is { RequiresGrad: true } || beta is { RequiresGrad: true };
        if (pairs is not null)
        {
            foreach (var pair in pairs)
                learns |= pair.Gamma is { RequiresGrad: true } || pair.Beta is { RequiresGrad: true };
        }

        return learns;
    }

    static ReadOnlySpan<float> Of(Parameter? parameter, ReadOnlySpan<float> otherwise) =>
        parameter is null ? otherwise : parameter.AsSpan();

    /// <summary>The normalization, described: x and, if there are any, gamma and beta of each chunk.</summary>
    public Node Describe(Tensor x)
    {
        int chunks = Chunks.Count;
        List<Tensor?> inputs = [x];
        for (int chunk = 0; chunk < (Pairs is null ? 1 : chunks); chunk++)
        {
            inputs.Add(FixedScales.IsEmpty ? Pairs is null ? Gamma : Pairs[chunk].Gamma : Tensor.From(FixedScales, [FixedScales.Length]));
            inputs.Add(FixedShifts.IsEmpty ? Pairs is null ? Beta : Pairs[chunk].Beta : Tensor.From(FixedShifts, [FixedShifts.Length]));
        }

        return new Node("batch_norm", inputs.ToArray(),
            [("chunks", chunks), ("statistics", OfBatch && Communicator is null ? null : Statistics.ToArray()), ("eps", Epsilon),
            ("of_batch", OfBatch), ("correction", Correction.IsEmpty ? null : Correction.ToArray()),
            ("communicator", Communicator), ("count", Count)]);
    }
}
