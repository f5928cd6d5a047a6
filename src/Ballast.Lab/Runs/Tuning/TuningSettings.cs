using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>How a run begins with a trained network: what becomes of its body, and of its batch normalizations.</summary>
/// <param name="From">What it begins with, as it was named: a file, a run's folder, or the name of a pretrained network.</param>
/// <param name="Body">What becomes of the body.</param>
/// <param name="Normalizations">What its batch normalizations do in training.</param>
/// <param name="BodyLearningRate">The body's learning rate; the head has <see cref="RunSettings.LearningRate"/>.</param>
public sealed record TuningSettings(
    string From, TunedBody Body = TunedBody.Frozen, NormalizationMode Normalizations = NormalizationMode.Frozen, float BodyLearningRate = 1e-4f)
{
    /// <summary>The file that the body's state is taken from when training begins; null where <see cref="Network"/> has it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Weights { get; init; }

    /// <summary>The file that has the body's structure, or the name of a pretrained network; null where <see cref="RunSettings.Layers"/> says it. A
    /// run keeps a copy of its own, <see cref="RunFolder.NetworkName"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Network { get; init; }

    /// <summary>The node behind which the network of <see cref="Network"/> is cut; null for its last product.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cut { get; init; }

    /// <summary>The most memory that what a frozen body computes is kept in, in MiB; 0 to compute it anew each time.</summary>
    public int FeatureMemory { get; init; } = (int)(FineTuning.UsualLimit >> 20);

    /// <summary>Refuses what no run has.</summary>
    /// <exception cref="ArgumentException">A setting out of range, or two that do not go together.</exception>
    internal void Check()
    {
        if (!(float.IsFinite(BodyLearningRate) && BodyLearningRate >= 0))
            throw new ArgumentException($"bodyLearningRate: expected a number of 0 or more, got {BodyLearningRate}.");
        if (FeatureMemory < 0)
            throw new ArgumentException($"featureMemory: expected 0 MiB or more, got {FeatureMemory}.");
        if (Body == TunedBody.Fresh && Normalizations != NormalizationMode.Running)
        {
            throw new ArgumentException(
                "A fresh body has no statistics to hold or to adapt: its normalizations are running. Leave the mode of normalizations out.");
        }
    }
}

/// <summary>What becomes of a trained network's body.</summary>
public enum TunedBody
{
    /// <summary>It stays as it is; the head alone learns, on what the body makes of the samples.</summary>
    Frozen,

    /// <summary>It learns too, at a rate of its own.</summary>
    Trained,

    /// <summary>Its weights are drawn anew: the same network from scratch, to see what the trained ones are worth.</summary>
    Fresh,
}
