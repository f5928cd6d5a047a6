namespace Ballast;

/// <summary>The area under the receiver operating characteristic: how probable it is that a sample of a class has a larger output for it than one
/// that is not of the class, equal ones counting half: <c>auroc</c>. All outputs are kept until <see cref="TrainerMetric.Reset"/>. scikit-learn:
/// <c>roc_auc_score</c>.</summary>
/// <remarks>Outputs [N], [N, 1] or logits [N, 2] are one yes or no. Of logits [N, C] and classes, int64 [N], it is the mean of each class against all
/// others, by the softmax (<c>multi_class="ovr"</c>); of outputs and targets [N, C], 1 or 0, the mean over columns. Columns without both
/// yes and no do not count.</remarks>
public sealed class AreaUnderRoc() : TrainerMetric("auroc", higherIsBetter: true, sums: 1)
{
    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            double sum = 0;
            int count = 0;
            foreach (double area in Classes)
            {
                if (!double.IsNaN(area))
                    (sum, count) = (sum + area, count + 1);
            }

            return sum / count;
        }
    }

    /// <summary>The area of each class or column; not a number without both yes and no.</summary>
    public IReadOnlyList<double> Classes => [.. Enumerable.Range(0, (int)Sums[0]).Select(Area)];

    /// <inheritdoc/>
    protected override void Take(Tensor output, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(target);
        bool ofColumns = output.Length == target.Length && (output.Shape == target.Shape || Classified.IsColumn(output, target));
        bool ofClasses = output.Shape.Rank == 2 && target.ElementType == ElementType.Int64 && target.Shape == new Shape(output.Shape[0]);
        Throw.Unless(ofColumns || ofClasses,
            $"AreaUnderRoc: expected logits [N, C] for classes int64 [N], or outputs and targets of one shape, got {output.Shape} and "
                + $"{target.Shape}.");
        int width = output.Shape.Rank == 2 ? output.Shape[1] : 1, rows = output.Shape[0];
        int columns = ofColumns ? output.Length / Math.Max(1, rows) : width == 2 ? 1 : width;
        Throw.Unless(Sums[0] == 0 || Sums[0] == columns, $"AreaUnderRoc: expected {Sums[0]} columns, as in the batches before, got {columns}.");
        int at = Sums.Length;
        Grow(at + rows * 2 * columns);
        Sums[0] = columns;
        var values = output.Read();
        var wanted = Classified.Floats(target).Read();
        var kept = Sums[at..];
        for (int n = 0; n < rows; n++)
        {
            var row = values.Slice(n * values.Length / rows, values.Length / rows);
            double most = double.NegativeInfinity, sum = 0;
            foreach (float value in row)
                most = Math.Max(most, value);
            foreach (float value in row)
                sum += Math.Exp(value - most);
            for (int c = 0; c < columns; c++)
            {
                kept[(n * columns + c) * 2] = ofColumns ? row[c] : width == 2 ? (double)row[1] - row[0] : Math.Exp(row[c] - most) / sum;
                kept[(n * columns + c) * 2 + 1] = ofColumns ? (wanted[n * columns + c] > 0.5f ? 1 : 0)
                    : wanted[n] == (width == 2 ? 1 : c) ? 1 : 0;
            }
        }
    }

    // Mann and Whitney's U, by ranks.
    double Area(int column)
    {
        int columns = (int)Sums[0], rows = (Sums.Length - 1) / (2 * columns);
        double[] scores = new double[rows];
        bool[] yes = new bool[rows];
        for (int n = 0; n < rows; n++)
            (scores[n], yes[n]) = (Sums[1 + (n * columns + column) * 2], Sums[1 + (n * columns + column) * 2 + 1] > 0);
        if (Array.Exists(scores, double.IsNaN))
            return double.NaN;
        Array.Sort(scores, yes);
        double ranks = 0, positives = yes.Count(static one => one), negatives = rows - positives;
        for (int first = 0; first < rows;)
        {
            int end = first + 1;
            while (end < rows && scores[end] == scores[first])
                end++;
            double rank = (first + 1 + end) / 2.0;
            for (int n = first; n < end; n++)
                ranks += yes[n] ? rank : 0;
            first = end;
        }

        return positives > 0 && negatives > 0 ? (ranks - positives * (positives + 1) / 2) / (positives * negatives) : double.NaN;
    }
}
