namespace Ballast.Lab;

/// <summary>What a network said of samples that have a class each.</summary>
public sealed record ClassFindings
{
    const int Bins = 10;

    readonly int[] labels, predicted;
    readonly float[] probabilities;
    readonly int[,] confusion;

    /// <summary>Counts them.</summary>
    /// <param name="names">The classes.</param>
    /// <param name="labels">The class of each sample.</param>
    /// <param name="probabilities">The probability of each class, sample by sample.</param>
    /// <exception cref="ArgumentException">Other numbers of them, or labels that are no classes.</exception>
    public ClassFindings(IReadOnlyList<string> names, IReadOnlyList<int> labels, IReadOnlyList<float> probabilities)
    {
        if (labels.Count == 0 || probabilities.Count != labels.Count * names.Count || labels.Any(label => (uint)label >= names.Count))
        {
            throw new ArgumentException($"ClassFindings: expected labels from 0 to {names.Count - 1} and {names.Count} probabilities for each, got "
                + $"{labels.Count} labels and {probabilities.Count} probabilities.");
        }

        (Names, this.labels, this.probabilities) = (names, [.. labels], [.. probabilities]);
        predicted = new int[labels.Count];
        confusion = new int[names.Count, names.Count];
        for (int i = 0; i < labels.Count; i++)
        {
            for (int c = 1; c < names.Count; c++)
                predicted[i] = Of(i, c) > Of(i, predicted[i]) ? c : predicted[i];
            confusion[labels[i], predicted[i]]++;
        }
    }

    /// <summary>Those of several networks, each of other samples of the same classes, as one.</summary>
    internal static ClassFindings Join(IReadOnlyList<ClassFindings> parts) => new(
        parts[0].Names, [.. parts.SelectMany(static part => part.labels)], [.. parts.SelectMany(static part => part.probabilities)]);

    /// <summary>The classes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>How many samples there are.</summary>
    public int Count => labels.Length;

    /// <summary>The class of a sample.</summary>
    public int Label(int sample) => labels[sample];

    /// <summary>The most probable class of a sample.</summary>
    public int Predicted(int sample) => predicted[sample];

    /// <summary>The probability of a class of a sample.</summary>
    public float Of(int sample, int label) => probabilities[sample * Names.Count + label];

    /// <summary>How many samples of a class were taken for another one.</summary>
    public int Confused(int label, int taken) => confusion[label, taken];

    /// <summary>How many samples a class has.</summary>
    public int Support(int label) => Enumerable.Range(0, Names.Count).Sum(taken => confusion[label, taken]);

    /// <summary>The share of the samples that were taken for a class that are of it; null where none were.</summary>
    public double? Precision(int label) => Share(confusion[label, label], Enumerable.Range(0, Names.Count).Sum(other => confusion[other, label]));

    /// <summary>The share of a class' samples that were taken for it; null where there are none.</summary>
    public double? Recall(int label) => Share(confusion[label, label], Support(label));

    /// <summary>The harmonic mean of both, 2 TP / (2 TP + FP + FN); null where there is nothing to take it of.</summary>
    public double? F1(int label) => Share(2 * confusion[label, label],
        Support(label) + Enumerable.Range(0, Names.Count).Sum(other => confusion[other, label]));

    /// <summary>The receiver operating characteristic of a class against all others: the share of the others and the share of its own that have at
    /// least some probability of it, from (0, 0) to (1, 1); empty where there are no others or none of its own.</summary>
    public IReadOnlyList<(double False, double True)> Roc(int label)
    {
        int own = Support(label), others = Count - own;
        if (own == 0 || others == 0)
            return [];
        List<(double, double)> points = [(0, 0)];
        int[] order = [.. Enumerable.Range(0, Count).OrderByDescending(i => Of(i, label))];
        int right = 0, wrong = 0;
        for (int at = 0; at < Count; at++)
        {
            _ = labels[order[at]] == label ? right++ : wrong++;
            // Samples of one probability come together.
            if (at + 1 == Count || Of(order[at + 1], label) < Of(order[at], label))
                points.Add(((double)wrong / others, (double)right / own));
        }

        return points;
    }

    /// <summary>The area under it: how probable it is that a sample of the class has a larger probability of it than one of the others; null where
    /// there is no such curve.</summary>
    public double? Area(int label)
    {
        var points = Roc(label);
        return points.Count == 0 ? null
            : points.Zip(points.Skip(1)).Sum(static pair => (pair.Second.False - pair.First.False) * (pair.First.True + pair.Second.True) / 2);
    }

    /// <summary>Samples by the probability of the class that the network gave them, in tenths: the mean of that probability, the share that is right,
    /// and how many they are; only tenths that have any.</summary>
    public IReadOnlyList<(double Confidence, double Accuracy, int Count)> Calibration()
    {
        var (sums, right, counts) = (new double[Bins], new int[Bins], new int[Bins]);
        for (int i = 0; i < Count; i++)
        {
            double sure = Of(i, predicted[i]);
            int bin = Math.Clamp((int)(sure * Bins), 0, Bins - 1);
            sums[bin] += sure;
            counts[bin]++;
            right[bin] += predicted[i] == labels[i] ? 1 : 0;
        }

        return [.. Enumerable.Range(0, Bins).Where(bin => counts[bin] > 0)
            .Select(bin => (sums[bin] / counts[bin], (double)right[bin] / counts[bin], counts[bin]))];
    }

    /// <summary>The expected calibration error (Guo et al. 2017): the mean difference of both, each tenth by its number of samples.</summary>
    public double CalibrationError() =>
        Calibration().Sum(bin => Math.Abs(bin.Confidence - bin.Accuracy) * bin.Count) / Count;

    /// <summary>The samples that are wrong, the surest first.</summary>
    public IEnumerable<int> Wrong() => Enumerable.Range(0, Count).Where(i => predicted[i] != labels[i]).OrderByDescending(i => Of(i, predicted[i]));

    static double? Share(int part, int whole) => whole == 0 ? null : (double)part / whole;
}
