namespace Ballast.Lab;

/// <summary>What <c>study.json</c> in a study's folder says.</summary>
/// <param name="Definition">What is studied.</param>
/// <param name="Provenance">Where the result comes from.</param>
/// <param name="TrainImages">How many images are trained on.</param>
/// <param name="TestImages">How many images are tested on.</param>
/// <param name="HeldOut">Whether the images tested on were taken from those that were to be trained on.</param>
/// <param name="Samples">What the images are.</param>
/// <param name="Chance">The accuracy of always naming the commonest class of the test images; null where it was not noted.</param>
/// <param name="Format">The version of the folder's files.</param>
public sealed record StudyRecord(
    StudyDefinition Definition, Provenance Provenance, int TrainImages, int TestImages, bool HeldOut, RunSamples Samples,
    double? Chance = null, int Format = StudyDefinition.CurrentFormat)
{
    /// <summary>Whether event files of TensorBoard are written for each trial.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public bool TensorBoard { get; init; }
}
