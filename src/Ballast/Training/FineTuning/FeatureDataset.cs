namespace Ballast;

/// <summary>What a frozen body makes of the samples of a dataset, computed once and kept in memory: what a head is trained on. The targets are the
/// dataset's. <see cref="FineTuning.Keep"/> makes one.</summary>
public sealed class FeatureDataset : Dataset
{
    readonly float[][] features;

    internal FeatureDataset(Dataset source, Shape shape, float[][] features)
    {
        Source = source;
        SampleShape = shape;
        this.features = features;
    }

    /// <summary>The dataset that it was computed of.</summary>
    public Dataset Source { get; }

    /// <inheritdoc/>
    public override int Count => Source.Count;

    /// <summary>The shape of one sample's features, as the head takes them: <c>[512]</c>.</summary>
    public override Shape SampleShape { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames => Source.ClassNames;

    /// <inheritdoc/>
    public override IEnumerable<(string Path, string Sha256)> Files => Source.Files;

    /// <inheritdoc/>
    public override IReadOnlyList<SampleField> Targets => Source.Targets;

    /// <inheritdoc/>
    public override int Label(int index) => Source.Label(index);

    /// <inheritdoc/>
    public override TensorList ReadTargets(int index) => Source.ReadTargets(index);

    /// <inheritdoc/>
    public override void Read(int index, Span<float> destination)
    {
        CheckIndex(index);
        CheckDestination(destination.Length);
        features[index].CopyTo(destination);
    }
}
