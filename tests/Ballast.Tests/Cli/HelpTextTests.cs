using System.CommandLine;
using System.Text.RegularExpressions;
using Ballast.Cli;

namespace Ballast.Tests.Cli;

/// <summary>What help, lists and messages look like in terminals of some widths.</summary>
public partial class HelpTextTests
{
    public static TheoryData<string, int> All
    {
        get
        {
            var all = new TheoryData<string, int>();
            foreach (string name in Names(Application.Make().Root, ""))
            {
                foreach (int width in (int[])[40, 80, 200])
                    all.Add(name, width);
            }

            return all;
        }
    }

    static IEnumerable<string> Names(Command command, string before)
    {
        yield return before;
        foreach (var part in command.Subcommands)
        {
            foreach (string name in Names(part, $"{before} {part.Name}".Trim()))
                yield return name;
        }
    }

    static string Help(string command)
    {
        var (root, help) = Application.Make();
        using var text = new StringWriter();
        var parsed = root.Parse(command);
        parsed.InvocationConfiguration.Output = text;
        help.Invoke(parsed);
        return text.ToString();
    }

    // Without spaces: lines may be broken, and words where they are longer than a line, but nothing is lost or changed.
    static string Letters(string text) => Spaces().Replace(text, "");

    [Theory]
    [MemberData(nameof(All))]
    public void A_help_fits_a_terminal_and_says_what_it_says_in_a_pipe(string command, int width)
    {
        string whole = Help(command), wrapped = HelpText.Wrap(whole, width);
        Assert.DoesNotContain("{", whole, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\[default: [^\]]*\] \[default", whole);
        Assert.DoesNotMatch(@"\[default: [A-Z][a-z]+\]", whole);
        Assert.Equal(Letters(whole), Letters(wrapped));
        string[] lines = wrapped.ReplaceLineEndings("\n").Split('\n');
        Assert.All(lines.TakeWhile(static line => line != "Examples:"), line => Assert.True(line.Length <= width, line));
        // No word is broken that a line has room for.
        string[] words = whole.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        foreach (string word in wrapped.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Except(words))
            Assert.Contains(words, longer => longer.Length > width - 13 && longer.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void Names_of_more_than_half_a_line_stand_above_what_is_said() => Assert.Equal(
        """
        Options:
          --a <LONG|NAME>
              What it is for and
              more
          --b
              What it does

        Done.
        """.ReplaceLineEndings("\n"), HelpText.Wrap("Options:\n  --a <LONG|NAME>  What it is for and more\n  --b              What it does\n\nDone.", 26).ReplaceLineEndings("\n"));

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void The_list_of_studies_keeps_names_and_summaries_apart(int width)
    {
        string[] lines = [.. StudyCommand.Listed(width)];
        Assert.All(lines, line => Assert.True(line.Length <= width && line == line.TrimEnd(), line));
        Assert.Equal(Letters(string.Concat(StudyCommand.Listed(int.MaxValue))), Letters(string.Concat(lines)));
        // What begins at the left is a name; what does not, no name.
        Assert.Equal(Ballast.Lab.Study.All.Select(static study => study.Name), lines.Where(static line => line[0] != ' ').Select(static line => line.Split(' ')[0]));
        if (width == 40)
            Assert.Equal(["placement", "  batch normalization before the", "  activation, after it, or not at all"], lines[..3]);
    }

    [Theory]
    [InlineData("Training: 0.26 s, 551 images a second; the first step after 1.20 s", 40, "Training: 0.26 s, 551 images a second;|  the first step after 1.20 s")]
    [InlineData("  F32    [16]  layers.1.bias", 40, "  F32    [16]  layers.1.bias")]
    [InlineData("  F32    [16]       layers.2.running_mean", 40, "  F32  [16]  layers.2.running_mean")]
    [InlineData(" 1 of 12  arm", 40, " 1 of 12  arm")]
    [InlineData("Stopped. Continue with: ballast train --resume \"a run with spaces in its name\"", 40, "Stopped. Continue with:|ballast train --resume \"a run with spaces in its name\"")]
    [InlineData("error: some words here\nSee ballast.", 20, "error: some words|  here|See ballast.")]
    [InlineData("  flatten linear:3 liner:4\n                   ^^^^^\nSee.", 16, "  flatten linear|:3 liner:4|   ^^^^^|See.")]
    [InlineData("", 20, "")]
    public void A_line_is_broken_between_words_and_a_command_stays_whole(string text, int width, string lines) =>
        Assert.Equal(lines.Split('|'), Paragraph.Wrap(text, width));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
