using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>What <c>run.json</c> says of a run: how it is made and where it comes from.</summary>
/// <param name="Kind">What is in the folder.</param>
/// <param name="Settings">How it is trained.</param>
/// <param name="Provenance">Where it comes from.</param>
/// <param name="Format">The version of the folder's files.</param>
/// <param name="Samples">What its network tells apart; null in runs of before it was kept, which are all of CIFAR-10's form.
/// </param>
public sealed record RunRecord(
    RunKind Kind, RunSettings Settings, Provenance Provenance, int Format = RunFolder.Format, RunSamples? Samples = null)
{
    /// <summary>Whether event files of TensorBoard are written beside the metrics.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TensorBoard { get; init; }

    /// <summary>How the file is read that it learns; null where it learns images.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FileSettings? File { get; init; }

    /// <summary>What its network tells apart.</summary>
    [JsonIgnore]
    public RunSamples TrainedOn => Samples ?? NamedDatasets.Cifar10.Samples;
}

/// <summary>What is in a run folder.</summary>
public enum RunKind
{
    /// <summary>One training run.</summary>
    Train,

    /// <summary>Two, in the folders <c>with</c> and <c>without</c>: with batch normalization and without.</summary>
    Compare,

    /// <summary>A cross validation of a file: a run for each fold, in the folders <c>fold-1</c>, <c>fold-2</c> and so on.</summary>
    Folds,
}
