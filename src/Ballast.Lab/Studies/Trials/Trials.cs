namespace Ballast.Lab;

/// <summary>What is done in a trial: train a network with one seed and measure.</summary>
abstract class Trial
{
    /// <summary>How a <see cref="StudyArm"/> names it.</summary>
    public abstract string Name { get; }

    /// <summary>Runs it. <see cref="Generator.Default"/> is the trial's own and has its seed.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public abstract TrialResult Run(TrialContext context);
}

/// <summary>The kinds of trials. A new one is one more entry here.</summary>
static class Trials
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Trial> All { get; } =
        [new TrainTrial(), new FoldTrial(), new StressTrial(), new ShiftTrial(), new LandscapeTrial(), new AdaptTrial()];

    /// <summary>The trial of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Trial Find(string name) => All.FirstOrDefault(trial => trial.Name == name)
        ?? throw new ArgumentException($"There is no trial \"{name}\". {Suggestion.Of(name, All.Select(static trial => trial.Name))}");
}
