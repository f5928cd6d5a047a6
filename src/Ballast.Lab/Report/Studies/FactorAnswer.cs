using System.Globalization;
using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>At which values of a factor which of two groups is better, and from which on.</summary>
sealed class FactorAnswer(StudyResult result) : StudyAnswer(result)
{
    readonly string unit = result.Definition.Plots.FirstOrDefault(static plot => plot.Kind == PlotKind.Factor)?.Unit ?? "factor";

    protected override Markup Found() => Markup.Join(Pairs().Select(pair => Markup.Of($"{Sentence(pair.A, pair.B, pair.Points)} ")));

    public override Markup Meaning()
    {
        if (Result.Definition.Repeats.Count() < 2)
            return new Markup("<p>One repetition cannot say whether differences are more than chance: give several seeds with --seeds.</p>");
        return Markup.Of($"""
            <p>{Direction()}One is called better where the difference, seed by seed, is significant at 5&nbsp;%
            after correction for all {Result.Definition.Family(Measure).Count} comparisons by {Measure.Title}.</p>
            """);
    }

    IEnumerable<(string A, string B, List<StudyComparison> Points)> Pairs() =>
        from pair in Result.Definition.Family(Measure)
        let a = Result.Definition.Arm(pair.A)
        let b = Result.Definition.Arm(pair.B)
        where a.Factor is not null && a.Factor == b.Factor
        orderby a.Factor
        group pair by (A: a.Group ?? a.Name, B: b.Group ?? b.Name) into pairs
        select (pairs.Key.A, pairs.Key.B, pairs.ToList());

    Markup Sentence(string a, string b, List<StudyComparison> points)
    {
        List<string> first = [], second = [], alike = [], open = [];
        double? from = null;
        foreach (var (one, other, _) in points)
        {
            double factor = Result.Definition.Arm(one).Factor!.Value;
            var found = Result.Compare(one, other, Measure);
            string at = Short(factor);
            if (found is null || found.Obstacle is not null)
                open.Add(found is null ? at : $"{at} ({found.Obstacle})");
            else if (!found.IsDifferent)
                alike.Add(at);
            else
                (found.FavoursA ? first : second).Add($"{at} (by {Bare(Measure.Format, Math.Abs(found.Test.Mean))}{Points(Measure.Format)})");
            if (found is { IsDifferent: true, FavoursA: false })
                from = null;
            else if (found is { Obstacle: null })
                from ??= factor;
        }

        var parts = new List<string>();
        if (first.Count > 0)
            parts.Add($"{a} is better than {b} at {unit} {Join(first)}");
        if (second.Count > 0)
            parts.Add($"{b} is better than {a} at {unit} {Join(second)}");
        if (alike.Count > 0)
            parts.Add($"{(parts.Count == 0 ? $"{a} and {b}" : "they")} are not told apart at {unit} {Join(alike)}");
        if (open.Count > 0)
            parts.Add($"nothing is concluded {(parts.Count == 0 ? $"of {a} and {b} " : "")}at {unit} {Join(open)}");
        string last = from is { } least && second.Count > 0
            ? $" From {unit} {least.ToString(CultureInfo.InvariantCulture)} on, {a} is nowhere worse than {b}." : "";
        return Markup.Of($"{Capital(string.Join("; ", parts))}.{last}");
    }

    static string Join(List<string> words) => words.Count == 1 ? words[0] : $"{string.Join(", ", words[..^1])} and {words[^1]}";
}
