namespace Ballast;

/// <summary>The share of targets whose class has the largest output: <c>accuracy</c>. Outputs of the targets' shape are a yes or no each, yes above
/// 0. scikit-learn: <c>accuracy_score</c>, but for several labels, of which each counts by itself here and a whole row there.</summary>
/// <param name="multiLabel">Whether float targets [N, C] are C yes-or-nos each; otherwise they are shares of classes, the largest of which
/// counts.</param>
/// <param name="ignoreIndex">The class that does not count: -100.</param>
public sealed class Accuracy(bool multiLabel = false, long ignoreIndex = -100) : TrainerMetric("accuracy", higherIsBetter: true, sums: 2)
{
    /// <inheritdoc/>
    public override double Value => Sums[0] / Sums[1];

    /// <summary>How many targets were classified right.</summary>
    internal long Right => (long)Sums[0];

    /// <summary>Goes on with counts.</summary>
    internal void Load(long right, long count) => (Sums[0], Sums[1]) = (right, count);

    /// <inheritdoc/>
    protected override void Take(Tensor output, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(target);
        if (IsPlain(output, target))
        {
            (Sums[0], Sums[1]) = (Sums[0] + Evaluation.Correct(output, target), Sums[1] + target.Length);
            return;
        }

        var (named, wanted, _, _) = Classified.Of("Accuracy", output, target, multiLabel, ignoreIndex);
        for (int i = 0; i < named.Length; i++)
        {
            Sums[0] += wanted[i] >= 0 && named[i] == wanted[i] ? 1 : 0;
            Sums[1] += wanted[i] >= 0 ? 1 : 0;
        }
    }

    // Logits [N, C] and classes of them: what is counted after each step of a classifier.
    static bool IsPlain(Tensor output, Tensor target)
    {
        if (output.Shape.Rank != 2 || output.Shape[1] < 2 || target.ElementType != ElementType.Int64 || target.Shape != new Shape(output.Shape[0]))
            return false;
        foreach (long label in target.AsSpan<long>())
        {
            if ((ulong)label >= (ulong)output.Shape[1])
                return false;
        }

        return true;
    }
}

/// <summary>The share of targets whose class is among the k with the largest outputs: <c>top5</c>; of equal outputs the lower class comes first.
/// scikit-learn: <c>top_k_accuracy_score</c>.</summary>
public sealed class TopKAccuracy : TrainerMetric
{
    readonly int k;
    readonly long ignoreIndex;

    /// <summary>Makes the metric.</summary>
    /// <param name="k">How many classes count, no more than there are.</param>
    /// <param name="ignoreIndex">The class that does not count: -100.</param>
    /// <exception cref="ArgumentException">Less than one.</exception>
    public TopKAccuracy(int k = 5, long ignoreIndex = -100) : base($"top{k}", higherIsBetter: true, sums: 2)
    {
        Throw.Unless(k > 0, $"TopKAccuracy: expected 1 class or more, got {k}.");
        (this.k, this.ignoreIndex) = (k, ignoreIndex);
    }

    /// <inheritdoc/>
    public override double Value => Sums[0] / Sums[1];

    /// <inheritdoc/>
    protected override void Take(Tensor output, Tensor target)
    {
        int[] wanted = Classified.Of("TopKAccuracy", output, target, multiLabel: false, ignoreIndex).Wanted;
        int axis = Classified.ClassAxis(output, target);
        Throw.Unless(axis > 0, $"TopKAccuracy: expected logits [N, C, ...] for classes int64 [N, ...], got {output.Shape} and {target.Shape}.");
        var (_, classes, inner) = Classified.Sizes(output.Shape, axis);
        Throw.Unless(k <= classes,
            $"TopKAccuracy: expected {k} classes or more, got {classes} in outputs {output.Shape}, of which every one would be right. "
                + $"Take new TopKAccuracy({Math.Max(1, classes - 1)}) or less.");
        var values = output.Read();
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] < 0)
                continue;
            int start = i / inner * classes * inner + i % inner, before = 0;
            float own = values[start + wanted[i] * inner];
            for (int c = 0; c < classes; c++)
            {
                float value = values[start + c * inner];
                before += float.IsNaN(value) ? classes : value > own || (value == own && c < wanted[i]) ? 1 : 0;
            }

            Sums[0] += before < k ? 1 : 0;
            Sums[1]++;
        }
    }
}

/// <summary>How often each class was named for each class: <see cref="Matrix"/>. A line shows nothing of it; its value is the accuracy.
/// scikit-learn: <c>confusion_matrix</c>.</summary>
/// <param name="ignoreIndex">The class that does not count: -100.</param>
public sealed class ConfusionMatrix(long ignoreIndex = -100) : TrainerMetric("confusion", higherIsBetter: true, sums: 1)
{
    /// <summary>Counts: [class of the target, class that was named]. Outputs that are not numbers are in no column.</summary>
    public long[,] Matrix
    {
        get
        {
            int classes = (int)Sums[0];
            long[,] matrix = new long[classes, classes];
            for (int i = 0; i < classes * classes; i++)
                matrix[i / classes, i % classes] = (long)Sums[1 + i / classes * (classes + 1) + i % classes];
            return matrix;
        }
    }

    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            int classes = (int)Sums[0];
            double right = 0, count = 0;
            for (int i = 1; i < Sums.Length; i++)
                (right, count) = (right + ((i - 1) % (classes + 1) == (i - 1) / (classes + 1) ? Sums[i] : 0), count + Sums[i]);
            return right / count;
        }
    }

    /// <inheritdoc/>
    public override MetricValues Values => MetricValues.None;

    /// <inheritdoc/>
    protected override void Take(Tensor output, Tensor target)
    {
        var (named, wanted, classes, _) = Classified.Of("ConfusionMatrix", output, target, multiLabel: false, ignoreIndex);
        Throw.Unless(Sums[0] == 0 || Sums[0] == classes, $"ConfusionMatrix: expected {Sums[0]} classes, as in the batches before, got {classes}.");
        Grow(1 + classes * (classes + 1));
        Sums[0] = classes;
        for (int i = 0; i < named.Length; i++)
        {
            if (wanted[i] >= 0)
                Sums[1 + wanted[i] * (classes + 1) + (named[i] < 0 ? classes : named[i])]++;
        }
    }
}
