using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>How the arms of a study's first comparison differ.</summary>
sealed class DifferenceAnswer : StudyAnswer
{
    readonly StudyArm a;
    readonly StudyArm? b;

    public DifferenceAnswer(StudyResult result) : base(result)
    {
        var definition = result.Definition;
        var first = definition.Family(Measure) is [var headline, ..] ? headline : null;
        a = first is null ? definition.Arms[0] : definition.Arm(first.A);
        b = first is null ? null : definition.Arm(first.B);
    }

    protected override Markup Found()
    {
        var first = Result.Summary(a, Measure);
        if (first.Count == 0)
        {
            var (trials, diverged, _, _, _) = ArmCondition.Of(Result, a, Measure);
            return trials > 0 && diverged == trials ? Markup.Of($"There is no answer: {a.Title} every training diverged.")
                : new Markup("There is no answer yet: no trial of the first arm has ended with a value.");
        }

        if (b is null)
        {
            return first.Interval() is null
                ? Markup.Of($"{Capital(a.Title)} the {Measure.Title} is {Bold(first.Mean, a)}, measured once.{Learned()}")
                : Markup.Of($"""
                    {Capital(a.Title)} the {Measure.Title} is {Bold(first.Mean, a)} with a standard deviation of
                    {Bare(Measure.Format, first.Deviation)}{Points(Measure.Format)} over {Repeats(first.Count)}.{Learned()}
                    """);
        }

        var second = Result.Summary(b, Measure);
        if (second.Count == 0)
            return Markup.Of($"{Capital(a.Title)} the {Measure.Title} is {Bold(first.Mean, a)}; {b.Title} there is none to compare it with.");
        var beside = Markup.Of(
            $"{Capital(a.Title)} the {Measure.Title} is {Bold(first.Mean, a)}{Arrived(a)}, {b.Title} {Bold(second.Mean, b)}{Arrived(b)}");
        if (Result.Compare(a.Name, b.Name, Measure) is not { } found)
        {
            return ArmCondition.Obstacle(Result, a, b, Measure) is { } early
                ? Markup.Of($"{beside}, each measured once. No conclusion is drawn: {early}.") : Markup.Of($"{beside}, each measured once.");
        }

        if (found.Obstacle is { } obstacle)
            return Markup.Of($"{beside}. No conclusion is drawn: {obstacle}.");
        var test = found.Test;
        return Markup.Of($"""
            {beside}: a difference of {Difference(Measure.Format, test.Mean)}{Points(Measure.Format)}, with
            95&nbsp;% confidence between {Interval(Measure.Format, test.Low, test.High, " and ")}.
            """);
    }

    public override Markup Meaning()
    {
        if (b is null || Result.Summary(a, Measure).Count == 0 || Result.Summary(b, Measure).Count == 0)
            return Markup.None;
        if (Result.Compare(a.Name, b.Name, Measure) is not { } found)
        {
            return Markup.Of(
                $"<p>One repetition cannot say whether that is more than chance: give several seeds with --seeds.</p>");
        }

        if (found.Obstacle is not null)
            return Markup.None;
        var test = found.Test;
        string judged = test.IsSignificant
            ? $"The difference is significant ({NamedP(test.P)}{Corrected(test.Family)}): were there none, one "
                + $"as large would come up by chance in {(test.Family > 1 ? "at most " : "")}{Chance(test)}."
            : $"The difference is not significant ({NamedP(test.P)}{Corrected(test.Family)}): it is within what chance does. {Needed(test)}";
        double large = Math.Max(Result.Summary(a, Measure).Mean, Result.Summary(b, Measure).Mean);
        double small = Math.Min(Result.Summary(a, Measure).Mean, Result.Summary(b, Measure).Mean);
        string ratio = Measure.Format is MeasureFormat.Count or MeasureFormat.Number && small > 0 && large / small >= 1.5
            ? $"The larger mean is {Short(Math.Round(large / small, 1))} times the smaller. " : "";
        return Markup.Of($"<p>{Direction()}{ratio}{judged} Both were trained with the same {Repeats(test.Count)}, and each pair was compared.</p>");
    }

    // Of one network alone: whether what was measured says anything of it.
    string Learned()
    {
        var (trials, diverged, chance, _, _) = ArmCondition.Of(Result, a, Measure);
        return diverged > 0 ? $" No conclusion is drawn: {diverged} of {trials} trainings diverged."
            : 2 * chance >= trials ? $" No conclusion is drawn: {chance} of {trials} trainings stayed at chance." : "";
    }

    // Of trainings that have to reach a level: how many did.
    string Arrived(StudyArm arm)
    {
        var condition = ArmCondition.Of(Result, arm, Measure);
        return condition.NeverArrived == 0 ? "" : $" ({condition.Trials - condition.NeverArrived} of {condition.Trials} arrived)";
    }
}
