using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class ComparisonTests : IDisposable
{
    static readonly RunSettings Settings =
        RunSettings.Tutorial with { Epochs = 2, LogEvery = 10, Data = SampleRun.Slice, TestData = SampleRun.Slice };

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    Comparison Begin(string name) => Comparison.Begin(folder.File(name), Settings, SampleRun.Source, "ballast compare");

    [Fact]
    public void Both_arms_train_as_fresh_programs_with_the_seed_would()
    {
        var comparison = Begin("both");
        Assert.True(comparison.Run(_ => new SampleRun.Listener()));
        foreach (var arm in ComparisonArm.All)
        {
            var alone = SampleRun.Folder(folder.File(arm.Name), Settings with { Layers = arm.Network.Layers });
            SampleRun.Start(alone);
            Assert.Equal(
                StateFile.Load(alone.WeightsPath).Select(entry => StoredTensor.From("", entry.Value.Tensor).Data.ToArray()),
                StateFile.Load(comparison.Folder.Part(arm.Name)!.WeightsPath).Select(entry => StoredTensor.From("", entry.Value.Tensor).Data.ToArray()));
        }
    }

    [Fact]
    public void The_report_has_both_curves_and_no_published_numbers_for_other_data()
    {
        var comparison = Begin("run");
        comparison.Run(_ => new SampleRun.Listener());
        var report = comparison.Report();
        Assert.Equal(4, report.With!.Points.Count);
        Assert.Equal(4, report.Without!.Points.Count);
        Assert.Equal(2, report.ComparedEpoch);
        Assert.Equal(report.With.Points.Skip(2).Average(point => point.Loss), report.MeanLoss(report.With, 2));
        Assert.NotNull(report.Without.TestAccuracy);
        Assert.Equal((200, 200, 20), (report.TrainingImages, report.TestImages, report.StepsPerEpoch));
        Assert.Empty(report.Published);
        string page = File.ReadAllText(comparison.Folder.ReportPath);
        Assert.Contains("cifar10-slice.bin", page, StringComparison.Ordinal);
        Assert.Contains("ballast compare", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tutorials_own_settings_bring_the_published_numbers()
    {
        var run = RunFolder.Create(folder.File("tutorial"), new RunRecord(
            RunKind.Compare, RunSettings.Tutorial with { Epochs = 1 }, SampleRun.Provenance(Cifar10.FromRecords(SampleRun.Slice))));
        Assert.Equal(TutorialComparison.Published, ComparisonReports.Read(run, 50_000).Published);
        run.Update(run.Record with { Settings = RunSettings.Tutorial with { Seed = 7 } });
        Assert.Empty(ComparisonReports.Read(run, 50_000).Published);
    }

    [Fact]
    public void A_stopped_comparison_reports_what_there_is_and_goes_on_to_the_same_end()
    {
        var whole = Begin("whole");
        whole.Run(_ => new SampleRun.Listener());

        var stopped = Begin("stopped");
        using var stop = new CancellationTokenSource();
        Assert.False(stopped.Run(
            arm => new SampleRun.Listener
            {
                OnLine = metric =>
                {
                    if (arm == ComparisonArm.Without && metric.Step == 10)
                        stop.Cancel();
                },
            },
            stop.Token));
        Assert.Single(stopped.Report().Without!.Points);
        Assert.Contains("can be resumed", File.ReadAllText(stopped.Folder.ReportPath), StringComparison.Ordinal);

        var trained = new List<string>();
        var again = Comparison.Open(RunFolder.Open(stopped.Folder.Path), SampleRun.Source);
        Assert.True(again.Run(arm =>
        {
            trained.Add(arm.Name);
            return new SampleRun.Listener();
        }));
        Assert.Equal(["without"], trained);
        Assert.Equal(whole.Report().Without!.Points, again.Report().Without!.Points);
        foreach (var arm in ComparisonArm.All)
        {
            Assert.Equal(
                File.ReadAllBytes(whole.Folder.Part(arm.Name)!.WeightsPath),
                File.ReadAllBytes(again.Folder.Part(arm.Name)!.WeightsPath));
        }
    }

    [Fact]
    public void A_training_run_is_not_taken_for_a_comparison()
    {
        var run = SampleRun.Folder(folder.File("train"), SampleRun.Settings);
        Assert.Throws<InvalidDataException>(() => Comparison.Open(run, SampleRun.Source));
    }
}
