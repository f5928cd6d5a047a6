using System.Text.RegularExpressions;
using Ballast.Cli;
using Ballast.Lab;
using static Ballast.Tests.Cli.NarrowTerminalTests;

namespace Ballast.Tests.Cli;

/// <summary>What studies print, as terminals of some widths and a pipe show it.</summary>
public class StudyTableTests
{
    const string Suffix = "-of-a-network-whose-name-is-as-long-as-people-make-them";

    public static TheoryData<string, bool> All
    {
        get
        {
            var all = new TheoryData<string, bool>();
            foreach (var study in Study.All)
            {
                all.Add(study.Name, false);
                all.Add(study.Name, true);
            }

            return all;
        }
    }

    // The names of a definition from a file may be of any length.
    static StudyDefinition Long(StudyDefinition definition) => definition with
    {
        Arms = [.. definition.Arms.Select(static arm => arm with { Name = arm.Name + Suffix, Title = $"{arm.Title} in a network whose layers are described at some length" })],
        Comparisons = [.. definition.Comparisons.Select(static pair => pair with { A = pair.A + Suffix, B = pair.B + Suffix })],
        Expectations = [.. definition.Expectations.Select(static claim => claim with { Higher = claim.Higher + Suffix, Lower = claim.Lower + Suffix })],
        Measures = [.. definition.Measures.Select(static measure => measure.Reach is { } reach ? measure with { Reach = reach with { Arm = reach.Arm + Suffix } } : measure)],
        Plots = [],
    };

    internal static StudyResult Made(string study, bool isLong)
    {
        var definition = SampleStudy.Define(study, SampleStudy.Options with { Seeds = StudyOptions.FirstSeeds(4) });
        definition = isLong ? Long(definition) : definition;
        definition.Check();
        var record = new StudyRecord(definition, Machine.Describe("ballast study", []), 200, 10_000, false, RunSamples.Of(SampleStudy.Data.Train), 0.1);
        var trials = from arm in definition.Arms
                     from repeat in definition.Repeats
                     let value = 0.3 + (arm.Name.Length - (isLong ? Suffix.Length : 0)) / 50.0 + (repeat.Seed + (repeat.Fold ?? 0)) % 7 / 100.0
                     select arm.Name.Length % 5 == 0 && repeat.Seed == 7 ? new TrialResult { Arm = arm.Name, Seed = 7, Fold = repeat.Fold, DivergedAt = 17 } : new TrialResult
                     {
                         Arm = arm.Name,
                         Seed = repeat.Seed,
                         Fold = repeat.Fold,
                         Values = definition.Measures.ToDictionary(static measure => measure.Name, measure => measure.Format == MeasureFormat.Number ? 12_345.678 * value : value),
                         Curves = [new("accuracy", [100, 200], [value - 0.1, value])],
                     };
        return new StudyResult(record, [.. trials]);
    }

    static string[] Numbers(IEnumerable<string> lines) => [.. Regex.Matches(
        Regex.Replace(string.Join(' ', lines), "95 %\\s+interval|rank by", ""), @"(?<![\w.])[+-]?\d[\d,.]*(?:E[+-]?\d+)?(?: %)?").Select(static match => match.Value.TrimEnd('.', ','))];

    /// <summary>All studies, in terminals of three widths: the screen has the numbers of the pipe, in their order and none broken.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void No_line_is_wider_than_the_terminal_and_no_number_is_lost(string study, bool isLong)
    {
        var result = Made(study, isLong);
        const string Path = "runs/20260502-140300-study", Report = "runs/20260502-140300-study/report.html";
        string piped = Written(100, false, console => StudyTable.Print(console, result, Path, Report));
        Assert.DoesNotContain('\u001b', piped);
        Assert.True(piped.All(char.IsAscii), new string([.. piped.Where(static letter => !char.IsAscii(letter))]));
        string[] numbers = Numbers(piped.Split('\n'));
        Assert.True(numbers.Length > 20);
        foreach (int width in (int[])[40, 80, 200])
        {
            string[] screen = Show(width, Written(width, true, console => StudyTable.Print(console, result, Path, Report)));
            if (!isLong)
                Assert.All(screen, line => Assert.True(line.Length <= width, line));
            string[] seen = [.. screen.Select(static line => Regex.Replace(line, "[│╭╮╰╯├┤┼─┬┴]", " "))];
            Assert.Equal(numbers, Numbers(isLong ? Joined(seen, width) : seen));
        }
    }

    // A name that is longer than a line goes on in the next.
    static IEnumerable<string> Joined(string[] screen, int width)
    {
        string whole = "";
        foreach (string line in screen)
        {
            whole += line;
            if (line.Length == width && !line.Contains(' ', StringComparison.Ordinal))
                continue;
            yield return whole;
            whole = "";
        }

        yield return whole;
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void Each_training_has_its_line_while_a_study_runs(int width)
    {
        var result = Made("learning-rate", true);
        var written = new StringWriter { NewLine = "\n" };
        using (var progress = new ProgressDisplay(true, written, () => width))
        {
            var display = new StudyDisplay(progress, result.Definition, quiet: false);
            for (int i = 0; i < result.Trials.Count; i++)
                display.Show(new StudyProgress(i + 1, result.Trials.Count, (i + 1.0) / result.Trials.Count, TimeSpan.FromSeconds(100), result.Trials[i]));
        }

        string[] screen = Show(width, written.ToString());
        string shown = Regex.Replace(string.Concat(screen.Select(static line => $"{line} ")), " +", " ");
        Assert.Contains("seed 42 ", shown, StringComparison.Ordinal);
        Assert.Contains("diverged at mini-batch 17", shown, StringComparison.Ordinal);
        Assert.Equal(result.Trials.Count, screen.Count(line => Regex.IsMatch(line, $"^ *\\d+ of {result.Trials.Count}")));
    }
}
