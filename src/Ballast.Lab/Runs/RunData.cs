namespace Ballast.Lab;

/// <summary>Opens the data that settings name: a dataset with a name, a file of records, or a folder of pictures.</summary>
/// <param name="options">Where named datasets are kept and how they get there.</param>
public sealed class RunData(DatasetOptions options)
{
    // A folder's pictures are decoded once, however often they are asked for.
    readonly Dictionary<(string Folder, PictureSettings? Pictures), ImageFolder> folders = [];

    /// <summary>The images to train on, checked.</summary>
    /// <exception cref="ArgumentException">Means and deviations of another number of channels.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another form.</exception>
    /// <exception cref="IOException">A file is missing and cannot be brought.</exception>
    public ByteDataset Train(RunSettings settings, CancellationToken cancellation = default) =>
        Scale(settings, Open(settings.Data ?? NamedDatasets.Cifar10.Name, settings.Pictures, static named => named.Train, cancellation));

    /// <summary>The images to test on, checked; null if the settings have none.</summary>
    /// <exception cref="ArgumentException">Means and deviations of another number of channels.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another form.</exception>
    /// <exception cref="IOException">A file is missing and cannot be brought.</exception>
    public ByteDataset? Test(RunSettings settings, CancellationToken cancellation = default) =>
        settings.TestName is not { } name ? null : Scale(settings, Open(
            name, settings.Pictures is null ? null : settings.Pictures with { Group = null }, static named => named.Test, cancellation));

    /// <summary>The group of each image to train on, by which some are held back; null where no column of groups is named.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or of another form.</exception>
    /// <exception cref="IOException">A file is missing.</exception>
    public IReadOnlyList<string>? Groups(RunSettings settings, CancellationToken cancellation = default) => settings.Pictures?.Group is null ? null
        : Open(settings.Data ?? NamedDatasets.Cifar10.Name, settings.Pictures, static named => named.Train, cancellation) is ImageFolder folder
            ? folder.Groups : null;

    /// <summary>The settings with what has to be computed of the training data: the scale of its channels.</summary>
    /// <exception cref="ArgumentException">A channel that is the same everywhere.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another form.</exception>
    /// <exception cref="IOException">A file is missing and cannot be brought.</exception>
    public RunSettings Complete(RunSettings settings, CancellationToken cancellation = default)
    {
        settings = Fit(settings, cancellation);
        if (settings.Tuning is { Network: null })
        {
            int classes = Train(settings with { Methods = null }, cancellation).ClassNames.Count;
            settings = settings with { Layers = RunTuning.WithHead(settings.Layers, classes) };
        }

        if (settings.Methods is not { Scale.Mean.Count: 0 } methods)
            return settings;
        var data = Train(settings with { Methods = methods with { Scale = null } }, cancellation);
        return settings with { Methods = methods with { Scale = ChannelScale.Of(data) } };
    }

    // What follows from a folder's pictures: their size, the network for it, how many mini-batches an epoch has.
    RunSettings Fit(RunSettings settings, CancellationToken cancellation)
    {
        if (settings.Pictures is not { } pictures || settings.Data is not { } folder || !IsPictures(folder))
            return settings;
        settings = settings with { Pictures = pictures.Of(folder, cancellation) };
        if (!pictures.FitsNetwork && !pictures.LogsEpochs)
            return settings;
        var data = Train(settings with { Methods = null }, cancellation);
        // Pictures so small that they would be moved out of sight.
        int side = Math.Min(data.SampleShape[1], data.SampleShape[2]);
        if (settings.Does is { Crop: > 0 } moved && pictures.FitsNetwork && moved.Crop > side / 8)
            settings = settings with { Methods = moved with { Crop = side / 8 } };
        // So few pictures that none would be held back.
        if (pictures is { LogsEpochs: true, Group: null } && settings.Does is { Validation: > 0, Stratified: false } does
            && Math.Round(data.Count * does.Validation) == 0)
            settings = settings with { Methods = does with { Validation = 0, KeepBest = false, Monitor = ValidationMetric.Loss } };
        if (pictures.FitsNetwork)
        {
            settings = settings with { Layers = PictureSettings.Network(data.SampleShape, data.ClassNames.Count), Model = null };
        }

        int trained = HoldOut.Trained(settings, data, Groups(settings, cancellation));
        return !pictures.LogsEpochs ? settings : settings with
        {
            LogEvery = Math.Max(1, settings.DropLast ? trained / settings.BatchSize : (trained - 1) / settings.BatchSize + 1),
        };
    }

    /// <summary>Whether a path is that of a folder, or of a table of pictures.</summary>
    public static bool IsPictures(string path) => Directory.Exists(path) || ImageFolder.IsTable(path);

    /// <summary>The files of the folders read so far that were left out, with the reasons.</summary>
    public IReadOnlyList<BrokenPicture> Skipped => [.. folders.Values.SelectMany(static folder => folder.Skipped)];

    static ByteDataset Scale(RunSettings settings, ByteDataset data)
    {
        if (settings.Does.Scale is not { } scale)
            return data;
        if (scale.Mean.Count != data.SampleShape[0])
        {
            string whose = settings.Recipe is { } recipe ? $"those of the recipe {recipe}" : "what was given";
            throw new ArgumentException(
                $"Images of shape {data.SampleShape} cannot be standardized with the means and deviations of {scale.Mean.Count} channels, {whose}. "
                + "Give --standardize, which takes them of the training images.");
        }

        return data.Standardize(scale.ToStandardization());
    }

    /// <summary>Opens the test images before training where the settings name some of their own, and refuses them if they do
    /// not fit what is trained on. (A named dataset fits itself: its test images are opened when they are needed.)
    /// </summary>
    /// <exception cref="ArgumentException">Other samples, or other classes.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another form.</exception>
    /// <exception cref="IOException">A file is missing and cannot be brought.</exception>
    public void RefuseOtherTest(RunSettings settings, Dataset train, CancellationToken cancellation = default)
    {
        if (settings.TestData is not null && Test(settings, cancellation) is { } test)
            RunSamples.Of(train).RefuseOther(test, NamedDatasets.Title(settings.TestName));
    }

    /// <summary>Refuses names that are neither a dataset's nor a file's or folder's, before any data is read.</summary>
    /// <exception cref="FileNotFoundException">There is nothing of a name.</exception>
    public static void RefuseMissing(RunSettings settings)
    {
        foreach (string? data in (string?[])[settings.Data, settings.TestData])
        {
            if (data is not null && NamedDatasets.Find(data) is null && !Path.Exists(data))
                throw Missing(data);
        }
    }

    /// <summary>What provenance says of a dataset's files.</summary>
    public static IReadOnlyList<DataFile> Describe(Dataset dataset) =>
        [.. dataset.Files.Select(static file => new DataFile(Path.GetFileName(file.Path), file.Sha256))];

    ByteDataset Open(
        string data, PictureSettings? pictures, Func<NamedDataset, Func<DatasetOptions, CancellationToken, ByteDataset>> part,
        CancellationToken cancellation)
    {
        if (NamedDatasets.Find(data) is { } named)
            return part(named)(options, cancellation);
        if (IsPictures(data))
        {
            if (!folders.TryGetValue((data, pictures), out var folder))
            {
                string cache = Path.Combine(options.CacheFolder, "pictures");
                folders[(data, pictures)] = folder = pictures is null ? new ImageFolder(data, cancellation)
                    : new ImageFolder(data, pictures.ToFolder(cache, options.PicturesProgress), cancellation);
            }

            return folder;
        }

        return File.Exists(data) ? Cifar10.FromRecords(data) : throw Missing(data);
    }

    static FileNotFoundException Missing(string data) => new(
        $"There is no file or folder {data}. Expected a folder with one subfolder of pictures for each class, a file of records, "
        + $"or a dataset's name. {Suggestion.Of(Path.GetFileName(data), NamedDatasets.All.Select(static dataset => dataset.Name))}");
}
