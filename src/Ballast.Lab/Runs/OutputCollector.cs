namespace Ballast.Lab;

/// <summary>Keeps what a classifier says of each sample while it is evaluated, so that it runs once.</summary>
/// <param name="names">The classes.</param>
/// <param name="count">How many samples there are.</param>
sealed class OutputCollector(IReadOnlyList<string> names, int count) : TrainerMetric("outputs", higherIsBetter: true, sums: 0)
{
    const long MostValues = 1 << 24;

    readonly List<int> labels = [];
    readonly List<float> probabilities = [];

    public override double Value => double.NaN;

    /// <summary>What it said; null where that is more than is kept, or where it is not one logit for each class.</summary>
    public ClassFindings? Findings =>
        labels.Count == count && probabilities.TrueForAll(float.IsFinite) ? new ClassFindings(names, labels, probabilities) : null;

    protected override void Take(Tensor output, Tensor target)
    {
        if (names.Count < 2 || (long)count * names.Count > MostValues || output.Shape.Rank != 2 || output.Shape[1] != names.Count)
            return;
        probabilities.AddRange(output.Softmax().ToArray());
        foreach (long label in target.AsSpan<long>())
            labels.Add((int)label);
    }

    /// <summary>Evaluates a classifier with it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">The samples.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static (Evaluation Test, ClassFindings? Findings) Run(Module network, Dataset data, CancellationToken cancellation)
    {
        var collector = new OutputCollector(data.ClassNames, data.Count);
        var test = Evaluation.Run(network, data, new EvaluationOptions { Metrics = [new Accuracy(), collector] }, cancellation);
        return (new Evaluation(test.Loss, test.Accuracy, test.Count) { NotNumbers = test.NotNumbers }, collector.Findings);
    }
}
