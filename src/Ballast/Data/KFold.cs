namespace Ballast;

/// <summary>One way to divide samples: those to train on and those to test on.</summary>
/// <param name="Train">The samples to train on, rising.</param>
/// <param name="Test">The samples to test on, rising.</param>
public sealed record Fold(IReadOnlyList<int> Train, IReadOnlyList<int> Test);

/// <summary>Divides samples for cross validation: into K folds, each of which is tested on once, while the others are trained on. The
/// folds are scikit-learn's: <c>sklearn.model_selection.KFold</c> and <c>StratifiedKFold</c>, shuffled by NumPy's
/// <c>RandomState(seed)</c> where there is a seed, and <c>GroupKFold</c>.</summary>
public static class KFold
{
    /// <summary>Folds of neighbouring samples, or with a seed of samples drawn at random. scikit-learn: <c>KFold(folds,
    /// shuffle=True, random_state=seed)</c>.</summary>
    /// <param name="count">How many samples there are.</param>
    /// <param name="folds">How many folds, 2 or more.</param>
    /// <param name="seed">The seed of the shuffle; null for none.</param>
    /// <exception cref="ArgumentException">Fewer than 2 folds, or fewer samples than folds.</exception>
    public static IReadOnlyList<Fold> Split(int count, int folds, long? seed = null)
    {
        Check(count, folds);
        int[] order = [.. Enumerable.Range(0, count)];
        if (seed is { } known)
            new NumPyShuffle(known).Shuffle(order);
        int[] fold = new int[count];
        int at = 0;
        for (int k = 0; k < folds; k++)
        {
            int size = count / folds + (k < count % folds ? 1 : 0);
            for (int i = 0; i < size; i++)
                fold[order[at++]] = k;
        }

        return Collect(fold, folds);
    }

    /// <summary>Folds that have the classes in the proportion of the whole. scikit-learn: <c>StratifiedKFold</c>.</summary>
    /// <param name="labels">The samples' classes.</param>
    /// <param name="folds">How many folds, 2 or more.</param>
    /// <param name="seed">The seed of the shuffle; null for none.</param>
    /// <exception cref="ArgumentException">Fewer than 2 folds, fewer samples than folds, or a class with fewer samples than folds.
    /// </exception>
    public static IReadOnlyList<Fold> Stratified(ReadOnlySpan<int> labels, int folds, long? seed = null)
    {
        Check(labels.Length, folds);
        // Classes by when they come first, as scikit-learn numbers them.
        var numbers = new Dictionary<int, int>();
        int[] classes = new int[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            if (!numbers.TryGetValue(labels[i], out int number))
                numbers[labels[i]] = number = numbers.Count;
            classes[i] = number;
        }

        int[] sorted = [.. classes.Order()];
        int[,] share = new int[folds, numbers.Count];
        for (int i = 0; i < sorted.Length; i++)
            share[i % folds, sorted[i]]++;
        var shuffle = seed is { } known ? new NumPyShuffle(known) : null;
        int[] fold = new int[labels.Length];
        foreach (var (label, number) in numbers)
        {
            int size = classes.Count(own => own == number);
            Throw.Unless(size >= folds,
                $"KFold.Stratified: the class {label} has {size} samples. Expected one for each of the {folds} "
                    + $"folds at least: take fewer folds, or do not stratify.");
            int[] own = [.. Enumerable.Range(0, folds).SelectMany(k => Enumerable.Repeat(k, share[k, number]))];
            shuffle?.Shuffle(own);
            int next = 0;
            for (int i = 0; i < classes.Length; i++)
            {
                if (classes[i] == number)
                    fold[i] = own[next++];
            }
        }

        return Collect(fold, folds);
    }

    /// <summary>Folds of whole groups, about equally large: the largest group first, each goes into the fold that has the fewest samples so
    /// far. Nothing is drawn. scikit-learn: <c>GroupKFold</c>; of groups of one size the one with the largest number goes first.</summary>
    /// <param name="groups">The group of each sample.</param>
    /// <param name="folds">How many folds, 2 or more.</param>
    /// <exception cref="ArgumentException">Fewer than 2 folds, or fewer groups than folds.</exception>
    public static IReadOnlyList<Fold> ByGroup(ReadOnlySpan<int> groups, int folds)
    {
        Check(groups.Length, folds);
        var sizes = new SortedDictionary<int, int>();
        foreach (int group in groups)
            sizes[group] = sizes.GetValueOrDefault(group) + 1;
        Throw.Unless(sizes.Count >= folds,
            $"KFold.ByGroup: {sizes.Count} groups make no {folds} folds. Expected a group for each fold at least: take fewer folds.");
        int[] counts = new int[folds];
        var places = new Dictionary<int, int>();
        foreach (var (group, size) in sizes.Reverse().OrderByDescending(static entry => entry.Value))
        {
            int lightest = Array.IndexOf(counts, counts.Min());
            places[group] = lightest;
            counts[lightest] += size;
        }

        int[] fold = new int[groups.Length];
        for (int i = 0; i < fold.Length; i++)
            fold[i] = places[groups[i]];
        return Collect(fold, folds);
    }

    /// <summary>Folds of whole groups likewise, which names tell apart; of groups of one size the last by ordinal order goes first.</summary>
    /// <inheritdoc cref="ByGroup(ReadOnlySpan{int}, int)"/>
    public static IReadOnlyList<Fold> ByGroup(IReadOnlyList<string> groups, int folds)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var numbers = groups.Distinct().Order(StringComparer.Ordinal).Select(static (name, i) => (name, i))
            .ToDictionary(static pair => pair.name, static pair => pair.i);
        return ByGroup([.. groups.Select(name => numbers[name])], folds);
    }

    static void Check(int count, int folds)
    {
        Throw.Unless(folds >= 2, $"KFold: expected 2 folds or more, got {folds}.");
        Throw.Unless(count >= folds, $"KFold: {count} samples make no {folds} folds. Expected a sample for each fold at least.");
    }

    static Fold[] Collect(int[] fold, int folds) =>
    [
        .. Enumerable.Range(0, folds).Select(k => new Fold(
            [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] != k)], [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] == k)])),
    ];
}

/// <summary>What <c>numpy.random.RandomState(seed).shuffle</c> does to an array.</summary>
sealed class NumPyShuffle(long seed)
{
    readonly Generator engine = new(seed);

    /// <summary>Shuffles from the end, each place drawn by masking and rejecting.</summary>
    public void Shuffle(Span<int> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            uint mask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount((uint)i), drawn;
            do
                drawn = engine.Next() & mask;
            while (drawn > (uint)i);
            (values[i], values[(int)drawn]) = (values[(int)drawn], values[i]);
        }
    }
}
