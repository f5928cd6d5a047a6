using System.Text.RegularExpressions;
using Ballast.Cli;
using Ballast.Lab;
using Spectre.Console;

namespace Ballast.Tests.Cli;

public class StudyTableTests
{
    static StudyResult Made(string study, string title)
    {
        var definition = SampleStudy.Define(study, SampleStudy.Options with { Seeds = StudyOptions.FirstSeeds(4) });
        definition = definition with
        {
            Arms = [.. definition.Arms.Select(arm => arm with { Title = $"{arm.Title} {title}" })],
        };
        var record = new StudyRecord(definition, Machine.Describe("ballast study", []), 200, 10_000, false, RunSamples.Of(SampleStudy.Data.Train), 0.1);
        var trials = from arm in definition.Arms
                     from seed in definition.Seeds
                     let value = 0.3 + arm.Name.Length / 50.0 + seed % 7 / 100.0
                     select new TrialResult
                     {
                         Arm = arm.Name,
                         Seed = seed,
                         Values = new Dictionary<string, double> { ["accuracy"] = value, ["precise"] = value, ["testLoss"] = 2 - value, ["trainLoss"] = 2 - value, ["limit"] = 3 * value },
                         Curves = [new("accuracy", [100, 200], [value - 0.1, value])],
                     };
        return new StudyResult(record, [.. trials]);
    }

    /// <summary>A line that is wider than the terminal goes on in the next one, which the screen shows and the text has not.</summary>
    [Theory]
    [InlineData(40, "placement")]
    [InlineData(80, "placement")]
    [InlineData(200, "placement")]
    [InlineData(40, "normalizers")]
    [InlineData(80, "normalizers")]
    [InlineData(200, "normalizers")]
    [InlineData(40, "learning-rate")]
    [InlineData(80, "learning-rate")]
    [InlineData(40, "without-normalization")]
    [InlineData(80, "without-normalization")]
    public void No_line_is_wider_than_the_terminal(int width, string study)
    {
        var written = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(written),
        });
        console.Profile.Width = width;
        StudyTable.Print(console, Made(study, "in a network whose layers are described at some length, as people do"), "runs/study", "runs/study/report.html");
        string text = Regex.Replace(written.ToString(), "\u001b\\[[0-9;?]*[a-zA-Z]", "");
        Assert.Equal(text.Split('\n').Select(static line => line.TrimEnd()), TerminalScreen.Show(width, text));
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= width, line));
        Assert.Contains("runs/study/report.html", text, StringComparison.Ordinal);
        // What is compared is named whole: in a row of its own, or in a cell.
        Assert.Contains(study switch { "placement" => "before - none", "normalizers" => "batch - layer", "learning-rate" => "with-x5 - without-x1", _ => "dyt-200 - batch-200" }, text, StringComparison.Ordinal);
    }
}
