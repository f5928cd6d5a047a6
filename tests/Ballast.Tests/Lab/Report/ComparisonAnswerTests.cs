using Ballast.Lab;

namespace Ballast.Tests.Lab;

public class ComparisonAnswerTests
{
    static readonly ComparisonReport Complete = SampleComparison.Complete;

    static string Seen(ComparisonReport report) => PageText.Seen(ComparisonPage.Render(report));

    [Fact]
    public void A_complete_comparison_is_answered_by_its_last_epoch()
    {
        string page = Seen(Complete);

        Assert.Contains("With batch normalization the mean loss of epoch 5 was 1.573, without it 1.648.",
            page, StringComparison.Ordinal);
        Assert.Contains("the first named 47.9 % correctly, the second 42.6 %", page, StringComparison.Ordinal);
        Assert.DoesNotContain("incomplete", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Epochs_of_fewer_mini_batches_than_make_a_log_line_are_compared_by_their_own_means()
    {
        static RunCurve Own(params double[] losses) => new() { Epochs = [.. losses.Select(static (loss, i) => new EpochPoint(i + 1, loss, 0.1 + i / 10.0, null))] };
        var small = Complete with { Epochs = 2, StepsPerEpoch = 40, TestImages = 0, Published = [], Caveats = [], With = Own(2.2, 1.9), Without = Own(2.3, 2.1) };
        string page = Seen(small);
        Assert.Contains("With batch normalization the mean loss of epoch 2 was 1.900, without it 2.100.", page, StringComparison.Ordinal);
        Assert.Contains("Mean loss of epoch 2 this run 1.900 2.100 −0.200", page, StringComparison.Ordinal);
        Assert.DoesNotContain("ended before", page, StringComparison.Ordinal);
        Assert.DoesNotContain("test images", page, StringComparison.Ordinal);

        page = Seen(small with { Without = Own(2.3) });
        Assert.Contains("The run without batch normalization is incomplete: it ended after epoch 1 of 2.", page, StringComparison.Ordinal);
        Assert.Contains("the mean loss of epoch 1 was 2.200, without it 2.300.", page, StringComparison.Ordinal);
        Assert.Contains("Without batch normalization training diverged: the mean loss of epoch 2 was no finite number.", Seen(small with { Without = Own(2.3, double.NaN) }), StringComparison.Ordinal);
    }

    [Fact]
    public void Ours_stands_above_what_was_published()
    {
        string page = Seen(Complete);

        Assert.Contains("Mean loss of epoch 5 this run 1.573 1.648 −0.075 the tutorial 1.578 1.650 −0.072 " +
            "PyTorch 1.13.1, seed 42 1.573 1.648 −0.075", page, StringComparison.Ordinal);
        Assert.Contains("test images this run 1.467 1.625 −0.158 PyTorch 1.13.1, seed 42 1.467 1.625 −0.158",
            page, StringComparison.Ordinal);
        Assert.Contains("this run 47.9 % 42.6 % +5.3", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_runs_are_compared_at_the_last_epoch_both_completed_and_said_to_be_incomplete()
    {
        string page = Seen(Complete with
        {
            With = SampleComparison.First(Complete.With, 20) with { Remark = "Stopped with Ctrl-C." },
            Without = SampleComparison.First(Complete.Without, 13),
        });

        Assert.Contains("the mean loss of epoch 1 was 1.720, without it 1.816.", page, StringComparison.Ordinal);
        Assert.Contains("The run with batch normalization is incomplete: it ended after epoch 2 of 5",
            page, StringComparison.Ordinal);
        Assert.Contains("Stopped with Ctrl-C.", page, StringComparison.Ordinal);
        Assert.Contains("The run without batch normalization is incomplete: it ended in epoch 2 of 5; " +
            "its last point is at mini-batch 6,500.",
            page, StringComparison.Ordinal);
        Assert.Contains("Mean loss of epoch 5 this run – – the tutorial 1.578", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_complete_epoch_the_last_common_point_is_compared()
    {
        string page = Seen(Complete with
        {
            With = SampleComparison.Losses(2.1, 2.0, 1.9),
            Without = SampleComparison.Losses(2.2, 2.15),
        });

        Assert.Contains("After 1,000 mini-batches the loss was 2.000 with batch normalization and 2.150 without.",
            page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_run_is_not_compared()
    {
        string page = Seen(Complete with { With = null });

        Assert.Contains("Without batch normalization the mean loss of epoch 5 was 1.648. With it nothing was measured.",
            page, StringComparison.Ordinal);
        Assert.Contains("The network with batch normalization was not trained.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_diverged_is_named_with_its_step()
    {
        var broken = Complete.Without! with
        {
            Points = [.. Complete.Without!.Points.Take(13), new(7000, 2, double.NaN)],
            TestLoss = null,
            TestAccuracy = null,
        };
        string page = Seen(Complete with { Without = broken });

        Assert.Contains("the mean loss of epoch 1 was 1.720, without it 1.816.", page, StringComparison.Ordinal);
        Assert.Contains("Without batch normalization training diverged: by mini-batch 7,000 (epoch 2)",
            page, StringComparison.Ordinal);
        Assert.Contains("Mean loss of epoch 5 this run 1.573 –", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_epoch_with_a_loss_that_is_not_finite_has_no_mean()
    {
        double[] losses = [2.2, 2.1, 2.0, double.NaN, 1.9, 1.9, 1.8, 1.8, 1.8, 1.7];
        string page = Seen(Complete with
        {
            Epochs = 1,
            With = SampleComparison.First(Complete.With, 10),
            Without = SampleComparison.Losses(losses),
        });

        Assert.Contains("After 5,000 mini-batches the loss was", page, StringComparison.Ordinal);
        Assert.Contains("Mean loss of epoch 1 this run 1.720 –", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_measured_is_said_and_not_drawn()
    {
        string page = ComparisonPage.Render(Complete with { With = new(), Without = null });

        Assert.Contains("Nothing was measured", PageText.Seen(page), StringComparison.Ordinal);
        Assert.Empty(PageText.Data(page).GetProperty("charts").EnumerateArray());
        Assert.DoesNotContain("<figure class=\"chart\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shorter_training_is_not_held_against_results_of_a_longer_one()
    {
        string page = Seen(Complete with
        {
            Epochs = 1,
            With = SampleComparison.First(Complete.With, 10),
            Without = SampleComparison.First(Complete.Without, 10),
        });

        Assert.DoesNotContain("the tutorial 1.578", page, StringComparison.Ordinal);
        Assert.Contains("Published results are for epoch 5", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_training_lists_a_dozen_of_its_epochs()
    {
        var curve = SampleComparison.Losses([.. Enumerable.Range(0, 400).Select(i => 2 - (i * 0.001))]);
        string page = ComparisonPage.Render(Complete with { Epochs = 40, With = curve, Without = curve });
        string table = page[page.IndexOf("<table class=\"epochs\">", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("</table>", StringComparison.Ordinal)];

        Assert.Equal(13, table.Split("<tr>").Length - 1);
        Assert.Contains("<th scope=\"row\">1</th>", table, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">40</th>", table, StringComparison.Ordinal);
    }
}
