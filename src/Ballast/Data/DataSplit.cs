namespace Ballast;

/// <summary>Divides samples into parts of given shares: to train on, to validate and to test with. Indices of a part rise; those of all parts
/// together are each sample once. <see cref="Dataset.Subset"/> makes a dataset of a part.</summary>
/// <remarks>Shares are fractions of 1, and sum to it. For a division as <c>torch.utils.data.random_split</c> draws it there is
/// <see cref="Dataset.RandomSplit(ReadOnlySpan{double}, Generator)"/>; for cross validation <see cref="KFold"/>.</remarks>
public static class DataSplit
{
    // Fractions that people write, such as 0.7, 0.2 and 0.1, sum to 1 but for roundings.
    const double Tolerance = 1e-9;

    /// <summary>Parts in which the classes have the proportions of the whole: of each class a part has its share, rounded down or up. Where
    /// that leaves a choice, the part takes a sample that has fewest of its share of all.</summary>
    /// <param name="labels">The class of each sample.</param>
    /// <param name="shares">The share of each part.</param>
    /// <param name="seed">The seed by which the samples of a class are taken.</param>
    /// <exception cref="ArgumentException">No labels, or shares that are not above 0 or do not sum to 1.</exception>
    public static IReadOnlyList<int[]> Stratified(ReadOnlySpan<int> labels, ReadOnlySpan<double> shares, long seed = 0)
    {
        Check(labels.Length, shares);
        var generator = new Generator(seed);
        double[] due = shares.ToArray(), missing = new double[shares.Length];
        int[] part = new int[labels.Length];
        foreach (var own in Members(labels))
        {
            int[] counts = Counts(due, own.Count, missing);
            int[] order = generator.Permutation(own.Count);
            int next = 0;
            for (int k = 0; k < counts.Length; k++)
            {
                foreach (int i in order.AsSpan(next, counts[k]))
                    part[own[i]] = k;
                next += counts[k];
            }
        }

        return Collect(part, due.Length);
    }

    /// <summary>Parts that have no group in common: pictures of one patient, rows of one customer. Groups are taken in random order, each by
    /// the part that lacks most samples of its share.</summary>
    /// <param name="groups">The group of each sample.</param>
    /// <param name="shares">The share of each part.</param>
    /// <param name="seed">The seed of the order in which groups are taken.</param>
    /// <exception cref="ArgumentException">No groups, fewer than there are parts, or shares that are not above 0 or do not sum to 1.</exception>
    public static IReadOnlyList<int[]> ByGroup(ReadOnlySpan<int> groups, ReadOnlySpan<double> shares, long seed = 0)
    {
        Check(groups.Length, shares);
        var members = Members(groups);
        Throw.Unless(members.Count >= shares.Length,
            $"DataSplit.ByGroup: {members.Count} groups make no {shares.Length} parts. Expected one group for each part at least.");
        var missing = new double[shares.Length];
        for (int k = 0; k < missing.Length; k++)
            missing[k] = shares[k] * groups.Length;
        var empty = Enumerable.Range(0, shares.Length).ToHashSet();
        int[] part = new int[groups.Length], order = new Generator(seed).Permutation(members.Count);
        for (int i = 0; i < order.Length; i++)
        {
            // The last groups go to parts that have none.
            IEnumerable<int> open = members.Count - i <= empty.Count ? empty : Enumerable.Range(0, missing.Length);
            int best = open.MaxBy(k => missing[k]);
            empty.Remove(best);
            missing[best] -= members[order[i]].Count;
            foreach (int sample in members[order[i]])
                part[sample] = best;
        }

        return Collect(part, missing.Length);
    }

    /// <summary>Parts that have no group in common, of groups that have names.</summary>
    /// <inheritdoc cref="ByGroup(ReadOnlySpan{int}, ReadOnlySpan{double}, long)"/>
    public static IReadOnlyList<int[]> ByGroup(IReadOnlyList<string> groups, ReadOnlySpan<double> shares, long seed = 0)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        int[] known = [.. groups.Select(name => numbers.TryGetValue(name, out int number) ? number : numbers[name] = numbers.Count)];
        return ByGroup(known.AsSpan(), shares, seed);
    }

    /// <summary>Parts that follow one another: of samples in the order of time, the last ones to test with.</summary>
    /// <param name="count">How many samples there are.</param>
    /// <param name="shares">The share of each part.</param>
    /// <exception cref="ArgumentException">No samples, or shares that are not above 0 or do not sum to 1.</exception>
    public static IReadOnlyList<int[]> ByOrder(int count, ReadOnlySpan<double> shares)
    {
        Check(count, shares);
        var parts = new int[shares.Length][];
        double sum = 0;
        int start = 0;
        for (int k = 0; k < parts.Length; k++)
        {
            sum += shares[k];
            int end = k == parts.Length - 1 ? count : (int)Math.Round(sum * count);
            parts[k] = [.. Enumerable.Range(start, end - start)];
            start = end;
        }

        return parts;
    }

    static void Check(int count, ReadOnlySpan<double> shares)
    {
        Throw.Unless(count > 0, $"DataSplit: there are no samples.");
        double sum = 0;
        foreach (double share in shares)
        {
            Throw.Unless(share > 0, $"DataSplit: expected shares above 0, got {share}.");
            sum += share;
        }

        Throw.Unless(Math.Abs(sum - 1) <= Tolerance, $"DataSplit: expected shares that sum to 1, got {shares.Length} that sum to {sum}.");
    }

    // How many samples of a class each part gets. What is missing of its share of all samples goes on to the next class.
    static int[] Counts(double[] due, int size, double[] missing)
    {
        int[] counts = new int[due.Length];
        for (int k = 0; k < counts.Length; k++)
        {
            counts[k] = (int)Math.Floor((due[k] * size) + Tolerance);
            missing[k] += (due[k] * size) - counts[k];
        }

        var broken = Enumerable.Range(0, due.Length).Where(k => (due[k] * size) - counts[k] > Tolerance).OrderByDescending(k => missing[k]);
        foreach (int k in broken.Take(size - counts.Sum()).ToArray())
        {
            counts[k]++;
            missing[k]--;
        }

        return counts;
    }

    // The samples of each class or group, by where it comes first.
    static List<List<int>> Members(ReadOnlySpan<int> labels)
    {
        var places = new Dictionary<int, int>();
        List<List<int>> members = [];
        for (int i = 0; i < labels.Length; i++)
        {
            if (!places.TryGetValue(labels[i], out int place))
            {
                places[labels[i]] = place = members.Count;
                members.Add([]);
            }

            members[place].Add(i);
        }

        return members;
    }

    static int[][] Collect(int[] part, int parts) =>
        [.. Enumerable.Range(0, parts).Select(k => Enumerable.Range(0, part.Length).Where(i => part[i] == k).ToArray())];
}
