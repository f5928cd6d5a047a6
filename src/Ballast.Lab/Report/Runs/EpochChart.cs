namespace Ballast.Lab;

/// <summary>The accuracy of each epoch as the page's script draws it.</summary>
static class EpochChart
{
    /// <summary>A chart of lines over epochs; null with fewer than two epochs.</summary>
    /// <param name="lines">A name, a colour, and the accuracy by epoch.</param>
    public static ChartData? Of(params IReadOnlyList<(string Name, string Tone, IReadOnlyList<(int Epoch, double? Accuracy)> Points)> lines) =>
        Of("accuracy", "accuracy", "percent", lines);

    /// <summary>A chart of lines over epochs; null with fewer than two epochs.</summary>
    /// <param name="id">Its name on the page.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="format">How values are written.</param>
    /// <param name="lines">A name, a colour, and the value by epoch.</param>
    public static ChartData? Of(
        string id, string title, string format,
        params IReadOnlyList<(string Name, string Tone, IReadOnlyList<(int Epoch, double? Value)> Points)> lines)
    {
        var drawn = lines.Where(static line => line.Points.Any(static point => point.Value is not null)).ToList();
        int[] epochs = [.. drawn.SelectMany(static line => line.Points).Where(static point => point.Value is not null)
            .Select(static point => point.Epoch).Distinct().Order()];
        return epochs.Length < 2 ? null : new ChartData(id)
        {
            Unit = "epoch",
            Title = title,
            Format = format,
            From = epochs[0],
            To = epochs[^1],
            X = [.. epochs.Select(static epoch => (double)epoch)],
            Series =
            [
                .. drawn.Select(line => new ChartSeries(line.Name, line.Tone,
                    [.. epochs.Select(epoch => line.Points.FirstOrDefault(point => point.Epoch == epoch).Value)])
                {
                    Label = line.Name,
                }),
            ],
            Difference = false,
        };
    }

    /// <summary>A run's accuracies on the images it is trained on.</summary>
    public static IReadOnlyList<(int Epoch, double? Accuracy)> Training(RunCurve? run) =>
        [.. (run?.Epochs ?? []).Select(static epoch => (epoch.Epoch, Rounded(epoch.Accuracy)))];

    /// <summary>Its accuracies on the images held back.</summary>
    public static IReadOnlyList<(int Epoch, double? Accuracy)> Validation(RunCurve? run) =>
        [.. (run?.Epochs ?? []).Select(static epoch => (epoch.Epoch, Rounded(epoch.ValidationAccuracy)))];

    /// <summary>A value as charts have it; null where it is not finite.</summary>
    public static double? Rounded(double? accuracy) => accuracy is { } value && double.IsFinite(value) ? Math.Round(value, 5) : null;
}
