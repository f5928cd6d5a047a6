namespace Ballast.Lab;

/// <summary>Outputs in evaluation mode that depend on what else is in the batch.</summary>
sealed class BatchMatesCheck : DoctorCheck
{
    // Sums in another order change outputs by 1e-5 of the largest at most.
    const double Rounding = 1e-3;

    public override string Name => "batch-mates";

    public override string Reference => "pytorch/pytorch#5406";

    internal override bool LooksInside => true;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var untracked = examination.Norms.Where(static entry => entry.Norm.RunningMean is null).ToList();
        if (untracked.Count > 0)
        {
            var (name, norm) = untracked[0];
            yield return Found(Severity.Warning, Confidence.Certain, name,
                $"{List([.. untracked.Select(static entry => entry.Name)])} {(untracked.Count == 1 ? "keeps" : "keep")} "
                    + "no running statistics: in evaluation mode too, outputs depend on what else is in the batch.",
                "Keep running statistics (trackRunningStats: true), or use a normalization that does without the batch, such as group normalization.",
                ("layers", untracked.Count));
            yield break;
        }

        if (examination.Measured?.DependenceOnMates is > Rounding and var dependence)
        {
            yield return Found(Severity.Error, Confidence.Certain, "",
                "In evaluation mode the outputs of the same samples change with what else is in the batch: some "
                    + "part normalizes with the batch although Eval() was called. A part that is not registered is not reached by Eval().",
                "Register every part (Register, RegisterChain), and let every forward pass of a module of your own ask for Training.",
                ("change", dependence));
        }
    }
}
