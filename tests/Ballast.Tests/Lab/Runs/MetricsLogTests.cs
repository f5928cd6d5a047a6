using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class MetricsLogTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    string FilePath => folder.File("metrics.jsonl");

    public void Dispose() => folder.Dispose();

    static Metric Line(long step) => new(MetricKind.Train, step, 1, (int)step, 2.25, 0.5, Seconds: 1.5);

    [Fact]
    public void What_is_written_is_read_back_line_by_line_while_the_file_is_open()
    {
        using var log = MetricsLog.Create(FilePath);
        log.Write(Line(10));
        Assert.Equal([Line(10)], MetricsLog.Read(FilePath));
        var test = new Metric(MetricKind.Evaluation, 20, Loss: 1.25, Accuracy: 0.5, Count: 200);
        log.Write(test);
        Assert.Equal([Line(10), test], MetricsLog.Read(FilePath));
        Assert.Equal(
            """{"type":"train","step":10,"epoch":1,"batch":10,"loss":2.25,"accuracy":0.5,"seconds":1.5}""",
            File.ReadLines(FilePath).First());
    }

    [Fact]
    public void A_loss_that_is_not_finite_survives()
    {
        using (var log = MetricsLog.Create(FilePath))
            log.Write(new Metric(MetricKind.Diverged, 3, Loss: double.NaN));
        Assert.Equal(double.NaN, MetricsLog.Read(FilePath)[0].Loss);
    }

    [Fact]
    public void A_half_written_last_line_is_passed_over_and_gone_after_a_resume()
    {
        using (var log = MetricsLog.Create(FilePath))
            log.Write(Line(10));
        File.AppendAllText(FilePath, """{"type":"train","st""");
        Assert.Equal([Line(10)], MetricsLog.Read(FilePath));
        using (var log = MetricsLog.Resume(FilePath, 10))
            log.Write(Line(20));
        Assert.Equal([Line(10), Line(20)], MetricsLog.Read(FilePath));
    }

    [Fact]
    public void A_resume_drops_what_was_measured_after_the_checkpoint_and_earlier_tests()
    {
        var stopped = new Metric(MetricKind.Stopped, 20, Seconds: 2);
        using (var log = MetricsLog.Create(FilePath))
        {
            foreach (var metric in (Metric[])[Line(10), Line(20), stopped, new Metric(MetricKind.Evaluation, 20), Line(30)])
                log.Write(metric);
        }

        MetricsLog.Resume(FilePath, 20).Dispose();
        Assert.Equal([Line(10), Line(20), stopped], MetricsLog.Read(FilePath));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"type":"dance","step":1}""")]
    [InlineData("""{"type":1,"step":1}""")]
    public void A_damaged_line_is_refused_by_its_number(string line)
    {
        File.WriteAllText(FilePath, Line(10).ToJson() + "\n" + line + "\n");
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(() => MetricsLog.Read(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_file_there_is_nothing_to_read() => Assert.Empty(MetricsLog.Read(FilePath));
}
