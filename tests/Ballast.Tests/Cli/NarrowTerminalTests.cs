using System.Text.RegularExpressions;
using Ballast.Cli;
using Ballast.Lab;
using Spectre.Console;

namespace Ballast.Tests.Cli;

/// <summary>What the doctor and a comparison print, as terminals of some widths and a pipe show it.</summary>
public class NarrowTerminalTests
{
    const string LongLayer = "layers.12.body.convolution_with_quite_a_long_name.normalization_1";

    internal static string Written(int width, bool terminal, Action<IAnsiConsole> print)
    {
        var written = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(written),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = terminal;
        print(console);
        return written.ToString();
    }

    // A line that is wider than the terminal goes on in the next one, which the screen shows and the text has not. A single word may: it can
    // be copied whole.
    internal static string[] Show(int width, string written)
    {
        string plain = Regex.Replace(written, "\u001b\\[[0-9;?]*[a-zA-Z]", "");
        string[] lines = [.. plain.Split('\n').Select(static line => line.TrimEnd())];
        foreach (string line in lines.Where(line => line.GetCellWidth() > width))
            Assert.DoesNotContain(' ', line.Trim());
        string[] screen = TerminalScreen.Show(width, written);
        Assert.Equal(string.Concat(lines), string.Concat(screen));
        if (lines.All(line => line.GetCellWidth() <= width))
            Assert.Equal(lines, screen);
        return screen;
    }

    static RunDiagnosis Diagnosis(string layer) => new(new Diagnosis(
        [
            new Finding("eval-gap", Severity.Error, Confidence.Certain, layer,
                "The same batches have a loss of 0.412 in training mode and of 31.7 in evaluation mode; with the statistics of these batches 0.41.",
                new Dictionary<string, double> { ["loss_in_training_mode"] = 0.412, ["loss_in_evaluation_mode"] = 31.7, ["mean_distance"] = 1234.5678 },
                "Compute the statistics anew from the training data, PreciseStatistics.Update.", "Wu and Johnson 2021 (arXiv 2105.07576), section 3"),
            new Finding("decayed-norm", Severity.Warning, Confidence.Possible, "", "Weight decay pulls gamma.", new Dictionary<string, double>(), "Leave it.", "He 2018"),
            new Finding("redundant-bias", Severity.Note, Confidence.Certain, "猫.層", "The bias does nothing.", new Dictionary<string, double>(), "bias: false", "Ioffe 2015"),
        ],
        [new SkippedCheck("training-mode", "It needs DoctorOptions.ForInference."), new SkippedCheck("forgotten-eval", "It needs DoctorOptions.ForInference.")], 2, 50), "runs/20260502-140300-train/weights.safetensors");

    [Theory]
    [InlineData(40, "layers.2")]
    [InlineData(80, "layers.2")]
    [InlineData(200, "layers.2")]
    [InlineData(40, LongLayer)]
    [InlineData(80, LongLayer)]
    [InlineData(200, LongLayer)]
    public void No_line_of_a_diagnosis_is_wider_than_the_terminal_and_no_word_broken(int width, string layer)
    {
        string written = Written(width, true, console => DiagnosisDisplay.Print(console, "runs/20260502-140300-train", Diagnosis(layer)));
        string[] screen = Show(width, written);
        string shown = string.Join(' ', screen.Select(static line => line.Trim()));
        Assert.Contains($"error {layer}: eval-gap, certain", layer.Length < width ? shown : shown.Replace(" ", "", StringComparison.Ordinal).Replace("error", "error ", StringComparison.Ordinal)
            .Replace(":eval-gap,", ": eval-gap, ", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (string whole in (string[])["Weight decay pulls gamma.", "note 猫.層: redundant-bias, certain", "mean distance 1235", "training-mode, forgotten-eval. It needs DoctorOptions.ForInference.",
            "1 error, 1 warning, 1 note in 2 batch normalizations, run on 50 batches."])
            Assert.Contains(whole, shown, StringComparison.Ordinal);
        // The severity alone has a colour.
        Assert.Equal(["error", "warning", "note"], Regex.Matches(written, "\u001b\\[[0-9;]+m(.*?)\u001b\\[0m").Select(static match => match.Groups[1].Value));
    }

    [Fact]
    public void In_a_pipe_a_diagnosis_has_no_escape_sequence_and_lines_of_100()
    {
        string written = Written(100, false, static console => DiagnosisDisplay.Print(console, "run", Diagnosis("layers.2")));
        Assert.DoesNotContain('\u001b', written);
        Assert.All(written.Split('\n'), static line => Assert.True(line.Length <= 100, line));
        Assert.Contains("\nerror layers.2: eval-gap, certain\n  The same batches", written, StringComparison.Ordinal);
    }

    static ComparisonReport Report(string published) => SampleComparison.Complete with
    {
        Published = [.. SampleComparison.Complete.Published.Select((other, i) => i == 0 ? other with { Name = published } : other)],
    };

    [Theory]
    [InlineData(40, "the tutorial")]
    [InlineData(80, "the tutorial")]
    [InlineData(200, "the tutorial")]
    [InlineData(40, "a program whose name is as long as people make them, with a version 1.13.1")]
    [InlineData(80, "a program whose name is as long as people make them, with a version 1.13.1")]
    [InlineData(200, "a program whose name is as long as people make them, with a version 1.13.1")]
    public void No_line_of_a_comparison_is_wider_than_the_terminal_and_no_number_broken(int width, string published)
    {
        string[] screen = Show(width, Written(width, true, console => ComparisonTable.Print(console, Report(published))));
        Assert.All(screen, line => Assert.True(line.Length <= width, line));
        string shown = Regex.Replace(string.Join(' ', screen.Select(static line => line.Trim())), "[│ ]+", " ");
        bool isTable = screen[0].StartsWith('╭');
        // 27 cells for the longest of the other names, and 23 for numbers and borders.
        Assert.Equal(width >= Math.Max(27, published.Length + 2) + 23, isTable);
        foreach (string row in (string[])["Mean loss of epoch 5 1.573 1.648", "Accuracy on the test images 47.9 % 42.6 %", "Training time 2.84 s 2.43 s", $"{published} 1.578 1.650"])
        {
            string expected = isTable ? row : Regex.Replace(row, @"(\d+\.\d+(?: [%s])?) (\d+\.\d+(?: [%s])?)$", "with $1, without $2");
            Assert.Contains(expected, shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void In_a_pipe_a_comparison_is_a_table_of_plain_characters()
    {
        string written = Written(100, false, static console => ComparisonTable.Print(console, Report("the tutorial")));
        Assert.True(written.All(char.IsAscii));
        Assert.DoesNotContain('\u001b', written);
        Assert.Contains("|   the tutorial                   |  1.578 |   1.650 |\n", Regex.Replace(written, @"tutorial +\|", "tutorial                   |"), StringComparison.Ordinal);
    }
}
