namespace Ballast.Lab;

/// <summary>What one trial measured: its file in the study's folder.</summary>
public sealed record TrialResult
{
    /// <summary>The version of the file.</summary>
    public int Format { get; init; } = StudyDefinition.CurrentFormat;

    /// <summary>The definition that it belongs to: <see cref="StudyDefinition.Fingerprint"/>.</summary>
    public string Study { get; init => field = value ?? ""; } = ""; // null where a file has none

    /// <summary>The arm's name.</summary>
    public string Arm { get; init => field = value ?? ""; } = ""; // null where a file has none

    /// <summary>The repetition's seed.</summary>
    public long Seed { get; init; }

    /// <summary>The repetition's fold, from 1; null outside of a cross validation.</summary>
    public int? Fold { get; init; }

    /// <summary>The mini-batch whose loss was not finite; null if there was none.</summary>
    public long? DivergedAt { get; init; }

    /// <summary>What it ended with, by the measures' names; what was not reached is missing.</summary>
    public IReadOnlyDictionary<string, double> Values
    {
        get;
        init => field = value ?? new Dictionary<string, double>(); // null where a file has none
    } = new Dictionary<string, double>();

    /// <summary>What it measured on its way.</summary>
    public IReadOnlyList<TrialCurve> Curves { get; init => field = value ?? []; } = []; // null where a file has none

    /// <summary>How long it took. Everything else in the file is the same whenever and wherever the trial is run again.</summary>
    public double Seconds { get; init; }

    /// <summary>The repetition.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public StudyRepeat Repeat => new(Seed, Fold);

    /// <summary>Refuses what no trial measures, in a file that was read.</summary>
    /// <exception cref="ArgumentException">The message says what.</exception>
    internal void Check()
    {
        if (Curves.FirstOrDefault(static curve => curve.X.Count != curve.Y.Count) is { } cut)
            throw new ArgumentException($"the curve {cut.Name} has {cut.X.Count} places and {cut.Y.Count} values. Expected one for each.");
    }

    /// <summary>A curve by its name; null if it has none.</summary>
    public TrialCurve? Curve(string name) => Curves.FirstOrDefault(curve => curve.Name == name);
}

/// <summary>Values of a trial over its mini-batches, or over another number.</summary>
/// <param name="Name">The curve's name: <c>accuracy</c>.</param>
/// <param name="X">Where each was measured, rising.</param>
/// <param name="Y">The values.</param>
public sealed record TrialCurve(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>Gathers a curve.</summary>
sealed class CurveBuilder(string name)
{
    readonly List<double> x = [], y = [];

    public void Add(double at, double value)
    {
        x.Add(at);
        y.Add(value);
    }

    public TrialCurve Curve() => new(name, [.. x], [.. y]);
}
