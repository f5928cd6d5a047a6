using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>What a study found by its primary measure, in sentences. It judges only what was measured, by the tests of the tables, and
/// concludes nothing from arms that diverged, stayed at chance or never arrived.</summary>
abstract class StudyAnswer(StudyResult result)
{
    /// <summary>The answer that a study is made for.</summary>
    public static StudyAnswer Of(StudyResult result) => result.Definition.Answer switch
    {
        StudyAnswerKind.Ranking => new RankingAnswer(result),
        StudyAnswerKind.Factor => new FactorAnswer(result),
        _ => new DifferenceAnswer(result),
    };

    protected StudyResult Result => result;

    protected StudyMeasure Measure { get; } = result.Definition.Primary;

    /// <summary>The answer, with its uncertainty, as text.</summary>
    public string Text() => PageTextOf(Sentence());

    /// <summary>The answer in a sentence or two, with its uncertainty.</summary>
    public Markup Sentence() => result.Trials.Count == 0 ? new Markup("Nothing was measured yet.") : Found();

    /// <summary>What the sentence's numbers mean.</summary>
    public abstract Markup Meaning();

    /// <summary>The answer where something was measured.</summary>
    protected abstract Markup Found();

    /// <summary>What a reader must know before trusting the sentence.</summary>
    public IEnumerable<string> Reservations()
    {
        if (!result.IsComplete)
            yield return $"The study is incomplete: {result.Trials.Count} of {result.Planned} trials were run. "
                + "It goes on where it stopped by ballast study --resume.";
        foreach (var arm in result.Definition.Arms)
        {
            foreach (string reservation in Reservations(arm))
                yield return reservation;
        }

        foreach (string note in result.Definition.Notes)
            yield return note;
    }

    IEnumerable<string> Reservations(StudyArm arm)
    {
        var (trials, diverged, chance, ceiling, never) = ArmCondition.Of(result, arm, Measure);
        if (diverged > 0)
        {
            string steps = string.Join(", ", result.Of(arm).Where(static trial => trial.DivergedAt is not null)
                .Select(static trial => ReportFormat.Count(trial.DivergedAt)));
            yield return $"{Capital(arm.Title)} {diverged} of {trials} trainings diverged (the loss was no number, at "
                + $"mini-batch {steps}).{(Measure.Reach is null ? " They have no value in the tables, and nothing is concluded of this arm." : "")}";
        }

        if (chance > 0)
        {
            yield return $"{Capital(arm.Title)} {chance} of {trials} trainings ended at chance: no better than always naming the commonest class, "
                + $"{ReportFormat.Percent(result.Record.Chance)}. {(2 * chance >= trials
                    ? "The network did not learn at these settings, and nothing is concluded of this arm: train longer, or at another learning rate."
                    : "They count with what they ended with.")}";
        }

        if (ceiling == trials && trials > 0)
            yield return $"{Capital(arm.Title)} all {trials} trainings name every test image right but a few: "
                + "harder images or a shorter training would show more.";
        if (never > 0)
            yield return $"{Capital(arm.Title)} {never} of {trials} trainings never arrived. Each counts with "
                + $"{ReportFormat.Count(result.Horizon(Measure.Reach!))} mini-batches, the whole training, so that the true mean is larger.";
    }

    /// <summary>How many repetitions would be needed.</summary>
    public static string Needed(PairedTest test) => test.Needed is { } needed
        ? $"To find a difference of this size and spread four times out of five, {ReportFormat.Count(needed)} repetitions would be needed."
        : "No reasonable number of repetitions would find a difference of this size and spread.";

    /// <summary>What p and the intervals are corrected for.</summary>
    protected string Corrected(int family) => family == 1 ? "" : $", corrected for the study’s {family} comparisons by {Measure.Title}";

    protected string Direction() => Measure.Better switch
    {
        MeasureBetter.Higher => "Higher is better. ",
        MeasureBetter.Lower => "Lower is better. ",
        _ => "",
    };

    static string Often(double p) => p < 0.0001 ? "less than one of 10,000 studies"
        : p < 0.01 ? $"one of {ReportFormat.Count(Math.Round(1 / p))} studies" : $"{ReportFormat.Percent(p)} of studies";

    protected static string Chance(PairedTest test) => Often(test.P);

    protected string Repeats(int count) => result.Definition.Folds > 0 ? $"{count} divisions of the images" : $"{count} seeds";

    protected Markup Bold(double value, StudyArm arm) =>
        Markup.Of($"""<b class="{Tones.Of(result.Definition, arm)}">{Value(Measure.Format, value)}</b>""");

    // Tags out, entities and line breaks back.
    static string PageTextOf(Markup markup)
    {
        var text = new System.Text.StringBuilder();
        bool tag = false;
        foreach (char letter in markup.ToString())
        {
            if (letter is '<' or '>')
                tag = letter == '<';
            else if (!tag)
                text.Append(letter);
        }

        string plain = System.Net.WebUtility.HtmlDecode(text.ToString()).Replace('\u00A0', ' ');
        return string.Join(' ', plain.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
    }
}
