using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class RunPageTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    internal static RunReport Report { get; } = new()
    {
        Curve = new RunCurve
        {
            Points = [new(7, 1, 2.3), new(14, 1, 2.2), new(27, 2, 2.1)],
            Epochs = [new(1, 2.25, 0.125, null), new(2, 2.1, 0.25, null)],
            TestLoss = 2.05,
            TestAccuracy = 0.3,
        },
        Settings = SampleRun.Settings with { Layers = "flatten linear:8 <relu> linear:10" },
        StepsPerEpoch = 20,
        Classes = 10,
        TrainingImages = 200,
        TestImages = 100,
        Provenance = SampleRun.Provenance(Cifar10.FromRecords(SampleRun.Slice)),
    };

    [Fact]
    public void It_answers_with_the_accuracy_and_lists_every_epoch()
    {
        string page = RunPage.Render(Report), text = PageText.Seen(page);
        Assert.Contains("The network classifies 30.0 % of the test images correctly.", text, StringComparison.Ordinal);
        Assert.Contains("Guessing among 10 classes would get 10.0 %.", text, StringComparison.Ordinal);
        Assert.Contains("<tr><th scope=\"row\">2</th><td>2.100</td><td>25.0\u00A0%</td></tr>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("held back", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<relu>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("What activations do", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_test_it_says_what_there_is_and_why_it_ended()
    {
        var tested = Report.Curve;
        string Text(RunCurve curve) => PageText.Seen(RunPage.Render(Report with { Curve = curve }));
        Assert.Contains("After epoch 2 the network classifies 40.0 % of the images held back correctly.",
            Text(tested with { TestAccuracy = null, TestLoss = null, Epochs = [new(1, 2.2, 0.1, 0.3), new(2, 2.1, 0.2, 0.4)] }), StringComparison.Ordinal);
        Assert.Contains("In epoch 2 the network classified 25.0 % of its training images correctly; there was nothing to test on.",
            Text(tested with { TestAccuracy = null, TestLoss = null }), StringComparison.Ordinal);
        string nothing = Text(new RunCurve { Remark = "Stopped at once." });
        Assert.Contains("Nothing was measured yet.", nothing, StringComparison.Ordinal);
        Assert.Contains("Stopped at once.", nothing, StringComparison.Ordinal);
        Assert.Contains("fewer than two points", nothing, StringComparison.Ordinal);
        Assert.Contains("gives NaN for test images: it has no accuracy",
            Text(tested with { TestAccuracy = null, TestLoss = double.NaN }), StringComparison.Ordinal);
        Assert.Contains("by mini-batch 27 (epoch 2) the loss was no longer a finite number",
            Text(tested with { TestAccuracy = null, TestLoss = null, Points = [.. tested.Points.Take(2), new(27, 2, double.NaN)] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_runs_page_has_its_activations_and_one_that_was_stopped_has_one_too()
    {
        var run = SampleRun.Folder(folder.File("run"), SampleRun.Settings);
        using var stop = new CancellationTokenSource();
        int lines = 0;
        Assert.False(SampleRun.Start(run, new SampleRun.Listener { OnLine = _ => { if (++lines == 4) stop.Cancel(); } }, stop.Token).Completed);
        Assert.Contains("can be resumed", File.ReadAllText(run.ReportPath), StringComparison.Ordinal);
        SampleRun.Resume(RunFolder.Open(run.Path));
        string page = File.ReadAllText(run.ReportPath);
        Assert.Contains("BatchNorm1d(8), layers.2", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("class=\"shape\"").Length - 1);
        Assert.Equal(2 * 4, page.Split("class=\"shape\"").Skip(1).Sum(static part => part[..part.IndexOf("/>", StringComparison.Ordinal)].Count(static letter => letter == 'M')));
        Assert.Contains("of the test images correctly", page, StringComparison.Ordinal);
    }
}
