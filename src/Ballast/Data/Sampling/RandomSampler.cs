namespace Ballast;

/// <summary>Samples in random order: each once in an epoch, or drawn one by one with replacement. PyTorch:
/// <c>torch.utils.data.RandomSampler</c>, with its draws.</summary>
/// <remarks>Where the loader has no generator of its own, the seed of one is drawn from <see cref="Generator.Default"/>.</remarks>
public sealed class RandomSampler : Sampler
{
    readonly int samples;
    readonly bool replacement;

    /// <summary>Makes a sampler.</summary>
    /// <param name="samples">How many samples the dataset has.</param>
    /// <param name="replacement">Whether a sample may be drawn again.</param>
    /// <param name="count">How many samples an epoch has; as many as the dataset when null. More than there are are drawn without
    /// replacement in several rounds.</param>
    /// <exception cref="ArgumentException">A number below 1.</exception>
    public RandomSampler(int samples, bool replacement = false, int? count = null)
    {
        Throw.Unless(samples > 0, $"RandomSampler: expected a dataset with samples, got {samples}.");
        Throw.Unless(count is null or > 0, $"RandomSampler: expected 1 or more samples an epoch, got {count}.");
        this.samples = samples;
        this.replacement = replacement;
        Count = count ?? samples;
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override void Draw(Span<int> order, Generator? generator)
    {
        generator ??= new Generator(Generator.Default.RandomInt64());
        if (replacement)
        {
            foreach (ref int index in order)
                index = (int)generator.RandomInteger(0, samples);
            return;
        }

        while (order.Length >= samples)
        {
            generator.Permutation(order[..samples]);
            order = order[samples..];
        }

        if (order.Length > 0)
            generator.Permutation(samples).AsSpan(0, order.Length).CopyTo(order);
    }

    // From a generator of its own nobody sees it; from the caller's it moves what is drawn next.
    internal override void DrawUnused(Generator? generator)
    {
        if (!replacement && Count % samples == 0)
            generator?.SkipPermutation(samples);
    }
}

/// <summary>Some samples in random order, drawn straight from the generator. PyTorch:
/// <c>torch.utils.data.SubsetRandomSampler</c>.</summary>
/// <param name="indices">Which samples.</param>
public sealed class SubsetRandomSampler(params ReadOnlySpan<int> indices) : Sampler
{
    readonly int[] indices = indices.ToArray();

    /// <inheritdoc/>
    public override int Count => indices.Length;

    /// <inheritdoc/>
    public override void Draw(Span<int> order, Generator? generator)
    {
        (generator ?? Generator.Default).Permutation(order);
        foreach (ref int index in order)
            index = indices[index];
    }
}
