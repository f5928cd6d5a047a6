namespace Ballast.Lab;

/// <summary>What a network said of samples that have a number each, in the number's own units.</summary>
public sealed record NumberFindings
{
    /// <summary>Measures them.</summary>
    /// <param name="name">What the number is called.</param>
    /// <param name="truth">The number of each sample.</param>
    /// <param name="predicted">What the network said.</param>
    /// <exception cref="ArgumentException">None, or other numbers of them.</exception>
    public NumberFindings(string name, IReadOnlyList<double> truth, IReadOnlyList<double> predicted)
    {
        if (truth.Count == 0 || truth.Count != predicted.Count)
            throw new ArgumentException($"NumberFindings: expected a prediction for each of 1 number or more, got {predicted.Count}, {truth.Count}.");
        (Name, Truth, Predicted) = (name, truth, predicted);
    }

    /// <summary>What the number is called.</summary>
    public string Name { get; }

    /// <summary>The number of each sample.</summary>
    public IReadOnlyList<double> Truth { get; }

    /// <summary>What the network said.</summary>
    public IReadOnlyList<double> Predicted { get; }

    /// <summary>The size that 90 % of the errors do not exceed; null where it is not known.</summary>
    public double? Interval { get; init; }

    /// <summary>What was said too much: predicted less true, sample by sample.</summary>
    public IReadOnlyList<double> Residuals => [.. Predicted.Zip(Truth, static (said, true_) => said - true_)];

    /// <summary>1 - (sum of squared errors) / (sum of squared deviations from the mean); null where all numbers are the same.</summary>
    public double? R2
    {
        get
        {
            double mean = Truth.Average(), all = Truth.Sum(value => (value - mean) * (value - mean));
            return all > 0 ? 1 - Residuals.Sum(static error => error * error) / all : null;
        }
    }

    /// <summary>The mean absolute error.</summary>
    public double MeanAbsoluteError => Residuals.Average(Math.Abs);

    /// <summary>The root of the mean squared error.</summary>
    public double RootMeanSquaredError => Math.Sqrt(Residuals.Average(static error => error * error));
}
