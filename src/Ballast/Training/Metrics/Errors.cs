namespace Ballast;

/// <summary>A metric of numbers, outputs against targets of the same shape; [N, 1] fits [N].</summary>
public abstract class NumberMetric : TrainerMetric
{
    private protected NumberMetric(string name, bool higherIsBetter, int sums) : base(name, higherIsBetter, sums)
    {
    }

    /// <inheritdoc/>
    protected sealed override void Take(Tensor output, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(target);
        Throw.Unless(output.Length == target.Length && (output.Shape == target.Shape || Classified.IsColumn(output, target)),
            $"{GetType().Name}: expected outputs and targets of one shape, got {output.Shape} and {target.Shape}. Reshape one of them.");
        var (outputs, targets) = (Classified.Floats(output), Classified.Floats(target));
        Add(outputs.Read(), targets.Read(), output.Shape.Rank > 0 ? output.Shape[0] : 1);
    }

    private protected abstract void Add(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, int rows);
}

/// <summary>The mean of |x - t|: <c>mae</c>. scikit-learn: <c>mean_absolute_error</c>.</summary>
public sealed class MeanAbsoluteError() : NumberMetric("mae", higherIsBetter: false, sums: 2)
{
    /// <inheritdoc/>
    public override double Value => Sums[0] / Sums[1];

    private protected override void Add(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, int rows)
    {
        for (int i = 0; i < outputs.Length; i++)
            Sums[0] += Math.Abs((double)outputs[i] - targets[i]);
        Sums[1] += outputs.Length;
    }
}

/// <summary>The mean of (x - t)^2: <c>mse</c>; or its root: <c>rmse</c>. scikit-learn: <c>mean_squared_error</c>.</summary>
/// <param name="root">Whether it is the root.</param>
public sealed class MeanSquaredError(bool root = false) : NumberMetric(root ? "rmse" : "mse", higherIsBetter: false, sums: 2)
{
    /// <inheritdoc/>
    public override double Value => root ? Math.Sqrt(Sums[0] / Sums[1]) : Sums[0] / Sums[1];

    private protected override void Add(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, int rows)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            double error = (double)outputs[i] - targets[i];
            Sums[0] += error * error;
        }

        Sums[1] += outputs.Length;
    }
}

/// <summary>The share of the targets' variance that the outputs explain, 1 - sum (x - t)^2 / sum (t - mean t)^2: <c>r2</c>; of [N, K] the mean
/// over the K columns. scikit-learn: <c>r2_score</c>.</summary>
public sealed class R2Score() : NumberMetric("r2", higherIsBetter: true, sums: 2)
{
    const int Head = 2, Each = 4; // columns, rows; of each column its first target, and sums about that one

    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            int columns = (int)Sums[0];
            double sum = 0;
            for (int c = 0; c < columns; c++)
            {
                var own = Sums.Slice(Head + Each * c, Each);
                double whole = own[2] - own[1] * own[1] / Sums[1];
                sum += whole > 0 ? 1 - own[3] / whole : own[3] > 0 ? 0 : 1; // as scikit-learn has it for targets that are all the same
            }

            return columns > 0 ? sum / columns : double.NaN;
        }
    }

    private protected override void Add(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, int rows)
    {
        if (rows == 0)
            return;
        int columns = outputs.Length / rows;
        Throw.Unless(Sums[0] == 0 || Sums[0] == columns, $"R2Score: expected {Sums[0]} columns, as in the batches before, got {columns}.");
        bool isFirst = Sums[0] == 0;
        Grow(Head + Each * columns);
        (Sums[0], Sums[1]) = (columns, Sums[1] + rows);
        for (int i = 0; i < outputs.Length; i++)
        {
            var own = Sums.Slice(Head + Each * (i % columns), Each);
            if (isFirst && i < columns)
                own[0] = targets[i];
            double target = targets[i] - own[0], error = (double)outputs[i] - targets[i];
            own[1] += target;
            own[2] += target * target;
            own[3] += error * error;
        }
    }
}

/// <summary>How many classes the network wavers between on the average: e to the mean cross entropy of logits, [N, C, ...] or [N, ..., C], and
/// classes, int64 [N, ...]: <c>perplexity</c>. torchmetrics: <c>Perplexity</c>.</summary>
/// <param name="ignoreIndex">The class that does not count, as that of padding: -100.</param>
public sealed class Perplexity(long ignoreIndex = -100) : TrainerMetric("perplexity", higherIsBetter: false, sums: 2)
{
    /// <inheritdoc/>
    public override double Value => Math.Exp(Sums[0] / Sums[1]);

    /// <inheritdoc/>
    protected override void Take(Tensor output, Tensor target)
    {
        int[] wanted = Classified.Of("Perplexity", output, target, multiLabel: false, ignoreIndex).Wanted;
        int axis = Classified.ClassAxis(output, target);
        Throw.Unless(axis > 0, $"Perplexity: expected logits [N, C, ...] for classes int64 [N, ...], got {output.Shape} and {target.Shape}.");
        var (_, classes, inner) = Classified.Sizes(output.Shape, axis);
        var values = output.Read();
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] < 0)
                continue;
            int start = i / inner * classes * inner + i % inner;
            double most = double.NegativeInfinity, sum = 0;
            for (int c = 0; c < classes; c++)
                most = Math.Max(most, values[start + c * inner]);
            for (int c = 0; c < classes; c++)
                sum += Math.Exp(values[start + c * inner] - most);
            Sums[0] += most + Math.Log(sum) - values[start + wanted[i] * inner];
            Sums[1]++;
        }
    }
}
