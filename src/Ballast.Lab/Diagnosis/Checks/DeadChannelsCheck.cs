namespace Ballast.Lab;

/// <summary>Channels that carry nothing: constant before the normalization, gamma at 0, or below zero for good before a ReLU.</summary>
sealed class DeadChannelsCheck : DoctorCheck
{
    const double SmallGamma = 1e-3;
    const double Standards = 4;     // standard deviations that beta is below zero: 3 values in 100,000 pass

    public override string Name => "dead-channels";

    public override string Reference => "Ioffe and Szegedy 2015, section 3; Liu et al. 2017 (gamma as a channel's importance)";

    public override string? Missing(Examination examination) =>
        examination.IsTrained || examination.Seen is { IsEmpty: false } ? null : NeedsTrained;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        foreach (var (name, norm) in examination.Norms)
        {
            bool relu = examination.After(norm) is ReLU;
            var seen = examination.Seen?.Of(norm);
            int constant = 0, closed = 0, silent = 0;
            for (int c = 0; c < norm.NumFeatures; c++)
            {
                double? variance = seen?.Variance(c) ?? (examination.IsTrained ? norm.RunningVar?.AsSpan()[c] : null);
                float gamma = norm.Weight is { } weight ? weight.AsSpan()[c] : 1, beta = norm.Bias is { } bias ? bias.AsSpan()[c] : 0;
                if (variance < 10 * norm.Eps)
                    constant++;
                else if (Math.Abs(gamma) < SmallGamma)
                    silent++;
                else if (relu && beta < -Standards * Math.Abs(gamma))
                    closed++;
            }

            int dead = constant + silent + closed;
            if (dead == 0)
                continue;
            double share = (double)dead / norm.NumFeatures;
            yield return Found(share > 0.05 ? Severity.Warning : Severity.Note,
                seen is not null || constant == 0 ? Confidence.Certain : Confidence.Likely, name,
                $"{dead} of {norm.NumFeatures} channels of {norm} carry nothing: {constant} constant before it "
                    + $"(variance below 10 eps), {silent} with gamma at 0, {closed} below zero for good before a ReLU.",
                "A smaller learning rate, no weight decay on gamma, or fewer channels. Constant channels come "
                    + "from the layer before: look at its weights and its input.",
                ("channels", norm.NumFeatures), ("constant", constant), ("gamma_at_0", silent), ("closed", closed));
        }
    }
}
