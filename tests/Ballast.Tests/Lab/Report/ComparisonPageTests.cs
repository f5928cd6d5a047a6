using System.Text;
using System.Text.RegularExpressions;
using Ballast.Lab;
using FsCheck;
using FsCheck.Fluent;

namespace Ballast.Tests.Lab;

public class ComparisonPageTests
{
    static readonly ComparisonReport Complete = SampleComparison.Complete;

    public static TheoryData<string> Cases => [.. Variants.Keys];

    static Dictionary<string, ComparisonReport> Variants { get; } = new()
    {
        ["complete"] = Complete,
        ["stopped"] = Complete with
        {
            With = SampleComparison.First(Complete.With, 20),
            Without = SampleComparison.First(Complete.Without, 23),
        },
        ["one epoch"] = Complete with
        {
            Epochs = 1,
            With = SampleComparison.First(Complete.With, 10),
            Without = SampleComparison.First(Complete.Without, 10),
        },
        ["only with"] = Complete with { Without = null },
        ["only without"] = Complete with { With = null },
        ["one point"] = Complete with { With = SampleComparison.Losses(2.1), Without = SampleComparison.Losses(2.2) },
        ["no point"] = Complete with { With = new(), Without = null },
        ["diverged"] = Complete with { Without = SampleComparison.Losses(2.2, double.NaN, double.PositiveInfinity) },
        ["diverged at once"] = Complete with { With = null, Without = SampleComparison.Losses(double.NaN) },
        ["epochs without a point"] = Complete with { With = new() { Epochs = [new(1, 2.1, 0.2, null), new(2, 2.0, 0.3, null)] }, Without = new(), TestImages = 0 },
        ["bare"] = Complete with { Network = [], Published = [], Caveats = [], Settings = [] },
        ["no log line in an epoch"] = Complete with { StepsPerEpoch = 49 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whatever_was_measured_the_page_is_well_formed_and_small(string name)
    {
        string page = ComparisonPage.Render(Variants[name]);

        var open = new Stack<string>();
        foreach (string tag in PageText.Tags(page).Where(tag => tag is not ("meta" or "link")))
        {
            if (tag[0] == '/')
                Assert.Equal(open.Pop(), tag[1..]);
            else
                open.Push(tag);
        }

        Assert.Empty(open);
        Assert.InRange(Encoding.UTF8.GetByteCount(page), 50_000, 150_000);
        Assert.DoesNotContain("NaN", PageText.Seen(page), StringComparison.Ordinal);
        foreach (var chart in PageText.Data(page).GetProperty("charts").EnumerateArray())
            Assert.Contains($"data-chart=\"{chart.GetProperty("id").GetString()}\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_chart_has_two_points_to_a_line_and_says_what_its_axes_are(string name)
    {
        foreach (var chart in PageText.Data(ComparisonPage.Render(Variants[name])).GetProperty("charts").EnumerateArray())
            PageText.IsWhole(chart);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_page_loads_nothing(string name)
    {
        string page = ComparisonPage.Render(Variants[name]);

        Assert.Equal(["https://github.com/leeoniya/uPlot"],
            Regex.Matches(page, @"https?://[^\s""'<)]+").Select(match => match.Value)); // in the library's own comment
        Assert.DoesNotMatch(@"\ssrc\s*=\s*[""']", page);
        Assert.DoesNotMatch(@"@import|url\(|XMLHttpRequest|fetch\(|import\(|EventSource|WebSocket|sendBeacon", page);
        Assert.Equal(["data:,"],
            Regex.Matches(page, @"href\s*=\s*""([^""]*)""").Select(match => match.Groups[1].Value));
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_carries_the_licence_of_the_charting_library() =>
        Assert.Contains("The above copyright notice and this permission notice shall be included",
            ComparisonPage.Render(Complete), StringComparison.Ordinal);

    [Fact]
    public void Hostile_text_stays_text()
    {
        const string Hostile =
            "</script><script>alert(1)</script><img src=x onerror='alert(2)'>\" onload=\"{{data}}&amp;";
        string page = ComparisonPage.Render(Complete with
        {
            Title = Hostile,
            With = Complete.With! with { Remark = Hostile },
            Network = [new(Hostile, Hostile)],
            Published = [.. Complete.Published.Select(other => other with { Name = Hostile })],
            Caveats = [Hostile],
            Settings = [new(Hostile, Hostile)],
            Provenance = Complete.Provenance with
            {
                BallastVersion = Hostile,
                DotNetVersion = Hostile,
                Processor = Hostile,
                OperatingSystem = Hostile,
                CommandLine = Hostile,
                Data = [new(Hostile, Hostile)],
            },
        });

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(page, "<script"));
        // Heading twice, remark, diagram 4, caption, table 4, caveat, setting 2, provenance 4, command, data file 2.
        Assert.Equal(22, Regex.Count(PageText.Seen(page), Regex.Escape(Hostile)));
        Assert.Equal(Hostile + ", with",
            PageText.Chart(page, "epoch").GetProperty("series")[2].GetProperty("name").GetString());
    }

    [Fact]
    public void No_text_changes_the_structure_of_the_page()
    {
        static string[] Tags(string text) =>
            PageText.Tags(ComparisonPage.Render(Complete with { Title = text, Settings = [new(text, text)] }));
        string[] tags = Tags("x");

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50),
            Prop.ForAll<NonNull<string>>(text => tags.SequenceEqual(Tags(text.Get))));
    }

    [Fact]
    public void The_data_parse_back_to_the_points_and_what_is_not_finite_to_null()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll<NonEmptyArray<double>>(losses =>
        {
            double[] values = [.. losses.Get, 1.5];
            string page = ComparisonPage.Render(
                Complete with { With = SampleComparison.Losses(values), Without = null, Epochs = values.Length });
            double?[] read = PageText.Line(PageText.Chart(page, "training"), 0);
            return read.SequenceEqual(values.Select(v => double.IsFinite(v) ? Math.Round(v, 5) : (double?)null));
        }));
    }

    [Fact]
    public void A_point_that_comes_twice_counts_as_it_came_last()
    {
        var resumed = Complete.With! with
        {
            Points = [new(500, 1, 2.5), new(1000, 1, 2.4), new(500, 1, 2.3), new(1000, 1, 2.2), new(1500, 1, 2.1)],
        };
        var chart = PageText.Chart(ComparisonPage.Render(Complete with { With = resumed, Without = null }), "training");

        Assert.Equal([2.3, 2.2, 2.1], PageText.Line(chart, 0));
        Assert.Equal([500, 1000, 1500], chart.GetProperty("x").EnumerateArray().Select(x => x.GetInt32()));
    }

    [Fact]
    public void The_close_up_shows_the_published_lines_beside_ours()
    {
        var chart = PageText.Chart(ComparisonPage.Render(Complete), "epoch");

        Assert.Equal(["with", "without", "with", "without"],
            chart.GetProperty("series").EnumerateArray().Select(line => line.GetProperty("tone").GetString()));
        Assert.Equal([false, false, true, true],
            chart.GetProperty("series").EnumerateArray().Select(line => line.GetProperty("published").GetBoolean()));
        Assert.Equal(1.57404, PageText.Line(chart, 0)[0]);
        Assert.Equal(1.648, PageText.Line(chart, 3)[9]);
    }

    [Fact]
    public void Writing_replaces_the_page_as_a_whole()
    {
        string folder = Directory.CreateTempSubdirectory("ballast-report-").FullName;
        try
        {
            string path = Path.Combine(folder, "run", "report.html");
            ComparisonPage.Write(Complete with { Title = "the first" }, path);
            ComparisonPage.Write(Complete with { Title = "the second" }, path);

            Assert.Contains("<title>the second</title>", File.ReadAllText(path), StringComparison.Ordinal);
            Assert.Equal([path], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
            Assert.Equal((byte)'<', File.ReadAllBytes(path)[0]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_page_that_cannot_be_written_leaves_nothing_behind()
    {
        string folder = Directory.CreateTempSubdirectory("ballast-report-").FullName;
        try
        {
            string taken = Directory.CreateDirectory(Path.Combine(folder, "report.html")).FullName;

            Assert.ThrowsAny<Exception>(() => ComparisonPage.Write(Complete, taken));
            Assert.Empty(Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
