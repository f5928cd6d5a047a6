namespace Ballast.Lab;

/// <summary>What the batches of data show: the size of values, how many of each class, in which order.</summary>
sealed class DataVitals
{
    const int MostSamples = 512, MostFeatures = 256;

    readonly Dictionary<int, int> seen = [];
    readonly List<float[]> features = [];
    readonly List<int> labels = [];
    double sum, squares, neighbours, paired;
    long count;
    int? named;

    /// <summary>The labels of all samples that were seen, in their order.</summary>
    public List<int> Order { get; } = [];

    /// <summary>How many samples there are of each class: in the whole data where they are a <see cref="DataLoader"/>'s, else of
    /// those that were seen.</summary>
    public IReadOnlyDictionary<int, int> Classes { get; private set; } = new Dictionary<int, int>();

    /// <summary>Whether <see cref="Classes"/> counts the whole data.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>How many classes there are; null where only a part of the data is known.</summary>
    public int? ClassCount => named ?? (IsWhole ? Classes.Keys.Max() + 1 : null);

    /// <summary>The names of the classes, where they have any.</summary>
    public IReadOnlyList<string> ClassNames { get; private set; } = [];

    /// <summary>The mean of all values.</summary>
    public double Mean => sum / Math.Max(1, count);

    /// <summary>Their standard deviation.</summary>
    public double Deviation => Math.Sqrt(Math.Max(0, squares / Math.Max(1, count) - Mean * Mean));

    /// <summary>The root of the mean of their squares.</summary>
    public double RootMeanSquare => Math.Sqrt(squares / Math.Max(1, count));

    /// <summary>How much neighbours on the last axis differ, in standard deviations: what blur makes smaller and noise larger.</summary>
    public double Roughness => Deviation > 0 && paired > 0 ? Math.Sqrt(neighbours / paired) / Deviation : 0;

    /// <summary>The smallest value.</summary>
    public double Least { get; private set; } = double.PositiveInfinity;

    /// <summary>The largest value.</summary>
    public double Most { get; private set; } = double.NegativeInfinity;

    /// <summary>The accuracy of always naming the commonest class.</summary>
    public double Chance => Total == 0 ? 0 : (double)Classes.Values.Max() / Total;

    /// <summary>The cross entropy of always giving each class its share: the loss of having learned nothing.</summary>
    public double ChanceLoss => -Classes.Values.Where(static n => n > 0).Sum(n => (double)n / Total * Math.Log((double)n / Total));

    /// <summary>How probable it is that two samples drawn at random are of one class.</summary>
    public double Coincidence => Classes.Values.Sum(n => (double)n / Total * n / Total);

    int Total => Classes.Values.Sum();

    /// <summary>Counts the classes of the whole data, where each sample has one.</summary>
    public void Whole(DataLoader loader)
    {
        if (loader.Dataset.Targets is not [{ IsClass: true }])
            return;
        var counts = new Dictionary<int, int>();
        for (int i = 0; i < loader.Dataset.Count; i++)
            counts[loader.Dataset.Label(i)] = counts.GetValueOrDefault(loader.Dataset.Label(i)) + 1;
        (Classes, IsWhole, ClassNames) = (counts, true, loader.Dataset.ClassNames);
        named = ClassNames.Count > 0 ? ClassNames.Count : null;
    }

    /// <summary>Takes a batch.</summary>
    public void Take(Tensor inputs, Tensor targets)
    {
        var values = inputs.AsSpan();
        int length = values.Length / inputs.Shape[0], row = inputs.Shape[^1];
        for (int i = 0; i < values.Length; i++)
        {
            float value = values[i];
            sum += value;
            squares += (double)value * value;
            (Least, Most) = (Math.Min(Least, value), Math.Max(Most, value));
            if (inputs.Shape.Rank > 2 && i % row > 0)
            {
                double step = value - values[i - 1];
                neighbours += step * step;
                paired++;
            }
        }

        count += values.Length;
        if (targets.ElementType != ElementType.Int64 || targets.Length != inputs.Shape[0])
            return;
        var classes = targets.AsSpan<long>();
        for (int n = 0; n < targets.Length; n++)
        {
            int label = checked((int)classes[n]);
            Order.Add(label);
            seen[label] = seen.GetValueOrDefault(label) + 1;
            if (labels.Count == MostSamples)
                continue;
            int step = Math.Max(1, length / MostFeatures);
            float[] some = new float[(length + step - 1) / step];
            for (int k = 0; k < some.Length; k++)
                some[k] = values[n * length + k * step];
            features.Add(some);
            labels.Add(label);
        }

        if (!IsWhole)
            Classes = seen;
    }

    /// <summary>How often the nearest other sample is of the same class, and of how many that was counted.</summary>
    public (double Share, int Samples) NearestAgree()
    {
        int agree = 0;
        for (int i = 0; i < features.Count; i++)
        {
            double best = double.PositiveInfinity;
            int nearest = -1;
            for (int k = 0; k < features.Count; k++)
            {
                if (k == i)
                    continue;
                double distance = 0;
                for (int f = 0; f < features[i].Length && distance < best; f++)
                {
                    double d = features[i][f] - features[k][f];
                    distance += d * d;
                }

                if (distance < best)
                    (best, nearest) = (distance, k);
            }

            agree += nearest >= 0 && labels[nearest] == labels[i] ? 1 : 0;
        }

        return (features.Count < 2 ? 0 : (double)agree / features.Count, features.Count);
    }

    /// <summary>A class by its name or number.</summary>
    public string Name(int label) => label < ClassNames.Count ? $"{ClassNames[label]} ({label})" : $"{label}";
}
