namespace Ballast.Lab;

/// <summary>A learning rate at which the loss goes up or breaks, or at which the whole training will not bring it down.</summary>
sealed class LearningRateCheck : DoctorCheck
{
    public override string Name => "learning-rate";

    public override string Reference => "Smith 2017 (arXiv 1506.01186), the range test";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Options.Optimizer is null ? "It needs the optimizer."
        : examination.Options.Batches is null ? NeedsBatches
        : examination.Range is null ? "It needs the network with fresh weights, and a loss of its outputs." : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var (range, data) = (examination.Range!, examination.Data!);
        double chance = data.ChanceLoss, start = range.Start, end = range.End;
        bool broken = !double.IsFinite(end) || end > 1.5 * Math.Max(start, chance);
        if (range.Best(static factor => factor < 1) is var (less, low) && low < 0.97 * start
            && (broken || (end > 0.97 * chance && end > low + 0.05 * chance)))
        {
            yield return Found(broken ? Severity.Error : Severity.Warning, broken ? Confidence.Certain : Confidence.Likely, "",
                $"The learning rate {Number(range.Rate)} is too high: in {RangeTest.Steps} steps "
                    + $"{(double.IsFinite(end) ? $"the loss goes from {Number(start)} to {Number(end)}" : "the loss breaks")}; "
                    + $"at {Number(range.Rate * less)} it falls to {Number(low)}.",
                $"Try {Number(range.Rate * less)}, warm-up, or gradients clipped by their norm.",
                ("learning_rate", range.Rate), ("loss_before", start), ("loss_after", end),
                ("better_rate", range.Rate * less), ("loss_after_at_that", low));
            yield break;
        }

        // What all steps of the training would bring at this pace, which is its fastest.
        if (examination.Plan?.Steps is { } steps && double.IsFinite(end) && range.Best(static factor => factor > 1) is var (more, high))
        {
            double all = (start - end) / RangeTest.Steps * steps;
            if (all < 0.05 * start && start - high > 5 * Math.Max(0, start - end) && start - high > 0.05 * start)
            {
                yield return Found(Severity.Warning, Confidence.Likely, "",
                    $"The learning rate {Number(range.Rate)} is too low for {steps} steps: {RangeTest.Steps} "
                        + $"of them bring the loss from {Number(start)} to {Number(end)}, at {Number(range.Rate * more)} to {Number(high)}.",
                    $"Try {Number(range.Rate * more)}, or train longer.",
                    ("learning_rate", range.Rate), ("loss_before", start), ("loss_after", end),
                    ("better_rate", range.Rate * more), ("loss_after_at_that", high), ("steps", steps));
            }
        }
    }

    static string Number(double value) => value.ToString("G3", System.Globalization.CultureInfo.InvariantCulture);
}
