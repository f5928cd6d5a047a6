namespace Ballast.Lab;

/// <summary>Names what is in pictures, by a run's network.</summary>
public static class RunPrediction
{
    const int BatchSize = 128;

    /// <summary>Reads all pictures, makes the network, loads its state, and runs it over them.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="pictures">Picture files. They are brought to the size and colour that the network was trained on where the run's
    /// settings say how; otherwise they have to have them.</param>
    /// <param name="top">How many classes to give for each, 1 or more.</param>
    /// <param name="weights">A safetensors file of the network's state; null for the run's weights, or its checkpoint while
    /// it is not complete.</param>
    /// <param name="skipped">Told of the files that cannot be used, which are left out; null where they are refused.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>For each picture its most probable classes, the likeliest first.</returns>
    /// <exception cref="ArgumentException">A state of another network.</exception>
    /// <exception cref="InvalidOperationException">The network gives NaN, or an infinity, for a picture.</exception>
    /// <exception cref="InvalidDataException">A file that is damaged, or no picture, or one of another size or colour.
    /// </exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static IReadOnlyList<PicturePrediction> Run(
        RunFolder folder, IReadOnlyList<string> pictures, int top = 1, string? weights = null,
        Action<IReadOnlyList<BrokenPicture>>? skipped = null, CancellationToken cancellation = default)
    {
        var samples = folder.Record.TrainedOn;
        var (network, _) = RunNetwork.Load(folder, weights);
        if (skipped is not null)
            pictures = Usable(folder.Record.Settings.Pictures, pictures, skipped, cancellation);
        Picture[] read = [.. Read(folder.Record.Settings.Pictures, pictures, samples.ToShape(), cancellation)];
        var scale = folder.Record.Settings.Does.Scale?.ToStandardization();
        var results = new List<PicturePrediction>();
        foreach (var batch in read.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            var images = Picture.Stack(batch);
            foreach (var classes in Prediction.Run(network, scale is null ? images : scale.Apply(images), int.MaxValue))
                results.Add(new PicturePrediction(pictures[results.Count], Named(classes, samples, top)));
        }

        return results;
    }

    static IReadOnlyList<string> Usable(
        PictureSettings? settings, IReadOnlyList<string> pictures, Action<IReadOnlyList<BrokenPicture>> skipped, CancellationToken cancellation)
    {
        var broken = ImageFolder.Broken(pictures, (settings ?? new PictureSettings()).ToFolder(null), cancellation);
        skipped(broken);
        var paths = broken.Select(static file => file.Path).ToHashSet(StringComparer.Ordinal);
        return [.. pictures.Where(path => !paths.Contains(path))];
    }

    static IReadOnlyList<Picture> Read(
        PictureSettings? settings, IReadOnlyList<string> pictures, Shape shape, CancellationToken cancellation)
    {
        if (settings is null)
            return Picture.ReadAll(pictures, shape, cancellation);
        return ImageFolder.ReadFiles(pictures, settings.ToFolder(null) with
        {
            Channels = shape[0],
            Height = shape[1],
            Width = shape[2],
            SkipBroken = false,
        }, cancellation);
    }

    // A network may have more outputs than the data had classes. They are no classes, and take no part in the probabilities.
    static NamedPrediction[] Named(IReadOnlyList<Prediction> outputs, RunSamples samples, int top)
    {
        Prediction[] classes = [.. outputs.Where(found => found.Label < samples.ClassNames.Count)];
        float whole = classes.Length < outputs.Count ? classes.Sum(static found => found.Probability) : 1;
        return [.. classes.Take(top)
            .Select(found => new NamedPrediction(found.Label, samples.Name(found.Label), whole > 0 ? found.Probability / whole : 0))];
    }
}

/// <summary>What a network says of a picture.</summary>
/// <param name="Image">The picture's file.</param>
/// <param name="Classes">Its classes, the likeliest first.</param>
public sealed record PicturePrediction(string Image, IReadOnlyList<NamedPrediction> Classes);

/// <summary>A class that a network gives to a picture.</summary>
/// <param name="Label">The class, 0 or more.</param>
/// <param name="Name">Its name, or its number where it has none.</param>
/// <param name="Probability">How probable the network says it is, 0 to 1, among the classes of the data that it was trained on.</param>
public sealed record NamedPrediction(int Label, string Name, float Probability);
