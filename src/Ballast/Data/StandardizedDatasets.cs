namespace Ballast;

/// <summary>What <see cref="Dataset.Standardize"/> gives: the same samples on another scale.</summary>
sealed class StandardizedDataset(Dataset source, Standardization standardization) : Dataset
{
    /// <summary>The samples as they are.</summary>
    public Dataset Source => source;

    /// <summary>How they are standardized.</summary>
    public Standardization Standardization => standardization;

    public override int Count => source.Count;

    public override Shape SampleShape => source.SampleShape;

    public override IReadOnlyList<string> ClassNames => source.ClassNames;

    public override IReadOnlyList<string> ColumnNames => source.ColumnNames;

    public override IEnumerable<(string Path, string Sha256)> Files => source.Files;

    public override IReadOnlyList<SampleField> Inputs => source.Inputs;

    public override IReadOnlyList<SampleField> Targets => source.Targets;

    public override string SampleName(int index) => source.SampleName(index);

    public override int Label(int index) => source.Label(index);

    public override TensorList ReadTargets(int index) => source.ReadTargets(index);

    public override Sample Get(int index)
    {
        var sample = source.Get(index);
        float[] values = new float[sample.Inputs[0].Length];
        Read(index, values);
        Tensor[] inputs = [Tensor.From(values, sample.Inputs[0].Shape), .. sample.Inputs.Skip(1)];
        return sample with { Inputs = TensorList.Of(inputs, sample.Inputs.Names) };
    }

    internal override bool GivesSamples => source.GivesSamples;

    public override void Read(int index, Span<float> destination)
    {
        source.Read(index, destination);
        standardization.Apply(destination);
    }

    public override Dataset Subset(params ReadOnlySpan<int> indices) =>
        new StandardizedDataset(source.Subset(indices), standardization);
}

/// <summary>What <see cref="ByteDataset.Standardize"/> gives: samples that stay bytes, and are standardized when they become
/// floats.</summary>
sealed class StandardizedImages(ByteDataset source, Standardization standardization) : ByteDataset
{
    internal override Standardization? Standardization => standardization;

    public override int Count => source.Count;

    public override Shape SampleShape => source.SampleShape;

    public override IReadOnlyList<string> ClassNames => source.ClassNames;

    public override IEnumerable<(string Path, string Sha256)> Files => source.Files;

    public override IReadOnlyList<SampleField> Targets => source.Targets;

    public override string SampleName(int index) => source.SampleName(index);

    public override int Label(int index) => source.Label(index);

    public override TensorList ReadTargets(int index) => source.ReadTargets(index);

    public override ReadOnlySpan<byte> Bytes(int index) => source.Bytes(index);

    internal override unsafe byte* Address(int index) => source.Address(index);
}
