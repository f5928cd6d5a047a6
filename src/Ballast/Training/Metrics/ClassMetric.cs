namespace Ballast;

/// <summary>How the values of single classes become one.</summary>
public enum ClassAverage
{
    /// <summary>The mean over classes, each as much as another. Classes that neither a target nor an output names do not count.</summary>
    Macro,

    /// <summary>Of all classes' counts together.</summary>
    Micro,

    /// <summary>The mean over classes, each by how many targets it has.</summary>
    Weighted,
}

/// <summary>What is counted of a class.</summary>
/// <param name="Right">Targets of the class for which it was named.</param>
/// <param name="Wrong">Other targets for which it was named.</param>
/// <param name="Missed">Targets of the class for which it was not named.</param>
readonly record struct ClassCounts(double Right, double Wrong, double Missed)
{
    /// <summary>How many targets are of the class.</summary>
    public double Targets => Right + Missed;

    /// <summary>Whether a target or an output names the class.</summary>
    public bool IsThere => Right + Wrong + Missed > 0;

    /// <summary>The counts of several classes.</summary>
    public static ClassCounts operator +(ClassCounts x, ClassCounts y) => new(x.Right + y.Right, x.Wrong + y.Wrong, x.Missed + y.Missed);
}

/// <summary>A metric that has a value for each class. Outputs [N] or [N, 1] are one yes or no: its value is that of yes.</summary>
public abstract class ClassMetric : TrainerMetric
{
    const int Head = 2, Each = 3;

    readonly bool multiLabel;
    readonly long ignoreIndex;

    private protected ClassMetric(string name, ClassAverage average, bool multiLabel, long ignoreIndex) : base(name, higherIsBetter: true, Head) =>
        (Average, this.multiLabel, this.ignoreIndex) = (average, multiLabel, ignoreIndex);

    /// <summary>How the classes' values become one.</summary>
    public ClassAverage Average { get; }

    /// <summary>Whether a line shows each class's value too, <c>recall[3]</c>: false.</summary>
    public bool ShowClasses { get; init; }

    /// <summary>The value of each class; 0 where it divides by 0, not a number for a class that neither a target nor an output names.</summary>
    public IReadOnlyList<double> Classes => [.. Counts().Select(counts => counts.IsThere ? Share(counts) : double.NaN)];

    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            var all = Counts();
            if (Average == ClassAverage.Micro)
                return all.Length == 0 ? double.NaN : Share(all.Aggregate(static (x, y) => x + y));
            double sum = 0, weights = 0;
            foreach (var counts in all)
            {
                double weight = Average == ClassAverage.Weighted ? counts.Targets : Counted(counts) ? 1 : 0;
                (sum, weights) = (sum + (weight > 0 ? weight * Share(counts) : 0), weights + weight);
            }

            return sum / weights;
        }
    }

    /// <inheritdoc/>
    public override MetricValues Values => ShowClasses
        ? new([new MetricValue(Name, Value), .. Classes.Select((value, i) => new MetricValue($"{Name}[{i}]", value))])
        : base.Values;

    /// <summary>The value of counts.</summary>
    private protected abstract double Share(ClassCounts counts);

    /// <summary>Whether a class counts in a mean of all.</summary>
    private protected virtual bool Counted(ClassCounts counts) => multiLabel || counts.IsThere;

    /// <summary>A ratio that is 0 where it divides by 0, as scikit-learn's <c>zero_division=0</c>.</summary>
    private protected static double Ratio(double x, double y) => y > 0 ? x / y : 0;

    /// <inheritdoc/>
    protected override void Take(Tensor output, Tensor target)
    {
        string metric = GetType().Name;
        var (named, wanted, classes, columns) = Classified.Of(metric, output, target, multiLabel, ignoreIndex);
        int values = columns > 0 ? columns : classes;
        Throw.Unless(Sums[0] == 0 || (Sums[0] == values && Sums[1] == columns),
            $"{metric}: expected {Sums[0]} classes, as in the batches before, got {values}.");
        Grow(Head + Each * values);
        (Sums[0], Sums[1]) = (values, columns);
        for (int i = 0; i < named.Length; i++)
        {
            if (wanted[i] < 0)
                continue;
            if (columns == 0)
            {
                Add(wanted[i], named[i] == wanted[i] ? 0 : 2);
                if (named[i] >= 0 && named[i] != wanted[i])
                    Add(named[i], 1);
            }
            else if (wanted[i] == 1 || named[i] == 1)
            {
                Add(i % columns, wanted[i] == 0 ? 1 : named[i] == 1 ? 0 : 2);
            }
        }
    }

    void Add(int of, int place) => Sums[Head + Each * of + place]++;

    ClassCounts[] Counts()
    {
        var counts = new ClassCounts[(int)Sums[0]];
        for (int i = 0; i < counts.Length; i++)
            counts[i] = new ClassCounts(Sums[Head + Each * i], Sums[Head + Each * i + 1], Sums[Head + Each * i + 2]);
        return counts;
    }
}

/// <summary>Of the targets for which a class was named, the share that is of the class: <c>precision</c>. scikit-learn:
/// <c>precision_score</c>.</summary>
/// <param name="average">How the classes' values become one.</param>
/// <param name="multiLabel">Whether float targets [N, C] are C yes-or-nos each.</param>
/// <param name="ignoreIndex">The class that does not count: -100.</param>
public sealed class Precision(ClassAverage average = ClassAverage.Macro, bool multiLabel = false, long ignoreIndex = -100)
    : ClassMetric("precision", average, multiLabel, ignoreIndex)
{
    private protected override double Share(ClassCounts counts) => Ratio(counts.Right, counts.Right + counts.Wrong);
}

/// <summary>Of the targets of a class, the share for which it was named: <c>recall</c>. scikit-learn: <c>recall_score</c>.</summary>
/// <param name="average">How the classes' values become one.</param>
/// <param name="multiLabel">Whether float targets [N, C] are C yes-or-nos each.</param>
/// <param name="ignoreIndex">The class that does not count: -100.</param>
public sealed class Recall(ClassAverage average = ClassAverage.Macro, bool multiLabel = false, long ignoreIndex = -100)
    : ClassMetric("recall", average, multiLabel, ignoreIndex)
{
    private protected override double Share(ClassCounts counts) => Ratio(counts.Right, counts.Targets);
}

/// <summary>The harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn): <c>f1</c>. scikit-learn: <c>f1_score</c>.</summary>
/// <param name="average">How the classes' values become one.</param>
/// <param name="multiLabel">Whether float targets [N, C] are C yes-or-nos each.</param>
/// <param name="ignoreIndex">The class that does not count: -100.</param>
public sealed class F1Score(ClassAverage average = ClassAverage.Macro, bool multiLabel = false, long ignoreIndex = -100)
    : ClassMetric("f1", average, multiLabel, ignoreIndex)
{
    private protected override double Share(ClassCounts counts) => Ratio(2 * counts.Right, 2 * counts.Right + counts.Wrong + counts.Missed);
}

/// <summary>The accuracy of each class: the share of its targets for which it was named. Its value is their mean over the classes that have
/// targets, the balanced accuracy: <c>class_accuracy</c>. scikit-learn: <c>balanced_accuracy_score</c>.</summary>
/// <param name="ignoreIndex">The class that does not count: -100.</param>
public sealed class ClassAccuracy(long ignoreIndex = -100) : ClassMetric("class_accuracy", ClassAverage.Macro, false, ignoreIndex)
{
    private protected override double Share(ClassCounts counts) => Ratio(counts.Right, counts.Targets);

    private protected override bool Counted(ClassCounts counts) => counts.Targets > 0;
}

/// <summary>The intersection of what a class is and what is named so over their union, tp / (tp + fp + fn), of pixels or samples: <c>iou</c>; the
/// mean over classes. scikit-learn: <c>jaccard_score</c>.</summary>
/// <param name="average">How the classes' values become one.</param>
/// <param name="multiLabel">Whether float targets [N, C] are C yes-or-nos each.</param>
/// <param name="ignoreIndex">The class that does not count, such as that of a mask's borders: -100.</param>
public sealed class IntersectionOverUnion(ClassAverage average = ClassAverage.Macro, bool multiLabel = false, long ignoreIndex = -100)
    : ClassMetric("iou", average, multiLabel, ignoreIndex)
{
    private protected override double Share(ClassCounts counts) => Ratio(counts.Right, counts.Right + counts.Wrong + counts.Missed);
}
