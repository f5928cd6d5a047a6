using System.Net;
using System.Text.RegularExpressions;
using Ballast.Cli;

namespace Ballast.Tests.Cli;

/// <summary>The command that a page names under "Run it again" does as it is printed there.</summary>
public sealed class RunAgainTests : IDisposable
{
    const string Layers = "flatten linear:8 batchnorm relu linear:10";

    // All that a shell has a meaning for.
    const string Odd = "it's `a` \"set\" of $HOME! & *.bin; back\\slash #1";

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("train")]
    [InlineData("flatten linear:10")]
    [InlineData("$HOME")]
    [InlineData("it's")]
    [InlineData("it's $1")]
    [InlineData("`date`")]
    [InlineData("a\\b")]
    [InlineData("say \"a\"")]
    [InlineData("wait!")]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("a\nb")]
    [InlineData("*?[a]{b,c}<>|;&()#")]
    [InlineData("猫.png")]
    [InlineData(Odd)]
    public void A_shell_takes_a_word_as_it_is(string word)
    {
        if (OperatingSystem.IsWindows())
            return;
        var (code, output, errors) = BallastProcess.Shell(folder, $"printf '[%s]' {CommandText.Of("a", word, "b")}");
        Assert.Equal((0, $"[a][{word}][b]", ""), (code, output, errors));
    }

    [Theory]
    [InlineData(@"runs\a", @"runs\a")]
    [InlineData("it's $1", "\"it's $1\"")]
    [InlineData("say \"a\"", "\"say \\\"a\\\"\"")]
    public void On_Windows_words_have_its_quotes(string word, string expected) => Assert.Equal(expected, CommandText.Of([word], windows: true));

    [Theory]
    [InlineData("train flatten --out a --epochs 2", "ballast train flatten --epochs 2")]
    [InlineData("train flatten --out=a --json", "ballast train flatten")]
    [InlineData("study shift --json true --open false --out:a --seeds 2", "ballast study shift --seeds 2")]
    [InlineData("compare --open --json=true --open:true", "ballast compare")]
    [InlineData("compare --open --epochs 2", "ballast compare --epochs 2")]
    public void Where_a_result_goes_and_how_it_is_shown_is_left_out(string words, string expected) =>
        Assert.Equal(expected, CommandText.Again(words.Split(' ')));

    void Put(string data) => File.Copy(data, folder.File(Odd));

    string Page(string run) => WebUtility.HtmlDecode(
        Regex.Match(File.ReadAllText(Path.Combine(folder.File(run), "report.html")), "Run it again</h2>\\s*<div>\\s*<pre><code>(.*?)</code>", RegexOptions.Singleline).Groups[1].Value);

    // Runs what the page of run says, and returns the folder that it made.
    string Again(string run)
    {
        string line = Page(run);
        Assert.StartsWith("ballast ", line, StringComparison.Ordinal);
        var (code, _, errors) = BallastProcess.Shell(folder, $"set -e; {line}");
        Assert.Equal((0, ""), (code, errors));
        return Assert.Single(Directory.GetDirectories(folder.File("runs")));
    }

    void Same(string run, string again, params string[] files) =>
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(folder.File(run), file)), File.ReadAllBytes(Path.Combine(again, file))));

    [Fact]
    public void That_of_a_run_which_went_on_for_more_epochs_trains_the_same_network()
    {
        if (OperatingSystem.IsWindows())
            return;
        Put(SampleRun.Slice);
        Assert.Equal(0, BallastCommand.Run(folder, "train", Layers, "--data", Odd, "--epochs", "1", "--log-every", "2", "--out", "run").ExitCode);
        Assert.Equal(0, BallastCommand.Run(folder, "train", "--resume", "run", "--epochs", "2").ExitCode);
        Assert.EndsWith("--log-every 2\nballast train --resume --epochs 2", Page("run"), StringComparison.Ordinal);
        string again = Again("run");
        Same("run", again, "weights.safetensors");
        Assert.Equal(Page("run"), Page(again));
    }

    [Fact]
    public void That_of_a_comparison_compares_the_same()
    {
        if (OperatingSystem.IsWindows())
            return;
        Put(SampleRun.Slice);
        Assert.Equal(0, BallastCommand.Run(folder, "compare", "--data", Odd, "--test-data", Odd, "--epochs", "1", "--threads", "1", "--out", "run").ExitCode);
        string again = Again("run");
        Same("run", again, Path.Combine("with", "weights.safetensors"), Path.Combine("without", "weights.safetensors"));
    }

    [Theory]
    [InlineData("study", "placement", "--seeds", "2")]
    [InlineData("train", "--folds", "2")]
    public void That_of_a_study_finds_the_same(params string[] words)
    {
        if (OperatingSystem.IsWindows())
            return;
        Put(SampleRun.Slice);
        Assert.Equal(0, BallastCommand.Run(folder, [.. words, Layers, "--data", Odd, "--epochs", "1", "--out", "run"]).ExitCode);
        Same("run", Again("run"), "results.json");
    }
}
