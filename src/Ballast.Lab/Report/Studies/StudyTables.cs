using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>The tables of a study.</summary>
static class StudyTables
{
    /// <summary>Each arm by each measure: how often, mean, standard deviation.</summary>
    public static Markup Measurements(StudyResult result)
    {
        var groups = new List<Markup>();
        foreach (var measure in result.Definition.Measures)
        {
            var rows = result.Definition.Arms.Where(arm => result.Has(arm, measure)).Select(arm =>
            {
                var summary = result.Summary(arm, measure);
                return Markup.Of($"""
                    <tr class="own"><th scope="row"><i class="swatch {Tones.Of(result.Definition, arm)}"></i>{arm.Name}</th><td>{Value(
                        measure.Format, summary.Mean)}</td><td>{Bare(
                        measure.Format, summary.Deviation)}</td><td>{summary.Count}{Never(result, arm, measure)}</td></tr>

                    """);
            }).ToList();
            if (rows.Count == 0)
                continue;
            groups.Add(Markup.Of($"""
                <tbody>
                <tr class="group"><th scope="rowgroup" colspan="4">{Capital(measure.Title)}{Reached(result, measure)}</th></tr>
                {rows}</tbody>

                """));
        }

        return groups.Count == 0 ? new Markup("<p>Nothing was measured yet.</p>") : Markup.Of($"""
            <table class="results study">
            <thead><tr><td></td><th scope="col">mean</th><th scope="col">std. dev.</th><th scope="col">trials</th></tr></thead>
            {groups}</table>
            """);
    }

    static Markup Never(StudyResult result, StudyArm arm, StudyMeasure measure) =>
        ArmCondition.Of(result, arm, measure) is { NeverArrived: > 0 and var never }
            ? Markup.Of($"<small>{never} never arrived</small>") : Markup.None;

    /// <summary>The arms against each other.</summary>
    public static Markup Comparisons(StudyResult result)
    {
        var found = result.Comparisons();
        if (found.Count == 0)
            return Markup.None;
        var groups = found.GroupBy(static comparison => comparison.Measure).Select(group => Markup.Of($"""
            <tbody>
            <tr class="group"><th scope="rowgroup" colspan="4">{Capital(group.Key.Title)}, difference{Several(group.Count())}</th></tr>
            {group.Select(Row)}</tbody>

            """));
        return Markup.Of($"""
            <table class="results study tests">
            <thead><tr><td></td><th scope="col">difference</th><th scope="col">95 % interval</th><th scope="col">p</th></tr></thead>
            {groups}</table>
            <p class="hint">Differences of pairs with one seed, by Student’s t test. p, intervals and the repetitions needed are corrected,
            by Bonferroni’s inequality, for how many differences a measure is asked about, so that they say the same: p is below 0.05
            where the interval is on one side of 0.{Correction(result)} A spread is never taken to be less than the steps of the values,
            such as one test image, leave uncertain. Where a difference is not significant, the line below says how many
            repetitions would find one of its size and spread four times out of five.</p>
            """);
    }

    static string Correction(StudyResult result) => result.Definition.Folds > 0
        ? " Folds share most of what they are trained on; the test allows for it as Nadeau and Bengio (2003) do."
        : "";

    static Markup Row(MeasuredComparison found)
    {
        var format = found.Measure.Format;
        var test = found.Test;
        var note = found.Obstacle is not null ? new Markup("<small>no conclusion</small>")
            : test.IsSignificant ? Markup.None
            : Markup.Of($"""<small>{(test.Needed is { } count ? $"{ReportFormat.Count(count)} needed" : "none would do")}</small>""");
        var kind = found.IsDifferent ? new Markup(" class=\"own\"") : Markup.None;
        return Markup.Of($"""
            <tr{kind}><th scope="row">{found.A.Name} − {found.B.Name}</th><td>{Difference(
                format, test.Mean)}</td><td>{Interval(format, test.Low, test.High)}</td><td>{P(test.P)}{note}</td></tr>

            """);
    }

    static string Several(int tests) => tests == 1 ? "" : $" (corrected for {tests})";

    /// <summary>The arms in order.</summary>
    public static Markup Ranks(StudyResult result)
    {
        var ranks = Ranking.Of(result);
        if (ranks.Count == 0)
            return Markup.None;
        var measure = result.Definition.Primary;
        var rows = ranks.Select((rank, i) => Markup.Of($"""
            <tr><th scope="row">{i + 1}. <i class="swatch {Tones.Of(
                result.Definition, result.Definition.Arm(rank.Arm))}"></i>{rank.Arm}</th><td>{Value(
                measure.Format, rank.Mean)}</td><td>{rank.Groups}</td></tr>

            """));
        return Markup.Of($"""
            <table class="results study ranks">
            <thead><tr><td></td><th scope="col">mean</th><th scope="col">group</th></tr></thead>
            <tbody>
            <tr class="group"><th scope="rowgroup" colspan="3">{Capital(measure.Title)}, in order</th></tr>
            {rows}</tbody></table>
            <p class="hint">Arms with a letter in common cannot be told apart.</p>
            """);
    }

    static string Reached(StudyResult result, StudyMeasure measure) => measure.Reach is { } reach && result.Level(reach) is { } level
        ? $" ({ReportFormat.Percent(level)}, the least that {reach.Arm} ends with)" : "";

    /// <summary>Each fold of a cross validation by the primary measure; nothing for other studies.</summary>
    public static Markup Folds(StudyResult result)
    {
        var (definition, measure) = (result.Definition, result.Definition.Primary);
        if (definition.Folds == 0)
            return Markup.None;
        var rows = definition.Repeats.Select(repeat => Markup.Of($"""
            <tr class="own"><th scope="row">{repeat.ToString()}</th>{definition.Arms.Select(
                arm => Markup.Of($"<td>{Value(measure.Format, Of(arm, repeat))}</td>"))}</tr>

            """));
        return Markup.Of($"""
            <table class="results study folds">
            <thead><tr><th scope="col">{Capital(measure.Title)}</th>{definition.Arms.Select(
                arm => Markup.Of($"<th scope=\"col\">{arm.Name}</th>"))}</tr></thead>
            <tbody>
            {rows}</tbody></table>
            <p class="hint">The network of each fold is kept in the folder weights beside this page, as safetensors.</p>
            """);

        double? Of(StudyArm arm, StudyRepeat repeat) =>
            result.Of(arm).FirstOrDefault(trial => trial.Repeat == repeat) is { } trial ? result.Value(trial, measure) : null;
    }

    /// <summary>Every trial's values.</summary>
    public static Markup Trials(StudyResult result)
    {
        var measures = result.Definition.Measures.Where(measure => result.Definition.Arms.Any(arm => result.Has(arm, measure))).Take(3).ToList();
        if (measures.Count == 0)
            return Markup.None;
        var rows = from arm in result.Definition.Arms
                   from trial in result.Of(arm)
                   select Markup.Of($"""
                       <tr><th scope="row">{arm.Name}, {trial.Repeat.ToString()}</th>{measures.Select(
                           measure => Markup.Of($"<td>{Value(measure.Format, result.Value(trial, measure))}</td>"))}</tr>

                       """);
        return Markup.Of($"""
            <details><summary>All trials</summary>
            <div class="values"><table><thead><tr><th scope="col">trial</th>{measures.Select(
                measure => Markup.Of($"<th scope=\"col\">{measure.Title}</th>"))}</tr></thead>
            <tbody>
            {rows}</tbody></table></div>
            </details>
            """);
    }
}
