using System.Collections;

namespace Ballast;

/// <summary>Goes through a dataset in batches, in PyTorch's order for the same seed. Each <c>foreach</c> over it is one epoch.
/// PyTorch: <c>torch.utils.data.DataLoader</c>.</summary>
/// <remarks>
/// At the start of each epoch two words are drawn from the generator, shuffled or not (PyTorch's base seed); a shuffled
/// epoch then draws the seed of its permutation from <see cref="Generator.Default"/>, or the permutation itself from a
/// generator of its own, and at its end from that one another permutation, which is not used. A batch that was trained on is
/// taken back when the next one is asked for; to keep one, keep
/// <c>batch.Inputs.Detach()</c>.
/// </remarks>
public sealed partial class DataLoader : IEnumerable<Batch>
{
    int[]? spare; // the order of an epoch that is over, to be written over by the next

    /// <summary>Makes a loader.</summary>
    /// <param name="dataset">The samples.</param>
    /// <param name="batchSize">How many samples a batch has; the last one has what is left.</param>
    /// <param name="shuffle">Whether each epoch takes the samples in a new random order.</param>
    /// <param name="dropLast">Whether a last, smaller batch is left out.</param>
    /// <param name="generator">Where the order comes from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="prefetch">How many batches a thread of the loader's own prepares ahead; 0 prepares each when it is asked
    /// for, which is quicker for images in memory. The batches are the same.</param>
    /// <param name="transforms">What is done to each image on its way into a batch, in this order; null for nothing. They draw
    /// nothing from <paramref name="generator"/> but follow from the epoch's base seed, so the order is the same with and
    /// without them.</param>
    /// <param name="sampleTransforms">What is done to each sample behind those, targets and all (<see cref="ImageAndMask"/>); null for
    /// nothing.</param>
    /// <param name="batchTransforms">What is done to each batch at the end (<see cref="Mixup"/>, <see cref="CutMix"/>); null for
    /// nothing.</param>
    /// <param name="collate">Makes a batch of samples; null for <see cref="Collate.Stack"/>. PyTorch: <c>collate_fn</c>.</param>
    /// <param name="sampler">Which samples an epoch takes, in which order, in place of <paramref name="shuffle"/>; null for each once.</param>
    /// <exception cref="ArgumentException">An empty dataset, a batch size below 1, a negative prefetch, samples that a
    /// transform does not take, or both a sampler and <paramref name="shuffle"/>.</exception>
    public DataLoader(
        Dataset dataset, int batchSize = 1, bool shuffle = false, bool dropLast = false, Generator? generator = null,
        int prefetch = 0, IReadOnlyList<ImageTransform>? transforms = null, IReadOnlyList<SampleTransform>? sampleTransforms = null,
        IReadOnlyList<BatchTransform>? batchTransforms = null, Func<IReadOnlyList<Sample>, Batch>? collate = null, Sampler? sampler = null)
    {
        Throw.Unless(dataset.Count > 0, $"DataLoader: the dataset has no samples.");
        Throw.Unless(batchSize > 0, $"DataLoader: expected a batch size of at least 1, got {batchSize}.");
        Throw.Unless(prefetch >= 0, $"DataLoader: expected to prefetch 0 or more batches, got {prefetch}.");
        Throw.Unless(sampler is null || !shuffle, $"DataLoader: a sampler gives the order, which cannot be shuffled too. Leave out shuffle.");
        Throw.Unless(sampler is null or { Count: > 0 }, $"DataLoader: the sampler takes no samples.");
        Sampler = shuffle ? new RandomSampler(dataset.Count) : sampler;
        SampleCount = Sampler?.Count ?? dataset.Count;
        Throw.Unless(!dropLast || SampleCount >= batchSize,
            $"DataLoader: {SampleCount} samples make no batch of {batchSize}, and the last, smaller one is dropped.");
        Dataset = dataset;
        BatchSize = batchSize;
        Shuffle = shuffle;
        DropLast = dropLast;
        Generator = generator;
        Prefetch = prefetch;
        Transforms = transforms is null ? [] : [.. transforms];
        SampleTransforms = sampleTransforms is null ? [] : [.. sampleTransforms];
        BatchTransforms = batchTransforms is null ? [] : [.. batchTransforms];
        CollateFunction = collate;
        HasClasses = dataset.Targets is [{ IsClass: true }];
        TakesSamples = dataset.GivesSamples || collate is not null || SampleTransforms.Count > 0;
        Gathers = dataset.Gathers && collate is null && SampleTransforms.Count + Transforms.Count == 0;
        Throw.Unless(Transforms.Count == 0 || dataset.Inputs[0].ElementType == ElementType.Float32,
            $"DataLoader: transforms change images of floats or bytes, got samples of {Dataset.Describe(dataset.Inputs)}.");
        foreach (var transform in Transforms)
            transform.Check(dataset.SampleShape);
        foreach (var transform in SampleTransforms)
            transform.Check(dataset);
    }

    /// <summary>Goes through some samples of a dataset in a random order that is drawn straight from
    /// <see cref="Generator.Default"/>, as cross validation does. PyTorch: <c>DataLoader(dataset, batch_size,
    /// sampler=SubsetRandomSampler(indices))</c>.</summary>
    /// <param name="dataset">The samples.</param>
    /// <param name="indices">Which of them.</param>
    /// <param name="batchSize">How many samples a batch has; the last one has what is left.</param>
    /// <param name="dropLast">Whether a last, smaller batch is left out.</param>
    /// <param name="transforms">What is done to each image on its way into a batch, in this order; null for nothing.</param>
    /// <exception cref="ArgumentException">No indices, one that no sample has, a batch size below 1, or images that a transform does
    /// not take.</exception>
    public static DataLoader OfSubset(
        Dataset dataset, ReadOnlySpan<int> indices, int batchSize = 1, bool dropLast = false, IReadOnlyList<ImageTransform>? transforms = null) =>
        new(dataset, batchSize, dropLast: dropLast, transforms: transforms, sampler: Chosen(dataset, indices));

    static SubsetRandomSampler Chosen(Dataset dataset, ReadOnlySpan<int> indices)
    {
        Throw.Unless(indices.Length > 0, $"DataLoader: the subset has no samples.");
        return new SubsetRandomSampler(dataset.CopyIndices(indices));
    }

    /// <summary>The samples.</summary>
    public Dataset Dataset { get; }

    /// <summary>Which samples an epoch takes, in which order; null for each once, as they come.</summary>
    public Sampler? Sampler { get; }

    /// <summary>How many samples an epoch has.</summary>
    public int SampleCount { get; }

    /// <summary>How many samples a batch has, but for the last.</summary>
    public int BatchSize { get; }

    /// <summary>Whether each epoch takes the samples in a new random order, each once.</summary>
    public bool Shuffle { get; }

    /// <summary>Whether a last, smaller batch is left out.</summary>
    public bool DropLast { get; }

    /// <summary>Where the order comes from; null for <see cref="Generator.Default"/>.</summary>
    public Generator? Generator { get; }

    /// <summary>How many batches are prepared ahead.</summary>
    public int Prefetch { get; }

    /// <summary>What is done to each image on its way into a batch.</summary>
    public IReadOnlyList<ImageTransform> Transforms { get; }

    /// <summary>What is done to each sample behind those.</summary>
    public IReadOnlyList<SampleTransform> SampleTransforms { get; }

    /// <summary>What is done to each batch at the end.</summary>
    public IReadOnlyList<BatchTransform> BatchTransforms { get; }

    /// <summary>Makes a batch of samples; null for <see cref="Collate.Stack"/>.</summary>
    public Func<IReadOnlyList<Sample>, Batch>? CollateFunction { get; }

    /// <summary>Whether each sample has one class and nothing else.</summary>
    internal bool HasClasses { get; }

    /// <summary>Whether batches are put together of samples, and not read at once.</summary>
    internal bool TakesSamples { get; }

    /// <summary>Whether batches are copied at once.</summary>
    internal bool Gathers { get; }

    internal bool HasTransforms => Transforms.Count + SampleTransforms.Count + BatchTransforms.Count > 0;

    /// <summary>How many epochs have been started: the number of the next, which <see cref="AlternatingFlip"/> goes by. A
    /// <see cref="Trainer"/> sets it when it takes up an epoch.</summary>
    public int EpochsStarted { get; set; }

    /// <summary>How many batches an epoch has.</summary>
    public int Count => DropLast ? SampleCount / BatchSize : (SampleCount - 1) / BatchSize + 1;

    /// <summary>How many samples the last batch of an epoch has.</summary>
    public int LastBatchSize => DropLast ? BatchSize : (SampleCount - 1) % BatchSize + 1;

    /// <summary>Starts an epoch.</summary>
    public IEnumerator<Batch> GetEnumerator() => Start(0);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Starts an epoch at a later batch: all draws are made as if the earlier ones had been taken.</summary>
    internal IEnumerator<Batch> Start(int firstBatch)
    {
        var generator = Generator ?? Generator.Default;
        long seed = generator.RandomInt64();
        var epoch = new Epoch(this, firstBatch, EpochsStarted++, seed);
        if (firstBatch > 0)
            epoch.Begin();
        return epoch;
    }

    /// <summary>Makes a batch of samples. What a function of one's own gives may be kept by whoever made it: the batch has holds of its
    /// own.</summary>
    internal Batch Put(IReadOnlyList<Sample> samples)
    {
        if (CollateFunction is null)
            return Collate.Stack(samples);
        var batch = CollateFunction(samples);
        return new Batch(batch.AllInputs.Select(static tensor => tensor.Detach()), batch.AllTargets.Select(static tensor => tensor.Detach()));
    }

    /// <summary>The first samples as a batch, without transforms; nothing is drawn.</summary>
    internal Batch Peek(int count) => Put([.. Enumerable.Range(0, count).Select(i => Dataset.Get(i % Dataset.Count))]);

    int[]? DrawOrder()
    {
        if (Sampler is null)
            return null;
        int[] order = Interlocked.Exchange(ref spare, null) ?? new int[SampleCount];
        Sampler.Draw(order, Generator);
        foreach (int index in order)
        {
            Throw.Unless((uint)index < (uint)Dataset.Count,
                $"DataLoader: {Sampler.GetType().Name} drew the sample {index}; the dataset has {Dataset.Count}.");
        }

        return order;
    }
}
