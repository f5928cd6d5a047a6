namespace Ballast;

/// <summary>What <see cref="Dataset.Subset"/> gives: the same samples behind other indices.</summary>
sealed class DatasetSubset(Dataset source, ReadOnlySpan<int> indices) : Dataset
{
    readonly int[] indices = source.CopyIndices(indices);

    public override int Count => indices.Length;

    public override Shape SampleShape => source.SampleShape;

    public override IReadOnlyList<string> ClassNames => source.ClassNames;

    public override IReadOnlyList<string> ColumnNames => source.ColumnNames;

    public override IEnumerable<(string Path, string Sha256)> Files => source.Files;

    public override IReadOnlyList<SampleField> Inputs => source.Inputs;

    public override IReadOnlyList<SampleField> Targets => source.Targets;

    public override string SampleName(int index)
    {
        CheckIndex(index);
        return source.SampleName(indices[index]);
    }

    public override int Label(int index)
    {
        CheckIndex(index);
        return source.Label(indices[index]);
    }

    public override TensorList ReadTargets(int index)
    {
        CheckIndex(index);
        return source.ReadTargets(indices[index]);
    }

    public override Sample Get(int index)
    {
        CheckIndex(index);
        return source.Get(indices[index]);
    }

    internal override bool GivesSamples => source.GivesSamples;

    internal override bool Gathers => source.Gathers;

    internal override Batch Gather(ReadOnlySpan<int> samples)
    {
        int[] at = new int[samples.Length];
        for (int i = 0; i < at.Length; i++)
            at[i] = indices[samples[i]];
        return source.Gather(at);
    }

    public override void Read(int index, Span<float> destination)
    {
        CheckIndex(index);
        source.Read(indices[index], destination);
    }
}

/// <summary>What <see cref="ByteDataset.Subset"/> gives: a subset that still gives its bytes.</summary>
sealed class ByteSubset(ByteDataset source, ReadOnlySpan<int> indices) : ByteDataset
{
    readonly int[] indices = source.CopyIndices(indices);

    public override int Count => indices.Length;

    public override Shape SampleShape => source.SampleShape;

    public override IReadOnlyList<string> ClassNames => source.ClassNames;

    public override IEnumerable<(string Path, string Sha256)> Files => source.Files;

    public override IReadOnlyList<SampleField> Targets => source.Targets;

    public override string SampleName(int index)
    {
        CheckIndex(index);
        return source.SampleName(indices[index]);
    }

    public override int Label(int index)
    {
        CheckIndex(index);
        return source.Label(indices[index]);
    }

    public override TensorList ReadTargets(int index)
    {
        CheckIndex(index);
        return source.ReadTargets(indices[index]);
    }

    public override ReadOnlySpan<byte> Bytes(int index)
    {
        CheckIndex(index);
        return source.Bytes(indices[index]);
    }

    internal override unsafe byte* Address(int index) => source.Address(indices[index]);

    internal override Standardization? Standardization => source.Standardization;
}
