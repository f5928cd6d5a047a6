namespace Ballast.Lab;

/// <summary>What is done in a trial: train a network with one seed and measure.</summary>
abstract class Trial
{
    /// <summary>How a <see cref="StudyArm"/> names it.</summary>
    public abstract string Name { get; }

    /// <summary>Refuses settings that it does not follow.</summary>
    /// <exception cref="ArgumentException">There is one; the message says why.</exception>
    public virtual void Check(RunSettings settings)
    {
        var methods = settings.Does;
        Refuse(methods.Loss != LossKind.CrossEntropy, "another loss (--loss)", "its tests and plots are of the cross entropy");
        Refuse(methods.EmaDecay is not null || methods.SwaFrom is not null,
            "an average of the weights (--ema, --swa)", "it tests the weights themselves after each epoch");
        Refuse(methods.IsValidated, "validation (--validation, --early-stopping, --keep-best)",
            "it tests after each epoch, and all arms train equally long");
        Refuse(methods.Special is not null, "what a recipe alone has", "its arms are trained by the options of ballast train");
    }

    /// <summary>Refuses settings.</summary>
    protected static void Refuse(bool condition, string what, string reason)
    {
        if (condition)
            throw new ArgumentException($"A study cannot be made with {what} here: {reason}. Leave that out.");
    }

    /// <summary>Refuses a learning rate that changes.</summary>
    protected static void RefuseSchedule(RunSettings settings, string reason) =>
        Refuse(settings.Does is not { Schedule: null, WarmUp: 0 }, "a schedule (--schedule, --warm-up)", reason);

    /// <summary>Refuses clipping.</summary>
    protected static void RefuseClipping(RunSettings settings, string reason) => Refuse(
        settings.Does is not { ClipNorm: null, ClipValue: null, SkipNonFinite: false },
        "clipped gradients (--clip-norm, --clip-value, --skip-non-finite)", reason);

    /// <summary>Runs it. <see cref="Generator.Default"/> is the trial's own and has its seed.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public abstract TrialResult Run(TrialContext context);
}

/// <summary>The kinds of trials. A new one is one more entry here.</summary>
static class Trials
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Trial> All { get; } =
        [new TrainTrial(), new FoldTrial(), new StressTrial(), new ShiftTrial(), new LandscapeTrial(), new AdaptTrial(), new TuneTrial()];

    /// <summary>The trial of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Trial Find(string name) => All.FirstOrDefault(trial => trial.Name == name)
        ?? throw new ArgumentException($"There is no trial \"{name}\". {Suggestion.Of(name, All.Select(static trial => trial.Name))}");
}
