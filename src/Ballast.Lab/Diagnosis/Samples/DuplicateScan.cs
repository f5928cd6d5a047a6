namespace Ballast.Lab;

/// <summary>Samples of equal values: of the test data and the training data, and within the training data.</summary>
sealed class DuplicateScan
{
    const int ManyValues = 64, DistinctValues = 16, FewestRows = 50;
    const double NearlyAll = 0.95;

    readonly Dictionary<UInt128, int> first = [];

    /// <summary>Compares.</summary>
    /// <param name="training">The training samples.</param>
    /// <param name="test">The test samples; null where there are none.</param>
    /// <param name="columns">The training samples by columns; null where they are no tables.</param>
    public DuplicateScan(ScannedSamples training, ScannedSamples? test, ColumnTable? columns)
    {
        bool bytes = training.IsBytes && test is null or { IsBytes: true };
        var repeated = new HashSet<UInt128>();
        foreach (int index in training.Indices)
        {
            var digest = training.Digest(index, bytes);
            if (first.TryAdd(digest, index))
                continue;
            Repeated += repeated.Add(digest) ? 2 : 1;
            if (training.HasClasses && training.Label(first[digest]) != training.Label(index))
                Conflicting.Add((first[digest], index));
        }

        bool alike = test is not null && training.HasClasses && test.HasClasses;
        foreach (int index in test?.Indices ?? [])
        {
            if (!first.TryGetValue(test!.Digest(index, bytes), out int same))
                continue;
            Shared.Add((index, same));
            Agreeing += alike && test.Label(index) == training.Label(same) ? 1 : 0;
        }

        IsTelling = Tells(training, columns);
        if (bytes && test is not null && training.Shape.Rank == 3)
            FindAlike(training, test);
    }

    void FindAlike(ScannedSamples training, ScannedSamples test)
    {
        var looks = new PictureLooks(training);
        var equal = Shared.Select(static pair => pair.Test).ToHashSet();
        foreach (int index in test.Indices)
        {
            if (!equal.Contains(index) && test.Look(index) is { } look && looks.Find(look) is { } like)
                Alike.Add((index, like));
        }
    }

    /// <summary>The test samples that are a training sample too, with the first such training sample.</summary>
    public List<(int Test, int Training)> Shared { get; } = [];

    /// <summary>The test pictures that are not equal to a training picture and look like one, with the first such: saved again with losses, or in
    /// another size.</summary>
    public List<(int Test, int Training)> Alike { get; } = [];

    /// <summary>How many of <see cref="Shared"/> have the class of that training sample.</summary>
    public int Agreeing { get; }

    /// <summary>Training samples with the values of an earlier one and another class, with that.</summary>
    public List<(int First, int Second)> Conflicting { get; } = [];

    /// <summary>How many training samples have the values of another.</summary>
    public int Repeated { get; }

    /// <summary>How many training samples differ.</summary>
    public int Distinct => first.Count;

    /// <summary>Whether two samples are never equal by chance.</summary>
    public bool IsTelling { get; }

    // Rows of few columns can be equal by chance unless two columns have a value of their own in nearly every row.
    static bool Tells(ScannedSamples training, ColumnTable? columns)
    {
        if (!training.IsFloats)
            return false;
        if (training.Shape.Length < ManyValues)
        {
            int rows = columns?.DistinctRows ?? 0;
            return rows >= FewestRows && columns!.Columns.Count(values => values.Distinct().Count() >= NearlyAll * rows) >= 2;
        }

        // Pictures and other samples of many values: most have many that differ.
        var some = training.Indices.Take(ManyValues).ToList();
        int rich = 0;
        foreach (int index in some)
            rich += new HashSet<float>(training.Read(index).ToArray()).Count >= DistinctValues ? 1 : 0;
        return rich > some.Count / 2;
    }
}
