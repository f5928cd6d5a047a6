namespace Ballast.Lab;

/// <summary>Normalizations whose gamma and beta are frozen while their statistics still drift, and those that the next Train() will
/// wake.</summary>
sealed class FrozenNormCheck : DoctorCheck
{
    public override string Name => "frozen-norm";

    public override string Reference => "pytorch/pytorch#86590, keras-team/keras#9965";

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var woken = examination.Model.Training
            ? examination.Norms.Where(static entry => entry.Norm is { Training: false, RunningMean: not null } && HasModes(entry.Norm)).ToList() : [];
        if (woken.Count > 0)
        {
            yield return Found(Severity.Warning, Confidence.Likely, woken[0].Name,
                $"{List([.. woken.Select(static entry => entry.Name)])}: in evaluation mode while the network "
                    + "around is in training mode. The next Train() on the network, which starts every epoch of many programs, undoes that.",
                "Freeze them in a way that Train() respects (Freezing.Freeze), or call Eval() on these layers again after every Train().",
                ("layers", woken.Count));
        }

        var drifting = examination.Norms.Where(static entry =>
            entry.Norm is { Training: true, RunningMean: not null, Weight.Frozen: true, Bias.Frozen: true } && HasModes(entry.Norm)).ToList();
        if (drifting.Count == 0)
            yield break;
        double furthest = double.NaN;
        foreach (var (_, norm) in drifting)
        {
            if (examination.Measured is { } measured && measured.Training.Of(norm) is { } seen && measured.Running(norm) is var (mean, variance))
                furthest = Math.Max(double.IsNaN(furthest) ? 0 : furthest, seen.Staleness(mean, variance).Distance);
        }

        yield return Found(Severity.Warning, Confidence.Likely, drifting[0].Name,
            $"{List([.. drifting.Select(static entry => entry.Name)])}: gamma and beta are frozen, but in training "
                + "mode the running statistics still move with every batch, and the batch's own are used.",
            "If the layers are to stay as they were, freeze them with Freezing.Freeze, or put them into evaluation mode too, after every Train().",
            ("layers", drifting.Count), ("mean_distance_of_the_data", furthest));
    }

    // A layer that is the same in both modes has none to be switched, and one that Freezing holds stays as it is.
    static bool HasModes(BatchNorm norm) => norm.Momentum is not 0 && !norm.StatisticsFrozen;
}
