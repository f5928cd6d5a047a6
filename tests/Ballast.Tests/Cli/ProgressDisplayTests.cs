using Ballast.Cli;

namespace Ballast.Tests.Cli;

public sealed class ProgressDisplayTests
{
    const string Result = "1 of 9  with-batch-normalization-between  seed 42  images named right 45.1 %, loss on the test images 1.923";

    [Theory]
    [InlineData(40, "1 of 9  with-batch-normalization-between", "  seed 42  images named right 45.1 %,", "  loss on the test images 1.923")]
    [InlineData(80, "1 of 9  with-batch-normalization-between  seed 42  images named right 45.1 %,", "  loss on the test images 1.923")]
    [InlineData(200, Result)]
    public void Lines_are_broken_between_words_and_nothing_of_the_bar_stays(int width, params string[] lines)
    {
        var written = new StringWriter { NewLine = "\n" };
        using (var display = new ProgressDisplay(true, written, () => width))
        {
            display.WriteLine("Starting epoch 1");
            display.Report("1 of 9 trainings, and a long word on what they do, longer than lines are", 0.3, "12 min 3 s left");
            display.WriteLine(Result);
            display.WriteLine("2 of 9");
        }

        Assert.Equal(["Starting epoch 1", .. lines, "2 of 9", ""], TerminalScreen.Show(width, written.ToString()));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void The_bar_stands_below_the_lines_and_never_fills_its_own(int width)
    {
        var written = new StringWriter { NewLine = "\n" };
        using var display = new ProgressDisplay(true, written, () => width);
        display.Report("training, 5 epochs", 0.5, "12,345 images/s, 3 min 12 s left");
        display.WriteLine("Starting epoch 1");
        string[] screen = TerminalScreen.Show(width, written.ToString());
        Assert.Equal("Starting epoch 1", screen[0]);
        Assert.StartsWith("training, 5 epochs ", screen[1], StringComparison.Ordinal);
        Assert.True(screen[1].Length < width);
        Assert.Equal(2, screen.Length);
        if (width > 40)
            Assert.EndsWith("  50 % 12,345 images/s, 3 min 12 s left", screen[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_terminal_lines_stay_whole_and_there_is_no_bar()
    {
        var written = new StringWriter { NewLine = "\n" };
        using var display = new ProgressDisplay(false, written, () => 40);
        display.Report("training", 0.5, "");
        display.WriteLine(Result);
        Assert.Equal($"{Result}\n", written.ToString());
    }

    [Theory]
    [InlineData(0.0, "what ------------------------   0 %")]
    [InlineData(0.5, "what ############------------  50 %")]
    [InlineData(1.0, "what ######################## 100 %")]
    [InlineData(null, "what ####--------------------")]
    public void A_bar_shows_its_share(double? share, string line) => Assert.Equal(line, new ProgressBar(false).Draw("what", share, "", 79));

    [Theory]
    [InlineData("one two three", 7, "one two|  three")]
    [InlineData("one two three", 13, "one two three")]
    [InlineData("a/path/without/spaces that is long", 10, "a/path/without/spaces|  that is|  long")]
    [InlineData("猫猫 猫猫", 8, "猫猫|  猫猫")]
    [InlineData("", 8, "")]
    public void Words_stay_whole(string line, int width, string parts) =>
        Assert.Equal(parts.Split('|'), Paragraph.Lines(line, width, hanging: 2));
}
