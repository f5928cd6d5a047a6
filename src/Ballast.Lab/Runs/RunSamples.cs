namespace Ballast.Lab;

/// <summary>What a network was trained to tell apart: kept with the run, so that it can be used without its data.</summary>
/// <param name="Shape">One sample, without a batch axis: <c>3, 32, 32</c>.</param>
/// <param name="ClassNames">The classes' names, in the order of the labels.</param>
public sealed record RunSamples(IReadOnlyList<int> Shape, IReadOnlyList<string> ClassNames)
{
    /// <summary>What a dataset's samples are.</summary>
    public static RunSamples Of(Dataset dataset) =>
        new([.. Enumerable.Range(0, dataset.SampleShape.Rank).Select(axis => dataset.SampleShape[axis])], dataset.ClassNames);

    /// <summary>Refuses what no dataset is, in a file that was read.</summary>
    /// <exception cref="ArgumentException">The message says what.</exception>
    internal void Check()
    {
        long values = Shape.Aggregate(1L, static (product, size) => size is < 1 or > int.MaxValue ? 0 : Math.Min(product * size, 1L << 32));
        if (Shape.Count is 0 or > Ballast.Shape.MaxRank - 1 || values is < 1 or > int.MaxValue)
            throw new ArgumentException($"samples: expected a shape with sizes of 1 or more, got [{string.Join(", ", Shape)}].");
        if (ClassNames.Count == 0)
            throw new ArgumentException("samples: expected the classes' names, got none.");
    }

    /// <summary>One sample's shape.</summary>
    public Shape ToShape() => new([.. Shape]);

    /// <summary>Refuses a dataset of other samples or classes.</summary>
    /// <param name="dataset">The dataset to test on.</param>
    /// <param name="name">What it is called.</param>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public void RefuseOther(Dataset dataset, string name)
    {
        var (own, other) = (ToShape(), dataset.SampleShape);
        if (other != own)
        {
            throw new ArgumentException(
                $"{name} has samples {other}. Expected {own}, as the network is trained on. Test on data of that shape.");
        }

        if (!dataset.ClassNames.SequenceEqual(ClassNames, StringComparer.Ordinal))
        {
            throw new ArgumentException(
                $"{name} has the classes {List(dataset.ClassNames)}. Expected {List(ClassNames)}, as the network is trained on: "
                + "test on data with the same classes, or in a folder with the same subfolders.");
        }
    }

    /// <summary>The name of a class, or its number where it has none.</summary>
    public string Name(int label) => label < ClassNames.Count ? ClassNames[label] : $"{label}";

    static string List(IReadOnlyList<string> names)
    {
        const int Shown = 12;
        return names.Count <= Shown ? string.Join(", ", names)
            : $"{string.Join(", ", names.Take(Shown))} and {names.Count - Shown} more";
    }
}
