namespace Ballast.Lab;

/// <summary>An evaluation in training mode: it moves the running statistics.</summary>
sealed class ForgottenEvalCheck : DoctorCheck
{
    public override string Name => "forgotten-eval";

    public override string Reference => "pytorch/pytorch#5406";

    internal override bool LooksInside => true;

    public override string? Missing(Examination examination) =>
        examination.Options.Evaluation is null && examination.Watched is null
            ? "It needs an evaluation to watch: DoctorOptions.Evaluation, or Doctor.Watch. (The command evaluates in evaluation mode always.)"
            : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        if (examination.Measured?.MovedInEvaluation is { Count: > 0 } moved)
        {
            yield return Found(Severity.Error, Confidence.Certain, moved[0],
                $"The evaluation moved the running statistics of {List(moved)}: it runs in training mode, so "
                    + "that outputs depend on what else is in the batch, and each evaluation changes the network.",
                "Call Eval() on the network before it is evaluated, and Train() before training goes on.",
                ("layers", moved.Count));
            yield break;
        }

        // A rehearsal of batches makes one or two such passes, and is no evaluation.
        if (examination.Watched is { PassesWithoutGradients: > 2 and var passes } watched)
        {
            yield return Found(Severity.Warning, Confidence.Possible, examination.Norms.Select(static entry => entry.Name).FirstOrDefault(""),
                "The network ran in training mode while no gradients were recorded, which moved its running statistics. "
                    + "Evaluations do that when Eval() was forgotten; so does computing the statistics anew.",
                "Call Eval() on the network before it is evaluated, and Train() before training goes on.",
                ("passes", passes), ("training_passes", watched.TrainingPasses));
        }
    }
}
