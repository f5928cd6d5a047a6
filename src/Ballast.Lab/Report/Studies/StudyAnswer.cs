using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>What a study found, in sentences. It judges only what was measured.</summary>
sealed class StudyAnswer
{
    readonly StudyResult result;
    readonly StudyMeasure measure;
    readonly StudyArm a;
    readonly StudyArm? b;

    public StudyAnswer(StudyResult result)
    {
        this.result = result;
        var definition = result.Definition;
        measure = definition.Measures[0];
        var headline = definition.Comparisons.Count > 0 ? definition.Comparisons[0] : null;
        a = headline is null ? definition.Arms[0] : definition.Arm(headline.A);
        b = headline is null ? null : definition.Arm(headline.B);
        measure = headline?.Measures is [var only, ..] ? definition.Measure(only) : measure;
    }

    /// <summary>The answer in a sentence, with its uncertainty, as text.</summary>
    public string Text() => PageTextOf(Sentence());

    /// <summary>The answer in a sentence, with its uncertainty.</summary>
    public Markup Sentence()
    {
        var first = result.Summary(a, measure);
        if (first.Count == 0)
        {
            return new Markup(result.Trials.Count == 0
                ? "Nothing was measured yet."
                : "There is no answer yet: no trial of the first arm has ended with a value.");
        }

        if (b is null)
        {
            return first.Interval() is not { } alone
                ? Markup.Of($"{Capital(a.Title)} the {measure.Title} is {Bold(first.Mean, a)}, measured once.")
                : Markup.Of($"""
                    {Capital(a.Title)} the {measure.Title} is {Bold(first.Mean, a)}, give or take
                    {Bare(measure.Format, first.Deviation)}{Points(measure.Format)} (standard deviation, {Repeats(first.Count)}).
                    """);
        }

        var second = result.Summary(b, measure);
        if (second.Count == 0)
        {
            return Markup.Of(
                $"{Capital(a.Title)} the {measure.Title} is {Bold(first.Mean, a)}; {b.Title} there is none to set beside it.");
        }

        var test = result.Test(a.Name, b.Name, measure);
        var beside = Markup.Of(
            $"{Capital(a.Title)} the {measure.Title} is {Bold(first.Mean, a)}, {b.Title} {Bold(second.Mean, b)}");
        return test is null
            ? Markup.Of($"{beside}, each measured once.")
            : Markup.Of($"""
                {beside}: a difference of {Difference(measure.Format, test.Mean)}{Points(measure.Format)}, with
                95&nbsp;% confidence between {Difference(measure.Format, test.Low)} and {Difference(measure.Format, test.High)}.
                """);
    }

    /// <summary>What the sentence's numbers mean.</summary>
    public Markup Meaning()
    {
        if (b is null || result.Summary(a, measure).Count == 0 || result.Summary(b, measure).Count == 0)
            return Markup.None;
        if (result.Test(a.Name, b.Name, measure) is not { } test)
        {
            return Markup.Of(
                $"<p>One repetition cannot say whether that is more than chance: give several seeds with --seeds.</p>");
        }

        string better = measure.Better switch
        {
            MeasureBetter.Higher => "Higher is better. ",
            MeasureBetter.Lower => "Lower is better. ",
            _ => "",
        };
        string judged = test.IsSignificant
            ? $"The difference is significant ({NamedP(test.P)}): were there none, one as large would come up by chance in {Often(test.P)}."
            : $"That is within what chance does ({NamedP(test.P)}). {Needed(test)}";
        double large = Math.Max(result.Summary(a, measure).Mean, result.Summary(b, measure).Mean);
        double small = Math.Min(result.Summary(a, measure).Mean, result.Summary(b, measure).Mean);
        string ratio = measure.Format is MeasureFormat.Count or MeasureFormat.Number && small > 0 && large / small >= 1.5
            ? $"The larger mean is {Short(Math.Round(large / small, 1))} times the smaller. " : "";
        return Markup.Of($"<p>{better}{ratio}{judged}{Among()} Both were trained with the same {Pairs(test.Count)}, and each pair was compared.</p>");
    }

    // The table below corrects for all its tests, and shows another p for the same difference.
    string Among()
    {
        var all = result.Comparisons();
        var own = all.FirstOrDefault(comparison => comparison.A == a && comparison.B == b && comparison.Measure == measure);
        return own is null || all.Count == 1 ? ""
            : $" This is the comparison that the study is made for; as one of all {all.Count} tests in the table below it has {NamedP(own.CorrectedP)}.";
    }

    /// <summary>What a reader must know before trusting the sentence.</summary>
    public IEnumerable<string> Reservations()
    {
        if (!result.IsComplete)
            yield return $"The study is incomplete: {result.Trials.Count} of {result.Planned} trials were run. It goes on where it stopped by ballast study --resume.";
        foreach (var arm in result.Definition.Arms)
        {
            var trials = result.Of(arm).ToList();
            int diverged = trials.Count(static trial => trial.DivergedAt is not null);
            if (diverged > 0)
            {
                string steps = string.Join(", ", trials.Where(static trial => trial.DivergedAt is not null)
                    .Select(static trial => ReportFormat.Count(trial.DivergedAt)));
                yield return $"{Capital(arm.Title)} {diverged} of {trials.Count} trainings diverged (the loss was no number, at mini-batch {steps}). They have no value in the tables, and their pairs are left out.";
            }
        }

        foreach (string note in result.Definition.Notes)
            yield return note;
    }

    /// <summary>How many repetitions would be needed.</summary>
    public static string Needed(PairedTest test) => test.Needed is { } needed
        ? $"To find a difference of this size and spread four times out of five, {ReportFormat.Count(needed)} repetitions would be needed."
        : "No reasonable number of repetitions would find a difference of this size and spread.";

    static string Often(double p) => p < 0.0001 ? "less than one of 10,000 studies"
        : p < 0.01 ? $"one of {ReportFormat.Count(Math.Round(1 / p))} studies" : $"{ReportFormat.Percent(p)} of studies";

    string Pairs(int count) => result.Definition.Folds > 0 ? $"{count} divisions of the images" : $"{count} seeds";

    string Repeats(int count) => result.Definition.Folds > 0 ? $"{count} folds" : $"{count} seeds";

    Markup Bold(double value, StudyArm arm) =>
        Markup.Of($"""<b class="{Tones.Of(result.Definition, arm)}">{Value(measure.Format, value)}</b>""");

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
