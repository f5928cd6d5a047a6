using static Ballast.Lab.ReportFormat;

namespace Ballast.Lab;

/// <summary>The tables of a comparison.</summary>
static class ComparisonTables
{
    const int EpochRows = 12;

    static readonly Markup Columns = new("""
        <th scope="col" class="with">with</th><th scope="col" class="without">without</th>
        <th scope="col">difference</th>
        """);

    /// <summary>Losses, accuracy and time of both runs, with what others published below ours.</summary>
    public static Markup Results(ComparisonReport report, ComparisonAnswer answer)
    {
        var groups = new List<Markup>();
        foreach (int epoch in LossEpochs(report, answer))
        {
            groups.Add(Group($"Mean loss of epoch {epoch}",
            [
                LossRow("this run", answer.Mean(report.With, epoch), answer.Mean(report.Without, epoch), own: true),
                .. from other in report.Published
                   where other.Epoch == epoch && (other.LossWith ?? other.LossWithout) is not null
                   select LossRow(other.Name, other.LossWith, other.LossWithout),
            ]));
        }

        var (with, without) = (report.With, report.Without);
        var tested = report.Published.Where(other => other.Epoch == report.Epochs).ToList();
        // Pictures of one's own may have none to test on.
        if (report.TestImages > 0)
        {
            groups.Add(Group($"Loss on the {Count(report.TestImages)} test images",
            [
                LossRow("this run", with?.TestLoss, without?.TestLoss, own: true),
                .. from other in tested
                   where (other.TestLossWith ?? other.TestLossWithout) is not null
                   select LossRow(other.Name, other.TestLossWith, other.TestLossWithout),
            ]));
            groups.Add(Group("Accuracy on the test images",
            [
                ShareRow("this run", with?.TestAccuracy, without?.TestAccuracy, own: true),
                .. from other in tested
                   where (other.AccuracyWith ?? other.AccuracyWithout) is not null
                   select ShareRow(other.Name, other.AccuracyWith, other.AccuracyWithout),
            ]));
        }

        groups.Add(Group("Speed",
        [
            Row("training time", Seconds(with?.TrainingSeconds), Seconds(without?.TrainingSeconds), "", own: true),
            Row("images a second", Count(with?.ImagesPerSecond), Count(without?.ImagesPerSecond), "", own: true),
        ]));
        return Markup.Of($"""
            <table class="results">
            <thead><tr><td></td>{Columns}</tr></thead>
            {groups}</table>
            """);
    }

    /// <summary>The mean loss of each epoch; of a long training, a dozen epochs spread over it.</summary>
    public static Markup Epochs(ComparisonReport report, ComparisonAnswer answer)
    {
        int last = report.Epochs;
        while (last > 0 && (answer.Mean(report.With, last) ?? answer.Mean(report.Without, last)) is null)
            last--;
        if (last < 2)
            return Markup.None;

        int rows = Math.Min(last, EpochRows);
        var epochs = Enumerable.Range(0, rows).Select(row => 1 + (int)Math.Round(row * (last - 1d) / (rows - 1)));
        return Markup.Of($"""
            <table class="epochs">
            <caption>Mean training loss by epoch</caption>
            <thead><tr><th scope="col">epoch</th>{Columns}</tr></thead>
            <tbody>
            {epochs.Select(epoch => LossRow($"{epoch}", answer.Mean(report.With, epoch),
                answer.Mean(report.Without, epoch)))}</tbody>
            </table>
            """);
    }

    // The epoch that the answer is about, and the one that others published, if it was meant to be reached.
    static IEnumerable<int> LossEpochs(ComparisonReport report, ComparisonAnswer answer) =>
        report.Published.Select(other => other.Epoch).Where(epoch => epoch <= report.Epochs)
            .Append(answer.Epoch ?? report.Epochs).Distinct().Order();

    static Markup Group(string name, IReadOnlyList<Markup> rows) => Markup.Of($"""
        <tbody>
        <tr class="group"><th scope="rowgroup" colspan="4">{name}</th></tr>
        {rows}</tbody>

        """);

    static Markup LossRow(string name, double? with, double? without, bool own = false) =>
        Row(name, Loss(with), Loss(without), LossDifference(with, without), own);

    static Markup ShareRow(string name, double? with, double? without, bool own = false) =>
        Row(name, Percent(with), Percent(without), PercentDifference(with, without), own);

    static Markup Row(string name, string with, string without, string difference, bool own = false)
    {
        var emphasis = own ? new Markup(" class=\"own\"") : Markup.None;
        return Markup.Of($"""
            <tr{emphasis}><th scope="row">{name}</th><td>{with}</td><td>{without}</td><td>{difference}</td></tr>

            """);
    }
}
