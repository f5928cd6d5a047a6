using System.Globalization;

namespace Ballast.Lab;

/// <summary>Training samples that are equal and have different labels: one of them is wrong.</summary>
sealed class ConflictingLabelsCheck : DoctorCheck
{
    const double Many = 0.01;

    public override string Name => "conflicting-labels";

    public override string Reference => "Northcutt et al. 2021 (arXiv 1911.00068)";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.TrainingSamples is { HasClasses: true } ? null
        : "It needs training data with classes, as a DataLoader.";

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var (training, scan) = (examination.TrainingSamples!, examination.Duplicates!);
        int count = scan.Conflicting.Count;
        if (count == 0 || !scan.IsTelling)
            yield break;
        double share = (double)count / training.Indices.Count;
        string pairs = List([.. scan.Conflicting.Take(5).Select(static pair => $"{pair.First} = {pair.Second}")], count);
        yield return Found(share < Many ? Severity.Note : Severity.Warning, Confidence.Certain, "",
            string.Create(CultureInfo.InvariantCulture, $"{count} training samples have the values of another one and a different label: ")
                + $"by indices {pairs}. No network can learn both.",
            "Look at them and correct the labels, or leave out all samples that contradict each other: Duplicates.WithoutConflicts(training).",
            ("conflicts", count), ("share_of_samples", share), ("samples", training.Indices.Count),
            ("first_index", scan.Conflicting[0].First), ("second_index", scan.Conflicting[0].Second));
    }
}
