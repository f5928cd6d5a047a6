using System.Globalization;
using static Ballast.Lab.ReportFormat;
using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>Turns a <see cref="ComparisonReport"/> into one self-contained HTML page: it loads nothing, works in light
/// and dark, on a phone and on paper.</summary>
public static class ComparisonPage
{
    /// <summary>The page as HTML.</summary>
    public static string Render(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var answer = new ComparisonAnswer(report);
        var training = ComparisonCharts.Training(report);
        int closeUp = CloseUpEpoch(report, answer);
        var epoch = closeUp > 0 ? ComparisonCharts.Epoch(report, closeUp) : null;
        var accuracy = EpochChart.Of(("with", "with", EpochChart.Training(report.With)), ("without", "without", EpochChart.Training(report.Without)));

        var body = Markup.Join(
        [
            Head(report, answer),
            Section("What was trained", Trained(report)),
            Section("The curves", Curves(report, training),
                epoch is null ? Markup.None : CloseUp(report, epoch, closeUp), accuracy is null ? Markup.None : Chart(accuracy,
                    "Accuracy of each epoch, on the images trained on", "Accuracy of both networks in each epoch.")),
            RunPage.Activations(SpreadFigure.Draw(
                new SpreadRun("without", "without", report.Without?.Activations ?? []),
                new SpreadRun("with", "with", report.With?.Activations ?? []))),
            Section("The numbers", ComparisonTables.Results(report, answer), Notes(report, answer),
                ComparisonTables.Epochs(report, answer)),
            Section("What is batch normalization?", new Markup(ReportPage.Resource("batch-normalization.html"))),
            Section("What this cannot tell", Limits(report)),
            Section("Settings", Settings(report)),
            Section("Where it comes from", Origin(report.Provenance)),
            Again(report.Provenance),
        ]);
        var charts = new[] { training, epoch, accuracy }.OfType<ChartData>();
        return ReportPage.Render(report.Title, body, new ReportData([.. charts]));
    }

    /// <summary>Writes the page to a file, whole or not at all. Missing folders are created.</summary>
    /// <exception cref="IOException">The file cannot be written; one that was there before is unchanged.</exception>
    public static void Write(ComparisonReport report, string path) => ReportPage.Write(Render(report), path);

    static Markup Head(ComparisonReport report, ComparisonAnswer answer)
    {
        var reservations = answer.Reservations().Select(text => Markup.Of($"<p>{text}</p>")).ToList();
        var note = reservations.Count == 0 ? Markup.None
            : Markup.Of($"""<div class="note" role="note">{reservations}</div>""");
        string date = report.Provenance.Date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
        string epochs = report.Epochs == 1 ? "epoch" : "epochs";
        return Markup.Of($"""
            <header>
            <h1>{report.Title}</h1>
            <p class="answer">{answer.Sentence()}</p>
            {answer.Meaning()}
            {note}
            <p class="facts"><span>{report.Dataset}</span> ·
            <span>{report.Epochs} {epochs} of {Count(report.StepsPerEpoch)} mini-batches</span> ·
            <span>seed {report.Seed}</span> ·
            <span>{date}</span></p>
            </header>

            """);
    }

    static Markup Trained(ComparisonReport report) => Markup.Of($"""
        <p>The same small network, twice. It looks at the {Count(report.TrainingImages)} training images of
        {report.Dataset},
        colour photographs of 32 × 32 pixels, {report.BatchSize} at a time, and learns to name what each shows, out of
        ten kinds: airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck. After every {report.BatchSize}
        images (a mini-batch) its weights are corrected a little; once through all images is an epoch.</p>
        <p>The two differ in one thing: the first normalizes what its hidden layers compute. All else is the same, down
        to the random weights they start from and the order in which the images come.</p>
        {Diagram(report)}
        """);

    static Markup Diagram(ComparisonReport report)
    {
        if (report.Network.Count == 0)
            return Markup.None;
        return Markup.Of($"""
            <figure class="network">
            {Lane("with", report.Network)}{Lane("without", report.Network)}</figure>
            """);
    }

    static Markup Lane(string name, IReadOnlyList<NetworkLayer> layers) => Markup.Of($"""
        <div class="lane {name}"><p>{name}</p>
        <ol>{layers.Select(layer => Station(layer, name == "without"))}</ol>
        </div>

        """);

    static Markup Station(NetworkLayer layer, bool bare)
    {
        if (bare && layer.Role == LayerRole.Normalization)
            return new Markup("<li class=\"gap\" aria-hidden=\"true\"></li>");
        string role = layer.Role.ToString().ToLowerInvariant();
        return Markup.Of($"""<li class="{role}"><b>{layer.Name}</b> <span>{layer.Detail}</span></li>""");
    }

    static Markup Curves(ComparisonReport report, ChartData? chart) => chart is null
        ? new Markup("<p>There are fewer than two points, which are no curve.</p>")
        : Markup.Of($"""
            {Chart(chart, $"Training loss, mean of each {Count(report.LogEvery)} mini-batches",
                "Training loss of both networks over all mini-batches.")}
            <p><b>How to read it.</b> The loss says how far the answers were off: 0 is certain and right every time,
            2.303 is what guessing among ten kinds costs. Each point is the mean over {Count(report.LogEvery)}
            mini-batches, so of two curves the lower one has learned more from the same images. The small ups and downs
            are the luck of which images came. The vertical axis does not begin at 0.</p>
            {Hint}
            """);

    static Markup CloseUp(ComparisonReport report, ChartData chart, int epoch)
    {
        string beside = string.Join(" and ", report.Published
            .Where(other => other.Epoch == epoch && other.LinesWith.Count + other.LinesWithout.Count > 0)
            .Select(other => other.Name));
        string caption = $"Epoch {epoch} close up" + (beside.Length == 0 ? "" : $"; dashed: {beside}");
        return Chart(chart, caption, $"Training loss of both networks in epoch {epoch}.");
    }

    static Markup Notes(ComparisonReport report, ComparisonAnswer answer)
    {
        var notes = new List<Markup>();
        if (answer.Epoch is { } epoch && report.With?.TestLoss < answer.Mean(report.With, epoch))
        {
            notes.Add(Markup.Of($"""
                <p>Why is the test loss lower than the training loss? The training loss is a mean over an epoch in which
                the network was still getting better, while the test takes it as it is at the end. And with batch
                normalization an image in training is normalized by the statistics of the {report.BatchSize} images
                that happen to share its mini-batch, which is noisy; in the test, by averages gathered over the whole
                training.</p>
                """));
        }

        if (report.Published.Select(other => other.Epoch).Where(published => published > report.Epochs).ToList()
            is { Count: > 0 } later)
        {
            notes.Add(Markup.Of(
                $"<p>Published results are for epoch {later.Min()}: train that long to compare with them.</p>"));
        }

        return Markup.Join(notes);
    }

    static Markup Limits(ComparisonReport report) => Markup.Of($"""
        <p>This is one training of each kind, with one seed. Another seed starts from other weights and shows the images
        in another order, and every number here would change a little; how much, one run cannot say, which is why no
        uncertainty stands beside the numbers. Nor does it say what other networks, mini-batch sizes or learning rates
        would do.</p>
        {report.Caveats.Select(caveat => Markup.Of($"<p>{caveat}</p>\n"))}
        """);

    static Markup Settings(ComparisonReport report) => List(
    [
        new("Epochs", Count(report.Epochs)),
        new("Images in a mini-batch", Count(report.BatchSize)),
        new("Seed", report.Seed.ToString(CultureInfo.InvariantCulture)),
        .. report.Settings,
    ]);

    // The last epoch, if there is more than one or something to hold it against.
    static int CloseUpEpoch(ComparisonReport report, ComparisonAnswer answer)
    {
        int epoch = answer.Epoch
            ?? Math.Max(LastEpoch(report.With), LastEpoch(report.Without));
        return epoch > 1 || report.Published.Any(other => other.Epoch == epoch) ? epoch : 0;
    }

    static int LastEpoch(RunCurve? run) => run is { Points: [.., var last] } ? last.Epoch : 0;
}
