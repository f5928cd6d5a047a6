namespace Ballast.Lab;

/// <summary>Opens the data that settings name.</summary>
/// <param name="cifar">Where CIFAR-10 is kept and how it gets there.</param>
public sealed class RunData(Cifar10Options cifar)
{
    /// <summary>The images to train on, checked.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="IOException">A file is missing and cannot be brought.</exception>
    public Cifar10 Train(RunSettings settings, CancellationToken cancellation = default) =>
        settings.Data is { } path ? Cifar10.FromRecords(path) : Cifar10.Train(cifar, cancellation);

    /// <summary>The images to test on, checked; null if the settings have none.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="IOException">A file is missing and cannot be brought.</exception>
    public Cifar10? Test(RunSettings settings, CancellationToken cancellation = default)
    {
        if (settings.TestData is { } path)
            return Cifar10.FromRecords(path);
        return settings.IsTested ? Cifar10.Test(cifar, cancellation) : null;
    }

    /// <summary>What provenance says of a dataset's files.</summary>
    public static IReadOnlyList<DataFile> Describe(Cifar10 dataset) =>
        [.. dataset.Files.Select(static file => new DataFile(Path.GetFileName(file.Path), file.Sha256))];
}
