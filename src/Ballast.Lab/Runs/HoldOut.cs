using System.Globalization;

namespace Ballast.Lab;

/// <summary>Divides a run's images: those that are trained on, and the share that is held back and looked at after each epoch.</summary>
static class HoldOut
{
    /// <summary>Divides them: at random as PyTorch's <c>random_split</c> does, each class in its share, or by whole groups.</summary>
    /// <param name="settings">The share, how it is drawn, and the seed.</param>
    /// <param name="data">The images.</param>
    /// <param name="groups">The group of each image; null where none is named.</param>
    /// <exception cref="ArgumentException">A share that leaves nothing on one side, or a class without an image where one is needed.</exception>
    public static (ByteDataset Train, ByteDataset? Held) Split(RunSettings settings, ByteDataset data, IReadOnlyList<string>? groups)
    {
        if (settings.Does.Validation == 0)
            return (data, null);
        var (train, held) = Indices(settings, data, groups);
        return (data.Subset(train), data.Subset(held));
    }

    /// <summary>How many images are trained on.</summary>
    /// <inheritdoc cref="Split"/>
    public static int Trained(RunSettings settings, ByteDataset data, IReadOnlyList<string>? groups) => settings.Does.Validation == 0 ? data.Count
        : IsRandom(settings) ? data.Count - Count(settings, data)
        : Indices(settings, data, groups).Train.Length;

    /// <summary>Refuses a validation that has nothing to look at.</summary>
    /// <exception cref="ArgumentException">A share out of range, neither images held back nor test images, or a way to draw a share of none.
    /// </exception>
    public static void Refuse(RunSettings settings)
    {
        if (settings.Does.Validation != 0)
            RefuseShare(settings.Does.Validation);
        else if (!IsRandom(settings))
            throw new ArgumentException("There is no validation share to draw by class or by group. Give one, such as 0.2.");
        else if (settings.Does.IsValidated && !settings.IsTested)
            throw new ArgumentException(
                "There is nothing to look at after each epoch. Hold a share of the training data back for validation, or name test images.");
        if (settings is { Does.Stratified: true, Pictures.Group: not null })
            throw new ArgumentException("Pictures are held out in one way: each class in its share, or whole groups. Choose one.");
    }

    /// <summary>The classes that some images have none of.</summary>
    public static IReadOnlyList<string> Lacking(Dataset images)
    {
        var there = Enumerable.Range(0, images.Count).Select(images.Label).ToHashSet();
        return [.. images.ClassNames.Where((_, label) => !there.Contains(label))];
    }

    static bool IsRandom(RunSettings settings) => !settings.Does.Stratified && settings.Pictures?.Group is null;

    static int Count(RunSettings settings, Dataset data) => (int)Math.Round(data.Count * settings.Does.Validation);

    static (int[] Train, int[] Held) Indices(RunSettings settings, Dataset data, IReadOnlyList<string>? groups)
    {
        double share = settings.Does.Validation;
        RefuseShare(share);
        if (settings.Pictures?.Group is { } column)
            return ByGroup(column, settings, data, groups ?? throw new ArgumentException($"Expected the {column} of each image, got none."));
        if (settings.Does.Stratified)
            return ByClass(settings, data);
        int held = Count(settings, data);
        if (held == 0 || held == data.Count)
            throw new ArgumentException(
                $"A validation share of {share} of {data.Count} images leaves none on one side. Choose one between 0 and 1, such as 0.1.");
        int[] order = Generator.Default.Permutation(data.Count);
        return (order[..^held], order[^held..]);
    }

    static (int[] Train, int[] Held) ByClass(RunSettings settings, Dataset data)
    {
        double share = settings.Does.Validation;
        int[] labels = [.. Enumerable.Range(0, data.Count).Select(data.Label)];
        var parts = DataSplit.Stratified(labels, [1 - share, share], settings.Seed);
        HashSet<int>[] seen = [.. parts.Select(part => part.Select(i => labels[i]).ToHashSet())];
        string[] few = [.. labels.CountBy(static label => label).Where(own => seen.Any(classes => !classes.Contains(own.Key)))
            .OrderBy(static own => own.Key).Select(own => $"{Name(data, own.Key)} has {own.Value}")];
        if (few.Length > 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Too few images of a class for a validation share of {share}: {Listed(few)}. Each class needs one to train on and one to hold "
                    + $"out. Add images, choose another share, or do not stratify."));
        }

        return (parts[0], parts[1]);
    }

    static (int[] Train, int[] Held) ByGroup(string column, RunSettings settings, Dataset data, IReadOnlyList<string> groups)
    {
        double share = settings.Does.Validation;
        if (groups.All(name => name == groups[0]))
            throw new ArgumentException($"All images have the {column} {groups[0]}. Expected two different ones: one to train on, one to hold out.");
        var parts = DataSplit.ByGroup(groups, [1 - share, share], settings.Seed);
        if (Lacking(data.Subset(parts[0])) is { Count: > 0 } unseen)
        {
            string[] where = [.. unseen.Select(name => $"{name} ({Listed([.. parts[1].Where(i => Name(data, data.Label(i)) == name)
                .Select(i => groups[i]).Distinct()])})")];
            throw new ArgumentException(
                $"Holding out whole groups by {column} leaves no image to train on of {Listed(where)}. Add images of other groups, or choose another "
                    + "share or seed.");
        }

        return (parts[0], parts[1]);
    }

    static string Name(Dataset data, int label) => label < data.ClassNames.Count ? data.ClassNames[label] : $"{label}";

    static string Listed(string[] words)
    {
        const int most = 10;
        string more = words.Length > most ? $", and {words.Length - most} more" : "";
        return $"{string.Join(", ", words.Take(most))}{more}";
    }

    static void RefuseShare(double share)
    {
        if (share is not (> 0 and < 1))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"A validation share of {share} leaves none on one side. Choose one between 0 and 1, such as 0.1."));
        }
    }
}
