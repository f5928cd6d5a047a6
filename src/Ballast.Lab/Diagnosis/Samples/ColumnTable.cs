namespace Ballast.Lab;

/// <summary>Training samples of rank 1 by their columns; of many, some that are evenly spread.</summary>
sealed class ColumnTable
{
    const int MostRows = 4096, FewestRows = 256, MostValues = 1 << 22;

    ColumnTable(ScannedSamples samples)
    {
        int columns = samples.Shape.Length, count = samples.Indices.Count;
        int rows = Math.Min(count, Math.Clamp(MostValues / columns, FewestRows, MostRows));
        IsAsked = new bool[rows];
        Columns = [.. Enumerable.Range(0, columns).Select(_ => new float[rows])];
        var distinct = new HashSet<UInt128>();
        int[] chosen = [.. Enumerable.Range(0, rows).Select(i => samples.Indices[(int)((long)i * count / rows)])];
        for (int row = 0; row < rows; row++)
        {
            var values = samples.Read(chosen[row]);
            for (int column = 0; column < columns; column++)
                Columns[column][row] = values[column];
            var digest = samples.Digest(chosen[row], bytes: false);
            distinct.Add(digest);
            IsAsked[row] = (digest & 1) == 1;
        }

        DistinctRows = distinct.Count;
        if (samples.HasClasses)
            Labels = [.. chosen.Select(samples.Label)];
        else if (chosen.Select(samples.Numbers).ToArray() is var numbers && numbers.All(row => row?.Length == numbers[0]?.Length))
            Targets = [.. Enumerable.Range(0, numbers[0]!.Length).Select(target => Array.ConvertAll(numbers, row => row![target]))];
    }

    /// <summary>The values of each column.</summary>
    public float[][] Columns { get; }

    /// <summary>For each row whether it is of the half that is asked about, and not of the one that is known; equal rows are in one half.
    /// </summary>
    public bool[] IsAsked { get; }

    /// <summary>How many rows differ.</summary>
    public int DistinctRows { get; }

    /// <summary>The class of each row; null where there are none.</summary>
    public int[]? Labels { get; }

    /// <summary>The values of each target that is a number; empty where there are none.</summary>
    public float[][] Targets { get; } = [];

    /// <summary>The columns of samples; null where a sample is not one row of floats.</summary>
    public static ColumnTable? Of(ScannedSamples? samples) =>
        samples is { IsFloats: true, Shape: { Rank: 1, Length: > 0 }, Indices.Count: > 0 } ? new ColumnTable(samples) : null;
}
