namespace Ballast;

/// <summary>Samples drawn in proportion to a weight of each: rare classes as often as frequent ones (<see cref="Balanced"/>). PyTorch:
/// <c>torch.utils.data.WeightedRandomSampler</c>, with the draws of <c>torch.multinomial</c> in float64.</summary>
public sealed class WeightedRandomSampler : Sampler
{
    readonly double[] weights;
    readonly bool replacement;

    /// <summary>Makes a sampler.</summary>
    /// <param name="weights">A weight for each sample of the dataset, 0 or more; only their ratios matter.</param>
    /// <param name="count">How many samples an epoch has.</param>
    /// <param name="replacement">Whether a sample may be drawn again.</param>
    /// <exception cref="ArgumentException">A weight that is negative or not finite, none above 0, a count below 1, or without replacement
    /// more samples than there are with a weight above 0.</exception>
    public WeightedRandomSampler(ReadOnlySpan<double> weights, int count, bool replacement = true)
    {
        int possible = 0;
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            Throw.Unless(double.IsFinite(weights[i]) && weights[i] >= 0,
                $"WeightedRandomSampler: the weight of sample {i} is {weights[i]}. Expected a finite number of 0 or more.");
            possible += weights[i] > 0 ? 1 : 0;
            sum += weights[i];
        }

        Throw.Unless(possible > 0, $"WeightedRandomSampler: none of {weights.Length} weights is above 0. Give one at least.");
        Throw.Unless(double.IsFinite(sum), $"WeightedRandomSampler: the weights' sum overflows. Scale them down.");
        Throw.Unless(count > 0, $"WeightedRandomSampler: expected 1 or more samples an epoch, got {count}.");
        Throw.Unless(replacement || count <= possible,
            $"WeightedRandomSampler: {possible} samples have a weight above 0, {count} cannot be drawn of them without replacement. Take fewer, "
                + $"or draw with replacement.");
        this.weights = weights.ToArray();
        this.replacement = replacement;
        Count = count;
    }

    /// <summary>A sampler that draws each class as often as each other one, with replacement: a sample's weight is 1 over the size of its
    /// class.</summary>
    /// <param name="dataset">Samples with classes.</param>
    /// <param name="count">How many samples an epoch has; as many as the dataset when null.</param>
    /// <exception cref="ArgumentException">The samples have no classes, or there are none.</exception>
    public static WeightedRandomSampler Balanced(Dataset dataset, int? count = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        int[] labels = new int[dataset.Count];
        var sizes = new Dictionary<int, int>();
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = dataset.Label(i);
            sizes[labels[i]] = sizes.GetValueOrDefault(labels[i]) + 1;
        }

        return new WeightedRandomSampler([.. labels.Select(label => 1.0 / sizes[label])], count ?? labels.Length);
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override void Draw(Span<int> order, Generator? generator)
    {
        generator ??= Generator.Default;
        if (replacement)
            DrawAgain(order, generator);
        else
            DrawOnce(order, generator);
    }

    // The place of a uniform value among the sums of the weights.
    void DrawAgain(Span<int> order, Generator generator)
    {
        double[] sums = new double[weights.Length], drawn = new double[order.Length];
        Categories.Accumulate<double>(weights, sums);
        generator.Uniform(drawn);
        for (int i = 0; i < order.Length; i++)
            order[i] = Categories.Find<double>(sums, drawn[i]);
    }

    // The largest ratios of a weight and an exponential value: the first is drawn in proportion to the weights, the next among the others.
    void DrawOnce(Span<int> order, Generator generator)
    {
        double[] ratios = new double[weights.Length];
        int[] indices = new int[weights.Length];
        generator.Uniform(ratios);
        for (int i = 0; i < ratios.Length; i++)
        {
            ratios[i] = weights[i] / -Math.Log(1 - ratios[i]);
            indices[i] = i;
        }

        Array.Sort(indices, (a, b) => ratios[b].CompareTo(ratios[a]) is var by and not 0 ? by : a.CompareTo(b));
        indices.AsSpan(0, order.Length).CopyTo(order);
    }
}
