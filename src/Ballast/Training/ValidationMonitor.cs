namespace Ballast;

/// <summary>Compares each epoch's validation with the best so far, keeps the best weights, and says when to stop.</summary>
/// <param name="options">What is better, and how long to wait for it.</param>
sealed class ValidationMonitor(ValidationOptions options)
{
    /// <summary>The best value so far; not a number before the first epoch.</summary>
    public double Best { get; set; } = double.NaN;

    /// <summary>How many epochs in a row were no better.</summary>
    public int Waited { get; set; }

    /// <summary>Whether to stop.</summary>
    public bool IsOver => options.Patience is { } patience && Waited >= patience;

    /// <summary>Takes an epoch's result, and writes the weights that gave it where they are the best.</summary>
    /// <returns>Whether it is the best.</returns>
    public bool Take(Evaluation result, Module model)
    {
        bool isLoss = options.Metric == ValidationMetric.Loss;
        double value = isLoss ? result.Loss : result.Accuracy;
        double gain = isLoss ? Best - value : value - Best;
        bool isBest = double.IsNaN(Best) ? !double.IsNaN(value) : gain > options.MinDelta;
        if (!isBest)
        {
            Waited++;
            return false;
        }

        (Best, Waited) = (value, 0);
        if (options.BestPath is { } path)
            StateFile.Save(path, model.StateDict(), options.BestMetadata);
        return true;
    }
}
