namespace Ballast;

/// <summary>Samples with their targets, read one at a time by index: PyTorch's map-style
/// <c>torch.utils.data.Dataset</c>. Reading from several threads at once is allowed.</summary>
/// <remarks>
/// <para>A dataset of one's own answers for the same index with the same target and the same values each time, from any thread: a
/// resumed run reads an epoch from its middle on, and a loader that reads ahead does so on a thread of its own.</para>
/// <para>Where each sample has a class, override <see cref="Label"/>. Where it has another target (a number, a mask), override
/// <see cref="Targets"/> and <see cref="ReadTargets"/> instead. What has several inputs, inputs that are no floats, or samples of different
/// shapes derives from <see cref="SampleDataset"/>; tensors in memory are a <see cref="TensorDataset"/>.</para>
/// </remarks>
public abstract class Dataset
{
    /// <summary>How many samples there are.</summary>
    public abstract int Count { get; }

    /// <summary>The shape of one sample, without a batch axis: <c>[3, 32, 32]</c>.</summary>
    public abstract Shape SampleShape { get; }

    /// <summary>The name of each class, in the order of the labels; empty where the classes have no names.</summary>
    public virtual IReadOnlyList<string> ClassNames => [];

    /// <summary>The name of each value of a sample that is one row; empty where the values have no names. Whoever shows a column calls it so.
    /// </summary>
    public virtual IReadOnlyList<string> ColumnNames { get; init; } = [];

    /// <summary>What the samples were read from, with the SHA-256 of each in lower-case hexadecimal; empty where they come
    /// from no file.</summary>
    public virtual IEnumerable<(string Path, string Sha256)> Files => [];

    /// <summary>What the inputs of a sample are: one of floats, of <see cref="SampleShape"/>, unless this is overridden.</summary>
    public virtual IReadOnlyList<SampleField> Inputs => [new SampleField("input", SampleShape)];

    /// <summary>What the targets of a sample are: one class, <see cref="Label"/>, unless this is overridden.</summary>
    public virtual IReadOnlyList<SampleField> Targets => ClassTarget;

    /// <summary>What a sample is called where somebody is shown it: its file where it has one of its own, else its number, from 1 on.</summary>
    /// <exception cref="ArgumentException">There is no such sample.</exception>
    public virtual string SampleName(int index)
    {
        CheckIndex(index);
        return $"sample {index + 1}";
    }

    /// <summary>The class of a sample, 0 or more.</summary>
    /// <exception cref="ArgumentException">There is no such sample, or the samples have no classes.</exception>
    public virtual int Label(int index)
    {
        Throw.Argument($"{GetType().Name}: the samples have no classes, their targets are {Describe(Targets)}. Override Label, or ask for "
            + "ReadTargets.");
        return 0;
    }

    /// <summary>The targets of a sample, as <see cref="Targets"/> says: its class, unless this is overridden.</summary>
    /// <exception cref="ArgumentException">There is no such sample.</exception>
    public virtual TensorList ReadTargets(int index) => Sample.Class(Label(index));

    /// <summary>A sample as tensors: its inputs and its targets.</summary>
    /// <exception cref="ArgumentException">There is no such sample.</exception>
    public virtual Sample Get(int index)
    {
        float[] values = new float[SampleShape.Length];
        Read(index, values);
        return new Sample(Tensor.From(values, SampleShape), ReadTargets(index));
    }

    /// <summary>Writes the values of a sample's first input, row-major.</summary>
    /// <param name="index">0 up to <see cref="Count"/> - 1.</param>
    /// <param name="destination">As many values as <see cref="SampleShape"/> has.</param>
    /// <exception cref="ArgumentException">There is no such sample, or the destination has another size.</exception>
    public abstract void Read(int index, Span<float> destination);

    /// <summary>The samples at these indices, in this order, as a dataset: PyTorch's
    /// <c>torch.utils.data.Subset</c>. Nothing is copied but the indices; one may occur twice.</summary>
    /// <exception cref="ArgumentException">There is no sample at one of the indices.</exception>
    public virtual Dataset Subset(params ReadOnlySpan<int> indices) => new DatasetSubset(this, indices);

    /// <summary>Divides the samples at random into parts of given sizes, as <c>torch.utils.data.random_split</c> draws them.</summary>
    /// <param name="lengths">How many samples each part has; together as many as there are.</param>
    /// <param name="generator">Where the order comes from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">Sizes that are negative, or do not sum to <see cref="Count"/>.</exception>
    public IReadOnlyList<Dataset> RandomSplit(ReadOnlySpan<int> lengths, Generator? generator = null)
    {
        long sum = 0;
        foreach (int length in lengths)
        {
            Throw.Unless(length >= 0, $"{GetType().Name}.RandomSplit: expected sizes of 0 or more, got {length}.");
            sum += length;
        }

        Throw.Unless(sum == Count, $"{GetType().Name}.RandomSplit: expected sizes that sum to the {Count} samples, got {sum}.");
        int[] order = (generator ?? Generator.Default).Permutation(Count);
        var parts = new Dataset[lengths.Length];
        int start = 0;
        for (int i = 0; i < parts.Length; start += lengths[i++])
            parts[i] = Subset(order.AsSpan(start, lengths[i]));
        return parts;
    }

    /// <summary>Divides the samples at random into parts of given shares, as <c>torch.utils.data.random_split</c> does: each share is rounded
    /// down, and what is left goes to the first parts, one sample each.</summary>
    /// <param name="shares">The share of each part, from 0 to 1; together 1.</param>
    /// <param name="generator">Where the order comes from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">Shares outside [0, 1], or that do not sum to 1.</exception>
    public IReadOnlyList<Dataset> RandomSplit(ReadOnlySpan<double> shares, Generator? generator = null)
    {
        int[] lengths = new int[shares.Length];
        double sum = 0;
        int left = Count;
        for (int i = 0; i < lengths.Length; i++)
        {
            Throw.Unless(shares[i] is >= 0 and <= 1, $"{GetType().Name}.RandomSplit: expected shares from 0 to 1, got {shares[i]}.");
            sum += shares[i];
            left -= lengths[i] = (int)Math.Floor(Count * shares[i]);
        }

        Throw.Unless(lengths.Length > 0 && Math.Abs(sum - 1) <= 1e-9,
            $"{GetType().Name}.RandomSplit: expected shares that sum to 1, got {lengths.Length} that sum to {sum}.");
        for (int i = 0; i < left; i++)
            lengths[i % lengths.Length]++;
        return RandomSplit(lengths, generator);
    }

    /// <summary>The same samples, each channel brought to a common scale when it is read. Nothing is copied.</summary>
    /// <exception cref="ArgumentException">Samples of other channels, or samples that are standardized already.</exception>
    public virtual Dataset Standardize(Standardization standardization)
    {
        CheckStandardization(standardization, this is StandardizedDataset);
        return new StandardizedDataset(this, standardization);
    }

    /// <summary>Refuses a standardization that does not fit, or another one on top.</summary>
    private protected void CheckStandardization(Standardization standardization, bool again)
    {
        ArgumentNullException.ThrowIfNull(standardization);
        Throw.Unless(!again, $"{GetType().Name}: the samples are standardized already. Do it once.");
        CheckChannels(standardization);
    }

    /// <summary>Refuses a standardization of other channels than the samples have.</summary>
    private protected virtual void CheckChannels(Standardization standardization) => standardization.Check(SampleShape);

    /// <summary>Refuses an index that no sample has.</summary>
    /// <exception cref="ArgumentException">There is no such sample.</exception>
    protected void CheckIndex(int index) =>
        Throw.Unless((uint)index < (uint)Count, $"{GetType().Name}: there is no sample {index}; there are {Count}.");

    /// <summary>Refuses a destination that is not exactly a sample's size.</summary>
    /// <exception cref="ArgumentException">It has another size.</exception>
    protected void CheckDestination(int length) =>
        Throw.Unless(length == SampleShape.Length,
            $"{GetType().Name}: a sample {SampleShape} has {SampleShape.Length} values, got room for {length}.");

    /// <summary>Whether samples come as tensors, one by one, and not as floats that are read into a batch.</summary>
    internal virtual bool GivesSamples => Inputs is not [{ ElementType: ElementType.Float32 }];

    /// <summary>Whether a batch can be copied at once, by <see cref="Gather"/>.</summary>
    internal virtual bool Gathers => false;

    /// <summary>A batch of these samples.</summary>
    internal virtual Batch Gather(ReadOnlySpan<int> samples) => Collate.Stack([.. samples.ToArray().Select(Get)]);

    /// <summary>What every dataset has that says nothing else: one class.</summary>
    static readonly IReadOnlyList<SampleField> ClassTarget = [new SampleField("target", Shape.Scalar, ElementType.Int64)];

    /// <summary>Fields as a message shows them: <c>target float32 [3]</c>.</summary>
    internal static string Describe(IReadOnlyList<SampleField> fields) => fields.Count == 0 ? "none"
        : string.Join(", ", fields.Select(static field => $"{field.Name} {field.ElementType.Name()} {field.Shape}"));

    /// <summary>The indices of a subset, copied and checked.</summary>
    internal int[] CopyIndices(ReadOnlySpan<int> indices)
    {
        foreach (int index in indices)
            CheckIndex(index);
        return indices.ToArray();
    }
}
