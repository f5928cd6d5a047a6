namespace Ballast.Lab;

/// <summary>A batch normalization behind the last layer: the outputs of a sample depend on the batch, and their scale is bound.</summary>
sealed class FinalNormCheck : DoctorCheck
{
    public override string Name => "norm-after-last-layer";

    public override string Reference => "Ioffe and Szegedy 2015, section 3.2: normalization before the nonlinearity of hidden layers";

    public override IEnumerable<Finding> Find(Examination examination)
    {
        // A chain inside of a block ends with a normalization as a rule: only the network's own is looked at.
        if (examination.Model is not (Sequential or Network) || examination.Chains.Count == 0)
            yield break;
        var end = examination.Chains[0].Where(static link => link.Module is not (Identity or Flatten)).ToList();
        if (end.Count < 2 || end[^1] is not { Module: BatchNorm norm, Name: var name } || end[^2].Module is not (Linear or Conv2d))
            yield break;
        yield return Found(Severity.Warning, Confidence.Likely, name,
            $"{name} {norm} stands behind the last layer: it forces every output to the same mean and spread "
                + "over a batch, so that classes cannot be of different sizes and the network can be sure of itself only as far as gamma grows.",
            "Leave it out: normalize hidden layers, and let the last one give the outputs.");
    }
}
