using System.Text.RegularExpressions;

namespace Ballast.Tests.Cli;

/// <summary>Each command in a terminal, from its start to its end: what stands there at last is what a pipe gets, and no word and no number is
/// broken that a line has room for.</summary>
public sealed partial class TerminalTests(TrainedRuns runs) : IClassFixture<TrainedRuns>, IDisposable
{
    const string Run = "a-run-whose-name-is-quite-long", Picture = "a picture whose name is as long as people make them.png";

    static readonly string[] Network =
    [
        "flatten", "linear:8", "batchnorm", "relu", "linear:10", "--data", SampleRun.Slice, "--test-data", SampleRun.Slice, "--epochs", "2", "--batch-size", "20",
    ];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_done_with_a_run()
    {
        if (!BallastProcess.HasTerminals)
            return;
        runs.Copy(folder, Run, Network);
        PictureMaker.WriteTask(folder.File("task"));
        File.Copy(folder.File("task/bright/00.png"), folder.File(Picture));
        Same(["evaluate", Run, "--fold"], 40);
        Same(["predict", Run, Picture, "task/dark/00.png"], 40, 80);
        Same(["inspect", $"{Run}/weights.safetensors"], 40);
        Same(["doctor", Run, "--batches", "4"], 40, 80);
        Same(["export", Run, "a-network-whose-name-is-as-long-as-people-make-them.onnx"], 40);
        Same(["inspect", "a-network-whose-name-is-as-long-as-people-make-them.onnx"], 40, 80);
        Same(["convert", $"{Run}/weights.safetensors", "some.npz"], 40);
        Same(["evaluate", "a-run-that-is-not-there-whatever-its-name-may-be"], 40);
    }

    [Fact]
    public void What_trains_and_what_lists()
    {
        if (!BallastProcess.HasTerminals)
            return;
        Same(["train", .. Network, "--validation", "0.2", "--out", "run"], 40);
        Same(["compare", "--data", SampleRun.Slice, "--test-data", SampleRun.Slice, "--epochs", "1", "--out", "run"], 40, 80);
        Same(["study", "placement", .. Network, "--seeds", "2", "--jobs", "1", "--out", "run"], 40);
        Same(["study", "list"], 40);
        Same(["data"], 40);
    }

    void Same(string[] command, params int[] widths)
    {
        var (piped, output, errors) = BallastProcess.Run(folder, command);
        string[] expected = [.. Words(errors + output).Distinct()];
        foreach (int width in widths)
        {
            if (Directory.Exists(folder.File("run")))
                Directory.Delete(folder.File("run"), recursive: true);
            var (code, written) = BallastProcess.InTerminal(folder, width, command);
            Assert.Equal(piped, code);
            string[] screen = TerminalScreen.Show(width, Keyboard().Replace(written, ""));
            string shown = string.Join('\n', screen), letters = Spaces().Replace(shown, "");
            string[] seen = [.. Words(shown).Distinct()];
            // A word that no line has room for the terminal breaks, at its right edge.
            foreach (string word in expected.Except(seen))
                Assert.True(word.Length > width - 6 && letters.Contains(word, StringComparison.Ordinal), $"{string.Join(' ', command)}: {word} is missing\n{shown}");
            foreach (string word in seen.Except(expected))
                Assert.True(expected.Any(longer => longer.Length > width - 6 && longer.Contains(word, StringComparison.Ordinal)), $"{string.Join(' ', command)}: {word}\n{shown}");
        }

        if (Directory.Exists(folder.File("run")))
            Directory.Delete(folder.File("run"), recursive: true);
    }

    // Times are others each time; lines of a table are drawn in other ways.
    static IEnumerable<string> Words(string text) => Drawn().Replace(Times().Replace(text, "#"), " ")
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(static word => word.TrimEnd(','));

    [GeneratedRegex(@"\d+(\.\d+)? s\b|[\d,]+ (images|samples) a second|Images a second[^F]*(?=From the command)")]
    private static partial Regex Times();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("[│╭╮╰╯├┤┼─┬┴|]|\\+-[-+]*|-{3,}")]
    private static partial Regex Drawn();

    // What prepares a keyboard shows nothing.
    [GeneratedRegex("\u001b\\[\\?1[hl]|\u001b[=>]")]
    private static partial Regex Keyboard();
}
