namespace Ballast.Lab;

/// <summary>The images that a study trains on and tests on. Where there are none to test on, a fifth of the images is held out.
/// </summary>
public sealed class StudyData
{
    const int HeldOut = 5;

    StudyData(ByteDataset train, ByteDataset test, bool isHeldOut, IReadOnlyList<DataFile> files) =>
        (Train, Test, IsHeldOut, Files) = (train, test, isHeldOut, files);

    /// <summary>The images to train on.</summary>
    public ByteDataset Train { get; }

    /// <summary>The images to test on.</summary>
    public ByteDataset Test { get; }

    /// <summary>Whether the images to test on were taken from those to train on.</summary>
    public bool IsHeldOut { get; }

    /// <summary>The files, with their hashes.</summary>
    public IReadOnlyList<DataFile> Files { get; }

    /// <summary>The group of each image to train on, for folds of whole groups; null where none is named.</summary>
    public IReadOnlyList<string>? Groups { get; private init; }

    /// <summary>Opens the images.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="settings">Which they are: <see cref="RunSettings.Data"/> and <see cref="RunSettings.TestData"/>.</param>
    /// <param name="whole">Whether nothing is held out: a cross validation tests on parts of the images to train on.</param>
    /// <param name="group">The column of a table of pictures that names groups; null for none.</param>
    /// <param name="cancellation">Ends a download.</param>
    /// <exception cref="ArgumentException">Images of a single class, or test images of another kind.</exception>
    /// <exception cref="IOException">A file is missing and cannot be brought.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static StudyData Open(RunData source, RunSettings settings, bool whole = false, string? group = null,
        CancellationToken cancellation = default)
    {
        if (group is not null)
            settings = settings with { Pictures = (settings.Pictures ?? new PictureSettings()) with { Group = group } };
        var train = source.Train(settings, cancellation);
        var test = source.Test(settings, cancellation);
        if (test is not null)
            RunSamples.Of(train).RefuseOther(test, NamedDatasets.Title(settings.TestName));
        var data = Of(train, test ?? (whole ? train : null), NamedDatasets.Title(settings.Data));
        return new StudyData(data.Train, data.Test, data.IsHeldOut, data.Files) { Groups = source.Groups(settings, cancellation) };
    }

    /// <summary>Takes datasets of one's own.</summary>
    /// <param name="train">The images to train on.</param>
    /// <param name="test">The images to test on; null to hold a fifth of the others out.</param>
    /// <param name="name">What the images are called in a message.</param>
    /// <exception cref="ArgumentException">Images of a single class.</exception>
    public static StudyData Of(ByteDataset train, ByteDataset? test, string name = "The dataset")
    {
        RefuseOneClass(train, name);
        DataFile[] files = [.. RunData.Describe(train).Union(test is null ? [] : RunData.Describe(test))];
        if (test is not null)
            return new StudyData(train, test, false, files);
        int count = train.Count / HeldOut;
        if (count == 0)
        {
            throw new ArgumentException(
                $"{name} has {train.Count} images and nothing to test on. Expected {HeldOut} images or more, "
                    + "of which a fifth is held out, or test images: --test-data.");
        }

        return Split(train, files);
    }

    /// <summary>Holds a fifth of some images out, one at least: the same ones whatever the trials' seeds are.</summary>
    internal static StudyData Split(ByteDataset train, IReadOnlyList<DataFile>? files = null)
    {
        int count = Math.Max(1, train.Count / HeldOut);
        int[] order = new Generator(0).Permutation(train.Count);
        int[] held = [.. order.Take(count).Order()], rest = [.. order.Skip(count).Order()];
        return new StudyData(train.Subset(rest), train.Subset(held), true, files ?? []);
    }

    /// <summary>Refuses data in which there is nothing to tell apart.</summary>
    /// <exception cref="ArgumentException">All samples are of one class.</exception>
    internal static void RefuseOneClass(Dataset data, string name)
    {
        int first = data.Label(0);
        for (int i = 1; i < data.Count; i++)
        {
            if (data.Label(i) != first)
                return;
        }

        string label = first < data.ClassNames.Count ? $"{data.ClassNames[first]} ({first})" : $"{first}";
        throw new ArgumentException(
            $"{name} has images of one class only, {label}. A network has to have at least two classes to tell apart.");
    }
}
