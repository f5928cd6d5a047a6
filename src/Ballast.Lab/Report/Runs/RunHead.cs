using System.Globalization;
using static Ballast.Lab.ReportFormat;

namespace Ballast.Lab;

/// <summary>The head of a run's page: what its network can do, in a sentence, and what a reader must know before trusting it.</summary>
static class RunHead
{
    /// <summary>The head.</summary>
    public static Markup Of(RunReport report)
    {
        string epochs = report.Settings.Epochs == 1 ? "1 epoch" : $"{Count(report.Settings.Epochs)} epochs";
        var notes = Notes(report).ToList();
        var note = notes.Count == 0 ? Markup.None
            : Markup.Of($"""<div class="note" role="note">{notes.Select(static text => Markup.Of($"<p>{text}</p>"))}</div>""");
        string title = report.Target is null ? report.Settings.Layers : $"{report.Target} of {NamedDatasets.Title(report.Settings.Data)}";
        return Markup.Of($"""
            <header>
            <h1>{title}</h1>
            <p class="answer">{Answer(report)}</p>
            {Meaning(report)}{note}
            <p class="facts"><span>{NamedDatasets.Title(report.Settings.Data)}</span> ·
            <span>{epochs} of {Count(report.StepsPerEpoch)} mini-batches</span> ·
            <span>seed {report.Settings.Seed}</span> ·
            <span>{report.Provenance.Date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}</span></p>
            </header>

            """);
    }

    static Markup Answer(RunReport report) => report.Curve switch
    {
        { TestAccuracy: { } tested } => Markup.Of($"The network classifies {Share(tested)} of the {report.Tested} correctly."),
        { TestMeasures: { Count: > 0 } measures } when measures.TryGetValue("r2", out double explained) =>
            Explained(new Markup("The"), explained, report.Target, report.Tested),
        { TestMeasures: { Count: > 0 } measures } when measures.TryGetValue("auroc", out double area) =>
            Markup.Of($"The network tells with and without a label apart in {Share(area)} of the pairs of {report.Tested}."),
        { Epochs: [.., { ValidationAccuracy: { } held } last] } =>
            Markup.Of($"After epoch {last.Epoch} the network classifies {Share(held)} of the {report.Held} correctly."),
        { Epochs: [.., { Measures: { Count: > 0 } measures } last] } when measures.TryGetValue("r2", out double explained) =>
            Explained(Markup.Of($"After epoch {last.Epoch} the"), explained, report.Target, report.Held),
        { Epochs: [.., { Measures: { Count: > 0 } measures } last] } when measures.TryGetValue("auroc", out double area) =>
            Markup.Of($"After epoch {last.Epoch} the network tells with and without a label apart in {Share(area)} of the pairs of {report.Held}."),
        { Epochs: [.., { Accuracy: { } trained } last] } => Markup.Of(
            $"""
            In epoch {last.Epoch} the network classified {Share(trained)} of its training {report.Samples} correctly; there was nothing to test on.
            """),
        _ => new Markup("Nothing was measured yet."),
    };

    static Markup Explained(Markup begin, double share, string? target, string what) =>
        Markup.Of($"{begin} network explains {Share(Math.Max(0, share))} of how {target} varies in the {what}.");

    static Markup Meaning(RunReport report)
    {
        if (report.Classes > 1)
            return Markup.Of($"<p>Guessing among {report.Classes} classes would get {Percent(1.0 / report.Classes)}.</p>\n");
        if (report.Target is not null && report.Curve.Epochs.Any(static epoch => epoch.Measures.ContainsKey("auroc")))
            return Markup.Of($"<p>Guessing would tell {Percent(0.5)} apart: this is the area under the curve, the mean of the labels.</p>\n");
        return report.Target is null ? Markup.None
            : Markup.Of($"<p>Predicting the mean for all would explain nothing, {Percent(0)}; to be right in all of them is {Percent(1)}.</p>\n");
    }

    static IEnumerable<string> Notes(RunReport report)
    {
        var curve = report.Curve;
        if (curve.Broken is { } broken)
            yield return $"Training diverged: by mini-batch {Count(broken.Step)} (epoch {broken.Epoch}) the loss was no longer a finite number.";
        if (curve.TestLoss is { } loss && double.IsNaN(loss))
            yield return $"The network gives NaN for {report.Tested}: it has no accuracy.";
        if (curve.Remark is { } remark)
            yield return remark;
    }

    static Markup Share(double share) => Markup.Of($"""<b class="with">{Percent(share)}</b>""");
}
