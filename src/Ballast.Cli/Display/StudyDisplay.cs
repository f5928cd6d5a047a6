using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>A line for each training that has ended, and a bar with the time that is left.</summary>
sealed class StudyDisplay(ProgressDisplay progress, StudyDefinition definition, bool quiet)
{
    /// <summary>Shows how far a study is.</summary>
    public void Show(StudyProgress state)
    {
        if (state.Ended is { } trial && !quiet)
        {
            int width = definition.Arms.Max(static arm => arm.Name.Length);
            progress.WriteLine($"{$"{state.Done}".PadLeft($"{state.Trials}".Length)} of {state.Trials}  {Printable.Name(trial.Arm).PadRight(width)}  "
                + $"{trial.Repeat,-12}  {Outcome(trial)}");
        }

        if (Output.IsTerminal)
        {
            progress.Report($"{state.Done} of {state.Trials} trainings", state.Share,
                state.Remaining is { } left ? $"{Format.Time(left)} left" : "");
        }
    }

    string Outcome(TrialResult trial)
    {
        if (trial.DivergedAt is { } step)
            return $"diverged at mini-batch {step}";
        return string.Join(", ", definition.Measures.Where(measure => trial.Values.ContainsKey(measure.Name)).Take(2)
            .Select(measure => $"{measure.Title} {MeasureValue.Of(measure, trial.Values[measure.Name])}"));
    }
}
