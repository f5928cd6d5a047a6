namespace Ballast.Lab;

/// <summary>A dataset that has a name, is kept in the data cache and brought there.</summary>
public sealed class NamedDataset
{
    internal NamedDataset(
        string name, string title, RunSamples samples, Func<DatasetOptions, CancellationToken, ByteDataset> train,
        Func<DatasetOptions, CancellationToken, ByteDataset> test, Action<DatasetOptions, bool, CancellationToken> fetch,
        Func<DatasetOptions, IReadOnlyList<DataFileStatus>> inspect)
    {
        Name = name;
        Title = title;
        Samples = samples;
        Train = train;
        Test = test;
        Fetch = fetch;
        Inspect = inspect;
    }

    /// <summary>How it is called on a command line and in <c>run.json</c>: <c>cifar10</c>.</summary>
    public string Name { get; }

    /// <summary>How its authors write it: <c>CIFAR-10</c>.</summary>
    public string Title { get; }

    /// <summary>What its samples are.</summary>
    public RunSamples Samples { get; }

    /// <summary>How many test images it has.</summary>
    public int TestImages { get; } = 10_000;

    /// <summary>Opens the images to train on, brought first where they are missing.</summary>
    public Func<DatasetOptions, CancellationToken, ByteDataset> Train { get; }

    /// <summary>Opens the images to test on, brought first where they are missing.</summary>
    public Func<DatasetOptions, CancellationToken, ByteDataset> Test { get; }

    /// <summary>Brings what is missing or damaged, or everything where the second argument says so.</summary>
    public Action<DatasetOptions, bool, CancellationToken> Fetch { get; }

    /// <summary>Looks at its files.</summary>
    public Func<DatasetOptions, IReadOnlyList<DataFileStatus>> Inspect { get; }
}

/// <summary>The datasets that have names.</summary>
public static class NamedDatasets
{
    /// <summary><see cref="Ballast.Cifar10"/>, which is used where nothing else is said.</summary>
    public static NamedDataset Cifar10 { get; } = new(
        "cifar10", "CIFAR-10",
        new([3, 32, 32], ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]),
        Ballast.Cifar10.Train, Ballast.Cifar10.Test, Ballast.Cifar10.Fetch, static options => Ballast.Cifar10.Inspect(options));

    /// <summary><see cref="Ballast.FashionMnist"/>.</summary>
    public static NamedDataset FashionMnist { get; } = new(
        "fashion-mnist", "Fashion-MNIST",
        new([1, 28, 28],
            ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]),
        Ballast.FashionMnist.Train, Ballast.FashionMnist.Test, Ballast.FashionMnist.Fetch,
        static options => Ballast.FashionMnist.Inspect(options));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<NamedDataset> All { get; } = [Cifar10, FashionMnist];

    /// <summary>The dataset of a name, or null: the word may be a path then.</summary>
    public static NamedDataset? Find(string name) =>
        All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What settings keep of data that a person named: a dataset's name, or else a full path, since a run may be
    /// resumed from another folder. Null stays null.</summary>
    public static string? Resolve(string? data) => data is null ? null
        : Find(data)?.Name ?? Path.TrimEndingDirectorySeparator(Path.GetFullPath(data));

    /// <summary>What data that settings name is called in a report.</summary>
    public static string Title(string? data) =>
        data is null ? Cifar10.Title : Find(data)?.Title ?? Path.GetFileName(data);
}
