namespace Ballast.Lab;

/// <summary>A network that is to serve or to be exported, and has parts in training mode.</summary>
sealed class TrainingModeCheck : DoctorCheck
{
    public override string Name => "training-mode";

    public override string Reference => "pytorch/pytorch#75252";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Options.ForInference ? null
        : "It needs to know that the network is about to serve: DoctorOptions.ForInference. (Saved weights do not say in which mode they were used.)";

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var training = examination.Model.NamedModules()
            .Where(entry => entry.Module.Training && (entry.Module is BatchNorm or InstanceNorm { RunningMean: not null } or Dropout
                || examination.Inside.Any(kept => kept.Layer == entry.Module && !kept.IsHeld))).ToList();
        if (training.Count == 0)
            yield break;
        yield return Found(Severity.Error, Confidence.Certain, training[0].Name,
            $"The network is about to serve with parts in training mode: {List([.. training.Select(static entry => entry.Name)])}. "
                + "They normalize with each batch's own statistics, or drop values at random.",
            "Call Eval() on the network first.",
            ("layers", training.Count));
    }
}
