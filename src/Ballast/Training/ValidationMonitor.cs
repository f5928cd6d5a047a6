namespace Ballast;

/// <summary>Compares each epoch's validation with the best so far, keeps the best weights, and says when to stop.</summary>
sealed class ValidationMonitor
{
    readonly ValidationOptions options;
    readonly bool higherIsBetter;

    /// <summary>Refuses what is not measured.</summary>
    /// <param name="options">What is better, and how long to wait for it.</param>
    /// <param name="metrics">What is measured besides the loss.</param>
    /// <exception cref="ArgumentException">It goes by a metric that there is not.</exception>
    public ValidationMonitor(ValidationOptions options, IReadOnlyList<TrainerMetric> metrics)
    {
        this.options = options;
        if (Monitored is not { } name)
            return;
        var metric = metrics.FirstOrDefault(metric => name == metric.Name);
        string known = metrics.Count == 0 ? "none" : string.Join(", ", metrics.Select(static metric => metric.Name));
        Throw.Unless(metric is not null,
            $"Validation: there is no metric {name} to go by; the metrics are {known}. Name it in TrainerOptions.Metrics.");
        higherIsBetter = metric.HigherIsBetter;
    }

    // Null for the loss.
    string? Monitored => options.Monitor is { } name ? name == "loss" ? null : name
        : options.Metric == ValidationMetric.Accuracy ? "accuracy" : null;

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
        double value = Monitored is { } name ? result.Metrics[name] : result.Loss;
        double gain = higherIsBetter ? value - Best : Best - value;
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
