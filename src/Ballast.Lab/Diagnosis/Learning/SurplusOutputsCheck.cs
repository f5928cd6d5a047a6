namespace Ballast.Lab;

/// <summary>More outputs than there are classes: probability goes to classes that do not exist.</summary>
sealed class SurplusOutputsCheck : DoctorCheck
{
    public override string Name => "surplus-outputs";

    public override string Reference => "PyTorch: nn.CrossEntropyLoss, whose C is the number of classes";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Measured?.Outputs is null ? NeedsBatches
        : examination.Data?.ClassCount is null ? "It needs training data with classes, as a DataLoader." : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        int outputs = examination.Measured!.Outputs!.Value, classes = examination.Data!.ClassCount!.Value;
        if (outputs <= classes)
            yield break;
        yield return Found(Severity.Warning, Confidence.Certain, examination.Measured.LastLayer,
            $"The network has {outputs} outputs for {classes} classes. The {outputs - classes} others are classes "
                + "that do not exist, and take some of the probability.",
            $"Let the last layer have {classes} outputs: linear:{classes}.", ("outputs", outputs), ("classes", classes));
    }
}
