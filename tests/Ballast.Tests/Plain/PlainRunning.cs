namespace Ballast.Tests.Plain;

/// <summary>The running statistics that a layer has after some batches, computed from what it was given: what each layer means by them,
/// and how far floats may be off.</summary>
/// <param name="layer">A layer that has just been made: running mean 0 and variance 1.</param>
sealed class PlainRunning(Module layer)
{
    readonly Dictionary<string, Number[]> values = [];
    int batches;

    /// <summary>The statistics by their names in the layer's state.</summary>
    public IReadOnlyDictionary<string, Number[]> Values => values;

    /// <summary>Takes a batch in training.</summary>
    public void Track(Numbers batch)
    {
        if (!layer.Training)
            return;
        int n = batch.Shape[0], c = batch.Shape[1];
        var x = batch.Reshape(n, c, batch.Values.Length / n / c);
        switch (layer)
        {
            case GhostBatchNorm ghost:
                for (int part = 0; part < n / ghost.VirtualBatchSize; part++)
                    Move("", PlainOperations.Part(x, part, n / ghost.VirtualBatchSize), 0.1);
                break;
            case SplitBatchNorm split:
                for (int part = 0; part < split.Splits; part++)
                    Move(part == 0 ? "" : $"aux_bn.{part - 1}.", PlainOperations.Part(x, part, split.Splits), 0.1);
                break;
            case BatchRenorm renorm:
                var (mean, variance) = PlainOperations.Moments(x, 0, 2);
                Move("running_mean", mean.Values, 0, 0.01);
                Move("running_std", (variance + renorm.Eps).Sqrt().Values, 1, 0.01);
                break;
            case BatchNorm { RunningMean: not null } norm:
                Move("", x, norm.Momentum ?? 1.0 / ++batches);
                break;
            case EvoNormB0:
                Move("running_var", Unbiased(PlainOperations.Moments(x, 0, 2).Variance, n * x.Shape[2]).Values, 1, 0.1);
                break;
            case InstanceNorm { RunningMean: not null }:
                var (means, variances) = PlainOperations.Moments(x, 2);
                Move("running_mean", means.Mean(0).Values, 0, 0.1);
                Move("running_var", Unbiased(variances.Mean(0), x.Shape[2]).Values, 1, 0.1);
                break;
        }
    }

    // m / (m - 1) times the variance that divides by m.
    static Numbers Unbiased(Numbers variance, int count) => variance * (count / (count - 1.0));

    void Move(string prefix, Numbers x, double momentum)
    {
        var (mean, variance) = PlainOperations.Moments(x, 0, 2);
        Move($"{prefix}running_mean", mean.Values, 0, momentum);
        Move($"{prefix}running_var", Unbiased(variance, x.Shape[0] * x.Shape[2]).Values, 1, momentum);
    }

    // running = (1 - momentum) running + momentum batch.
    void Move(string name, Number[] batch, double start, double momentum)
    {
        if (!values.TryGetValue(name, out var running))
            Array.Fill(running = values[name] = new Number[batch.Length], new Number(start));
        for (int c = 0; c < batch.Length; c++)
            running[c] = (1 - momentum) * running[c] + momentum * batch[c];
    }
}
