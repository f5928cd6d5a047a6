using System.Text.Json;
using System.Text.RegularExpressions;
using Ballast.Lab;

namespace Ballast.Tests.Lab;

public class StudyPageTests
{
    static readonly double[] With = [0.475, 0.476, 0.476, 0.484, 0.484], Without = [0.427, 0.410, 0.419, 0.419, 0.416];

    /// <summary>PyTorch's accuracies, as if a study had measured them.</summary>
    static StudyResult Sample(int seeds = 5, int trials = int.MaxValue, Func<StudyDefinition, StudyDefinition>? change = null)
    {
        var definition = SampleStudy.Define("placement", SampleStudy.Options with { Seeds = StudyOptions.FirstSeeds(seeds) });
        definition = change?.Invoke(definition) ?? definition;
        var record = new StudyRecord(
            definition, Machine.Describe("ballast study placement", [new("a.bin", "abc")]), 200, 200, false, RunSamples.Of(SampleStudy.Data.Train));
        var all = from arm in definition.Arms
                  from repeat in definition.Repeats
                  let i = definition.Seeds.ToList().IndexOf(repeat.Seed)
                  select new TrialResult
                  {
                      Arm = arm.Name,
                      Seed = repeat.Seed,
                      Values = new Dictionary<string, double> { ["accuracy"] = arm.Name == "none" ? Without[i] : arm.Name == "before" ? With[i] : With[i] + (i - 2) / 100d },
                      Curves = [new TrialCurve("accuracy", [10, 20], [0.1 + i / 100d, With[i]]), new TrialCurve("loss", [5, 10, 20], [2.3, double.NaN, 1.5])],
                  };
        return new StudyResult(record, [.. all.Take(trials)]);
    }

    static void WellFormed(string page)
    {
        var open = new Stack<string>();
        foreach (string tag in PageText.Tags(page).Where(static tag => tag is not ("meta" or "link")))
        {
            if (tag[0] == '/')
                Assert.Equal(open.Pop(), tag[1..]);
            else
                open.Push(tag);
        }

        Assert.Empty(open);
        Assert.DoesNotContain("NaN", PageText.Seen(page), StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\ssrc\s*=\s*[""']", page);
        foreach (var chart in PageText.Data(page).GetProperty("charts").EnumerateArray())
            Assert.Contains($"data-chart=\"{chart.GetProperty("id").GetString()}\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_answer_has_its_uncertainty()
    {
        string page = StudyPage.Render(Sample());
        WellFormed(page);
        string seen = PageText.Seen(page);
        Assert.Contains(
            "With batch normalization before the activation the test accuracy is 47.9 %, without normalization 41.8 % : a difference of +6.1 points, with 95 % confidence between +4.6 and +7.5.",
            seen, StringComparison.Ordinal);
        Assert.Contains("The difference is significant (p = 0.0002, corrected for the study’s 3 comparisons by test accuracy)", seen, StringComparison.Ordinal);
        Assert.Contains("Reproduced", seen, StringComparison.Ordinal);
        Assert.Contains("not significant", seen, StringComparison.Ordinal);
        Assert.Contains("none would do", seen, StringComparison.Ordinal);
        Assert.Contains("caffenet-benchmark", seen, StringComparison.Ordinal);
        Assert.Contains("ballast study placement", seen, StringComparison.Ordinal);
        Assert.Equal(15, Regex.Count(page, "class=\"dot\""));
    }

    [Fact]
    public void A_band_is_a_standard_deviation_to_each_side()
    {
        var chart = PageText.Chart(StudyPage.Render(Sample()), "plot2");
        var line = chart.GetProperty("series")[0];
        Assert.Equal(0.12, line.GetProperty("values")[0].GetDouble(), 1e-9);
        double deviation = Math.Sqrt(new[] { -2, -1, 0, 1, 2 }.Sum(static d => d * d / 1e4) / 4);
        Assert.Equal(0.12 + deviation, line.GetProperty("high")[0].GetDouble(), 1e-5);
        Assert.Equal(0.12 - deviation, line.GetProperty("low")[0].GetDouble(), 1e-5);
        Assert.Equal("percent", chart.GetProperty("format").GetString());
        Assert.Equal(["with", "third", "without"], chart.GetProperty("series").EnumerateArray().Select(static each => each.GetProperty("tone").GetString()));
        var loss = PageText.Chart(StudyPage.Render(Sample()), "plot3");
        Assert.Equal([5.0, 20.0], loss.GetProperty("x").EnumerateArray().Select(static x => x.GetDouble()));
        Assert.False(loss.GetProperty("series")[0].TryGetProperty("low", out _));
    }

    [Theory]
    [InlineData(1, int.MaxValue)]
    [InlineData(5, 0)]
    [InlineData(5, 1)]
    [InlineData(5, 7)]
    [InlineData(2, int.MaxValue)]
    public void Whatever_was_measured_the_page_is_well_formed(int seeds, int trials)
    {
        string page = StudyPage.Render(Sample(seeds, trials));
        WellFormed(page);
        if (trials < 15)
            Assert.Contains("The study is incomplete", page, StringComparison.Ordinal);
        if (seeds == 1)
            Assert.Contains("measured once", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        const string Hostile = "</script><script>alert(1)</script><img src=x onerror='alert(2)'>\"{{data}}&amp;";
        string page = StudyPage.Render(Sample(change: definition => definition with
        {
            Title = Hostile,
            Question = Hostile,
            Notes = [Hostile],
            Published = [new(Hostile, Hostile)],
            Expectations = [new(Hostile, "accuracy", "before", "none")],
            Arms = [.. definition.Arms.Select(static arm => arm with { Title = Hostile })],
            Measures = [definition.Measures[0] with { Title = Hostile }],
            Plots = [new(PlotKind.Dots, "accuracy", Hostile, Hostile, Hostile), new(PlotKind.Curves, "accuracy", Hostile, Hostile, Hostile)],
        }));
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(page, "<script"));
    }

    [Fact]
    public void The_numbers_are_there_for_programs()
    {
        var numbers = JsonDocument.Parse(StudySummary.Of(Sample()).ToJson()).RootElement;
        var test = numbers.GetProperty("comparisons")[0];
        Assert.Equal(3 * 8.087696232724353e-05, test.GetProperty("p").GetDouble(), 1e-10);
        Assert.Equal(("accuracy", 3), (numbers.GetProperty("primary").GetString(), test.GetProperty("family").GetInt32()));
        Assert.Equal(("before", "none", 5), (test.GetProperty("a").GetString(), test.GetProperty("b").GetString(), test.GetProperty("pairs").GetInt32()));
        Assert.StartsWith("With batch normalization before the activation the test accuracy is 47.9 %, without", numbers.GetProperty("answer").GetString(), StringComparison.Ordinal);
        Assert.Equal("Reproduced", numbers.GetProperty("published")[0].GetProperty("outcome").GetString());
    }
}
