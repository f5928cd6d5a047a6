using System.Globalization;

namespace Ballast.Lab;

/// <summary>Writes a run's event files of TensorBoard into its folder: losses, accuracies and learning rates as scalars; weights and
/// activations as histograms after each epoch; the first images, and what the first layer looks for, as pictures.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="network">The network.</param>
/// <param name="optimizer">Its optimizer.</param>
/// <param name="data">The images that it is trained on.</param>
/// <param name="scale">How their channels are standardized; null for not at all.</param>
sealed class RunBoard(string folder, Module network, Optimizer optimizer, Dataset data, ChannelScale? scale) : IDisposable
{
    TensorBoardWriter? board;

    /// <summary>Begins, or goes on from a step: what was written after it is dropped, and the results of the test.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public void Open(long step)
    {
        // From the beginning nothing is kept: what a killed run wrote before its first checkpoint comes again.
        board = TensorBoardWriter.Resume(folder, step, tag => step == 0 || tag.Contains("/test", StringComparison.Ordinal));
        if (step == 0 && BoardPictures.Inputs(data, scale) is { } inputs)
            board.Image("images", inputs, 0);
    }

    /// <summary>Writes a metric.</summary>
    public void Write(Metric metric)
    {
        string? place = metric.Type switch
        {
            MetricKind.Train => "train",
            MetricKind.Epoch => "epoch",
            MetricKind.Validation => "validation",
            MetricKind.Evaluation when metric.TestTimeAugmentation is { } views => $"test, {views}",
            MetricKind.Evaluation => "test",
            _ => null,
        };
        if (place is null)
            return;
        if (metric.Loss is { } loss)
            board!.Scalar($"loss/{place}", loss, metric.Step);
        if (metric.Accuracy is { } accuracy)
            board!.Scalar($"accuracy/{place}", accuracy, metric.Step);
        if (metric.ImagesPerSecond is { } speed)
            board!.Scalar("speed/images per second", speed, metric.Step);
        if (metric.Type == MetricKind.Train)
            WriteRates(metric.Step);
    }

    /// <summary>Writes the values at a place of the network.</summary>
    public void WriteActivations(string place, ReadOnlySpan<float> values, long step) => board!.Histogram($"activations/{place}", values, step);

    /// <summary>Writes the weights.</summary>
    public void WriteWeights(long step)
    {
        foreach (var (name, parameter) in network.NamedParameters())
            board!.Histogram($"weights/{name}", parameter.ToArray(), step);
        if (BoardPictures.Weights(network, data.SampleShape) is { } picture)
            board!.Image("weights of the first layer", picture, step);
    }

    /// <inheritdoc/>
    public void Dispose() => board?.Dispose();

    void WriteRates(long step)
    {
        for (int i = 0; i < optimizer.Groups.Count; i++)
        {
            string name = optimizer.Groups.Count == 1 ? "learning rate" : string.Create(CultureInfo.InvariantCulture, $"learning rate/group {i + 1}");
            board!.Scalar(name, (float)(optimizer.Groups[i].LearningRate ?? optimizer.LearningRate), step);
        }
    }
}
