namespace Ballast.Lab;

// What was found.
sealed partial class TrialRun
{
    /// <summary>What the batch normalizations were given in training mode.</summary>
    public Measurements Training { get; }

    /// <summary>On how many batches the network was run.</summary>
    public int Batches { get; private set; }

    /// <summary>How many samples they had.</summary>
    public int Samples { get; private set; }

    /// <summary>The mean loss in training mode; null where there is no loss of these outputs.</summary>
    public double? TrainingLoss { get; private set; }

    /// <summary>The mean loss of the same batches in evaluation mode.</summary>
    public double? EvaluationLoss { get; private set; }

    /// <summary>The share of samples that are classified right in training mode.</summary>
    public double TrainingAccuracy { get; private set; }

    /// <summary>The share in evaluation mode.</summary>
    public double EvaluationAccuracy { get; private set; }

    /// <summary>By how much outputs change, relative to the largest, when only half of a batch is evaluated; null where that was
    /// not tried.</summary>
    public double? DependenceOnMates { get; private set; }

    /// <summary>Which layers' running statistics moved while the caller's evaluation ran.</summary>
    public IReadOnlyList<string> MovedInEvaluation { get; private set; } = [];

    /// <summary>The first batches.</summary>
    public IReadOnlyList<(Tensor Inputs, Tensor Targets)> First => kept;

    /// <summary>What the training data show.</summary>
    public DataVitals Data { get; } = new();

    /// <summary>What the test data show; null where there are none.</summary>
    public DataVitals? TestData { get; private set; }

    /// <summary>The accuracy on the test data, in evaluation mode, and on how many; null where it is not known.</summary>
    public (double Accuracy, int Samples)? TestAccuracy { get; private set; }

    /// <summary>The layers of chains, as they were in the first batches in training mode.</summary>
    public IReadOnlyList<LayerVitals> Layers { get; private set; } = [];

    /// <summary>How many samples these batches had.</summary>
    public int Looked { get; private set; }

    /// <summary>How many outputs the network has; null where these are not [N, classes].</summary>
    public int? Outputs { get; private set; }

    /// <summary>The name of the last layer of the network's chain that has a weight; empty where there is none.</summary>
    public string LastLayer { get; private set; } = "";

    /// <summary>The share of samples whose label has a probability below a hundredth, and another class one above nine tenths.</summary>
    public double SurelyWrong { get; private set; }

    /// <summary>Loss and accuracy in evaluation mode with the running statistics of these batches; null where that was not tried.
    /// </summary>
    public (double Loss, double Accuracy)? Settled { get; private set; }

    /// <summary>The root of the sum of the squares of a parameter's gradients over all batches; null where none was computed.</summary>
    public double? GradientNorm(Parameter parameter) => gradients.TryGetValue(parameter, out double sum) ? Math.Sqrt(sum) : null;

    /// <summary>The running statistics as they were before.</summary>
    public (float[] Mean, float[] Var)? Running(BatchNorm norm) => states.First(entry => entry.Norm == norm).Running;

    /// <summary>The mean over batches of a layer's own variances in evaluation mode, by channel; null where it did not run.</summary>
    public double[]? EvaluatedVariance(BatchNorm norm) => evaluated.TryGetValue(norm, out var sums)
        ? [.. sums.Sum.Select(sum => sum / sums.Count)] : null;
}
