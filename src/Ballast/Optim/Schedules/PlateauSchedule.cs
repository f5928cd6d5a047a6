namespace Ballast;

/// <summary>What a <see cref="PlateauSchedule"/> waits for.</summary>
public enum PlateauMode
{
    /// <summary>A lower loss. PyTorch: <c>mode="min"</c>.</summary>
    LowerLoss,

    /// <summary>A higher accuracy. PyTorch: <c>mode="max"</c>.</summary>
    HigherAccuracy,
}

/// <summary>Less after validations that were no better. PyTorch: <c>ReduceLROnPlateau</c>, stepped with the validation's loss.</summary>
/// <remarks>A <see cref="Trainer"/> with <see cref="TrainerOptions.Validation"/> tells it of each validation; a loop of one's own calls
/// <see cref="AfterValidation"/>. What it remembers is in the checkpoint.</remarks>
public sealed class PlateauSchedule : LearningRateSchedule
{
    readonly double factor, threshold, minimum, eps;
    readonly int patience, cooldown;
    readonly bool absolute;
    readonly PlateauMode watched;
    double scale = 1, best;
    long waited, resting;

    /// <summary>Makes a schedule.</summary>
    /// <param name="watched">What is to get better. PyTorch: <c>mode</c>.</param>
    /// <param name="factor">The factor of each change, 0 up to, not including, 1.</param>
    /// <param name="patience">After how many validations in a row that were no better the next one changes the rate.</param>
    /// <param name="threshold">By how much a better one is better.</param>
    /// <param name="absolute">Whether the threshold is a difference, and not a share of the best. PyTorch:
    /// <c>threshold_mode="abs"</c>.</param>
    /// <param name="cooldown">How many validations after a change do not count.</param>
    /// <param name="minimum">The least rate as a share of the whole. PyTorch: <c>min_lr</c>, a rate.</param>
    /// <param name="eps">A change by less than this share is left out.</param>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public PlateauSchedule(
        PlateauMode watched = PlateauMode.LowerLoss, double factor = 0.1, int patience = 10, double threshold = 1e-4, bool absolute = false,
        int cooldown = 0, double minimum = 0, double eps = 1e-8)
    {
        Throw.Unless(factor is >= 0 and < 1, $"PlateauSchedule: expected a factor from 0 up to, not including, 1, got {factor}.");
        Throw.Unless(patience >= 0 && cooldown >= 0,
            $"PlateauSchedule: expected a patience and a cooldown of 0 or more, got {patience} and {cooldown}.");
        ScheduleChecks.Factor("PlateauSchedule", "a threshold", threshold);
        ScheduleChecks.Factor("PlateauSchedule", "a minimum", minimum);
        ScheduleChecks.Factor("PlateauSchedule", "an eps", eps);
        (this.watched, this.factor, this.patience, this.threshold, this.absolute) = (watched, factor, patience, threshold, absolute);
        (this.cooldown, this.minimum, this.eps) = (cooldown, minimum, eps);
        best = watched == PlateauMode.LowerLoss ? double.PositiveInfinity : double.NegativeInfinity;
    }

    /// <inheritdoc/>
    public override double Factor(long step) => scale;

    /// <inheritdoc/>
    public override void AfterValidation(double loss, double accuracy)
    {
        double value = watched == PlateauMode.LowerLoss ? loss : accuracy;
        if (IsBetter(value))
            (best, waited) = (value, 0);
        else
            waited++;
        if (resting > 0)
            (resting, waited) = (resting - 1, 0);
        if (waited <= patience)
            return;
        double less = Math.Max(scale * factor, minimum);
        scale = scale - less > eps ? less : scale;
        (resting, waited) = (cooldown, 0);
    }

    bool IsBetter(double value) => (watched, absolute) switch
    {
        (PlateauMode.LowerLoss, false) => value < best * (1 - threshold),
        (PlateauMode.LowerLoss, true) => value < best - threshold,
        (_, false) => value > best * (threshold + 1),
        _ => value > best + threshold,
    };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> SaveState() => new Dictionary<string, double>
    {
        ["scale"] = scale,
        ["best"] = best,
        ["num_bad_epochs"] = waited,
        ["cooldown_counter"] = resting,
    };

    /// <inheritdoc/>
    public override void LoadState(IReadOnlyDictionary<string, double> state) =>
        (scale, best, waited, resting) = (state["scale"], state["best"], (long)state["num_bad_epochs"], (long)state["cooldown_counter"]);
}
