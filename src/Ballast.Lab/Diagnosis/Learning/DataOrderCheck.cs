namespace Ballast.Lab;

/// <summary>Samples that come class by class: each batch shows few classes, and the network forgets the others.</summary>
sealed class DataOrderCheck : DoctorCheck
{
    const int FewestSamples = 40, FewestPasses = 12;
    const double OneClass = 0.9;

    public override string Name => "data-in-order";

    public override string Reference => "Bengio 2012 (arXiv 1206.5533), section 3.1; PyTorch's shuffle=True";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) =>
        examination.Data is { Order.Count: >= FewestSamples } || examination.Watched is { Predictions.Count: >= FewestPasses } ? null : NeedsBatches;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        if (examination.Data is { Order.Count: >= FewestSamples } data && data.Classes.Count > 1)
        {
            int equal = 0, pairs = data.Order.Count - 1;
            for (int i = 0; i < pairs; i++)
                equal += data.Order[i] == data.Order[i + 1] ? 1 : 0;
            double share = (double)equal / pairs, expected = data.Coincidence;
            if (share > expected + 6 * Math.Sqrt(expected * (1 - expected) / pairs) && share > (1 + expected) / 2)
            {
                yield return Found(Severity.Error, Confidence.Certain, "",
                    "The samples come class by class: nearly every one is followed by another of its class. Each "
                        + "batch pulls the network to few classes, and batch statistics are those of these.",
                    Remedy, ("share_of_neighbours_of_one_class", share), ("share_when_shuffled", expected), ("samples", data.Order.Count));
                yield break;
            }
        }

        if (examination.Watched is { Predictions: { Count: >= FewestPasses } predictions })
        {
            double[] shares = [.. predictions.Select(static pass => pass.Share).Order()];
            int kinds = predictions.Where(static pass => pass.Share > OneClass)
                .GroupBy(static pass => pass.Class).Count(group => group.Count() >= predictions.Count / 20.0);
            if (shares[shares.Length / 3] > OneClass && kinds > 1)
            {
                yield return Found(Severity.Error, Confidence.Likely, "",
                    "In the training that was watched, most batches are given one class nearly throughout, and "
                        + "which one changes: the samples come class by class.",
                    Remedy, ("median_share_of_one_class", shares[shares.Length / 2]), ("classes_in_turn", kinds), ("batches", predictions.Count));
            }
        }
    }

    const string Remedy = "Shuffle: DataLoader with shuffle: true, which draws a new order in every epoch.";
}
