namespace Ballast.Lab;

/// <summary>A class with far fewer samples than another.</summary>
sealed class ClassImbalanceCheck : DoctorCheck
{
    const double Ratio = 10;
    const int FewestSamples = 100;

    public override string Name => "class-imbalance";

    public override string Reference => "Buda et al. 2018 (arXiv 1710.05381)";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Data is not { IsWhole: true }
        ? "It needs training data with classes, as a DataLoader." : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var data = examination.Data!;
        int all = data.Classes.Values.Sum();
        if (all < FewestSamples || data.Classes.Count < 2)
            yield break;
        var (rarest, few) = data.Classes.MinBy(static entry => entry.Value);
        var (commonest, many) = data.Classes.MaxBy(static entry => entry.Value);
        if (many > Ratio * few)
        {
            yield return Found(Severity.Warning, Confidence.Certain, "",
                $"The classes are out of balance: {few} samples of {data.Name(rarest)} and {many} of {data.Name(commonest)}. "
                    + "The accuracy over all says little of the rare ones.",
                "Weight the classes in the loss (CrossEntropyLoss with weights, --class-weights), show the rare "
                    + "ones more often, and look at the accuracy of each class.",
                ("fewest", few), ("most", many), ("classes", data.Classes.Count));
        }
    }
}
