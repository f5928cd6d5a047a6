namespace Ballast.Lab;

/// <summary>What a run's network did with each sample that it was not trained on: the page shows what
/// there is.</summary>
public sealed record RunFindings
{
    /// <summary>Of samples that have a class; null where they have none.</summary>
    public ClassFindings? Classes { get; init; }

    /// <summary>Of samples that have labels, each label; empty where they have none.</summary>
    public IReadOnlyList<LabelFindings> Labels { get; init; } = [];

    /// <summary>Of samples that have a number; null where they have none.</summary>
    public NumberFindings? Numbers { get; init; }

    /// <summary>Of a series, what was foretold of each target; empty where it is none.</summary>
    public IReadOnlyList<ForecastFindings> Forecasts { get; init; } = [];

    /// <summary>How much each column matters, the most important first; empty where there are none.</summary>
    public IReadOnlyList<ColumnImportance> Importance { get; init; } = [];

    /// <summary>The mistakes that the network was surest of; empty where there are none.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>What several networks did, each with other samples of the same kind, as one: a cross validation's folds. A column matters as much as
    /// on average, and spreads as the folds do.</summary>
    /// <exception cref="ArgumentException">None.</exception>
    public static RunFindings Join(IReadOnlyList<RunFindings> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
            throw new ArgumentException("RunFindings.Join: expected one or more, got none.");
        ClassFindings[] classes = [.. parts.Select(static part => part.Classes).OfType<ClassFindings>()];
        NumberFindings[] numbers = [.. parts.Select(static part => part.Numbers).OfType<NumberFindings>()];
        return new RunFindings
        {
            Classes = classes.Length == 0 ? null : ClassFindings.Join(classes),
            Numbers = numbers.Length == 0 ? null
                : new NumberFindings(numbers[0].Name,
                    [.. numbers.SelectMany(static part => part.Truth)], [.. numbers.SelectMany(static part => part.Predicted)]),
            Labels = [.. parts.SelectMany(static part => part.Labels).GroupBy(static label => label.Name)
                .Select(static label => new LabelFindings(label.Key, ClassFindings.Join([.. label.Select(static part => part.Found)])))],
            Importance = [.. parts.SelectMany(static part => part.Importance).GroupBy(static column => column.Column)
                .Select(static column => (column.Key, Found: SampleSummary.Of([.. column.Select(static one => one.Drop)])))
                .Select(static column => new ColumnImportance(column.Key, column.Found.Mean, column.Found.Deviation ?? 0))
                .OrderByDescending(static column => column.Drop)],
            Mistakes = [.. parts.SelectMany(static part => part.Mistakes).OrderByDescending(static mistake => mistake.Probability)
                .Take(parts.Max(static part => part.Mistakes.Count))],
        };
    }
}

/// <summary>What a network said of one of several labels.</summary>
/// <param name="Name">The label.</param>
/// <param name="Found">It as two classes: no, then yes.</param>
public sealed record LabelFindings(string Name, ClassFindings Found);

/// <summary>How much a column matters: permutation importance (Breiman 2001, as scikit-learn has it).</summary>
/// <param name="Column">Its name.</param>
/// <param name="Drop">By how much the measure falls, on average, when the column's values change places among the samples.</param>
/// <param name="Spread">The standard deviation of that over the repetitions.</param>
public sealed record ColumnImportance(string Column, double Drop, double Spread);

/// <summary>A sample of which the network was sure, and wrong.</summary>
/// <param name="Sample">What it is called: a file, or a row's number.</param>
/// <param name="Truth">Its class.</param>
/// <param name="Predicted">The class that the network gave.</param>
/// <param name="Probability">How probable it said that was.</param>
/// <param name="Png">The picture; null where it is none.</param>
public sealed record Mistake(string Sample, string Truth, string Predicted, double Probability, byte[]? Png = null);
