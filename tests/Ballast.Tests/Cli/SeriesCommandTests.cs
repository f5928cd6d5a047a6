using System.Globalization;
using System.Text;
using Ballast.Lab;

namespace Ballast.Tests.Cli;

public sealed class SeriesCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public SeriesCommandTests()
    {
        Write("series.csv", 400, static _ => false);
        Write("gaps.csv", 400, static row => row is 100 or 350);
        Write("short.csv", 30, static _ => false);
        string[] lines = File.ReadAllLines(folder.File("series.csv"));
        File.WriteAllLines(folder.File("unordered.csv"), [.. lines[..50], lines[20], .. lines[50..]]);
        File.WriteAllLines(folder.File("swapped.csv"), lines.Select(static line => string.Join(',', line.Split(',').Reverse())));
        File.WriteAllLines(folder.File("decimals.csv"), lines.Select(static line => line.Replace(',', ';').Replace('.', ',')));
        File.WriteAllLines(folder.File("words.csv"), lines.Select(static (line, i) => line + (i == 0 ? ",weather" : i % 2 == 0 ? ",sun" : ",rain")));
    }

    public void Dispose() => folder.Dispose();

    // Daily ups and downs, and another column that is a day ahead of nothing.
    void Write(string name, int rows, Func<int, bool> missing)
    {
        var text = new StringBuilder("when,load,heat\n");
        var start = new DateTime(2026, 1, 30, 0, 0, 0, DateTimeKind.Utc);
        for (int i = 0; i < rows; i++)
        {
            string load = missing(i) ? "" : (100 + 20 * Math.Sin(i * Math.PI / 12)).ToString("F3", CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"{start.AddHours(i):yyyy-MM-dd HH:mm},{load},{Math.Cos(i * Math.PI / 12):F3}\n");
        }

        File.WriteAllText(folder.File(name), text.ToString());
    }

    (int ExitCode, string Output, string Errors) Train(string file, params string[] more) => BallastCommand.Run(folder,
        ["train", file, "--target", "load", "--window", "24", "--horizon", "6", "--epochs", "8", "--out", "run", .. more]);

    [Fact]
    public void A_series_is_trained_on_and_what_comes_next_is_foretold_with_its_times()
    {
        var (code, output, errors) = Train("series.csv");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith(
            "400 rows, to predict 6 of load from the 24 before:\n  numbers: load, heat\n  in the order of when\n"
                + "  291 windows to train on, 51 of the last rows held out\nEpoch   1: loss ", output, StringComparison.Ordinal);
        Assert.Matches("Held out, 51 windows: R2 (0\\.99|1\\.0)", output);
        var record = RunFolder.Open(folder.File("run")).Record;
        Assert.Equal((LearnedKind.Series, 24, 6, "series convolutions"), (record.File!.Kind, record.File.Window!.Value, record.File.Horizon!.Value, record.Settings.Layers));
        string page = File.ReadAllText(Path.Combine(folder.File("run"), "report.html"));
        Assert.Contains("load of the last rows, and what was foretold of them", page, StringComparison.Ordinal);
        Assert.Contains("\"id\":\"forecast0\"", page, StringComparison.Ordinal);

        foreach (string file in (string[])["series.csv", "swapped.csv", "decimals.csv"])
        {
            (code, output, errors) = BallastCommand.Run(folder, "predict", "run", file);
            Assert.Equal((0, ""), (code, errors));
            string[] lines = output.Trim().Split('\n');
            Assert.Equal("when,load,load low,load high", lines[0]);
            Assert.Equal(["2026-02-15 16:00", "2026-02-15 21:00"], [lines[1].Split(',')[0], lines[6].Split(',')[0]]);
            Assert.Equal(7, lines.Length);
            for (int step = 0; step < 6; step++)
            {
                double[] said = [.. lines[1 + step].Split(',').Skip(1).Select(static cell => double.Parse(cell, CultureInfo.InvariantCulture))];
                Assert.InRange(said[0], 88 + 20 * Math.Sin((400 + step) * Math.PI / 12), 112 + 20 * Math.Sin((400 + step) * Math.PI / 12));
                Assert.True(said[1] < said[0] && said[0] < said[2]);
            }
        }

        Assert.Equal((1, "error: short2.csv has 20 rows. Expected 24 or more: so many are predicted from.\n"), Predict("short2.csv", File.ReadLines(folder.File("short.csv")).Take(21)));
        Assert.Equal((1, "error: none.csv has no column heat. Its columns are when, load.\n"), Predict("none.csv", File.ReadLines(folder.File("series.csv")).Select(static line => line[..line.LastIndexOf(',')])));
        (code, output, errors) = BallastCommand.Run(folder, "doctor", "run");
        Assert.Equal("", errors);
    }

    (int, string) Predict(string name, IEnumerable<string> lines)
    {
        File.WriteAllLines(folder.File(name), lines);
        var (code, _, errors) = BallastCommand.Run(folder, "predict", "run", name);
        return (code, errors);
    }

    [Fact]
    public void Windows_with_a_missing_value_are_left_out_and_counted_and_an_LSTM_learns_too()
    {
        var (code, output, errors) = Train("gaps.csv", "--lstm", "--stride", "2");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("windows are left out because a value is missing in them\n", output, StringComparison.Ordinal);
        Assert.Equal("series lstm", RunFolder.Open(folder.File("run")).Record.Settings.Layers);
        Assert.StartsWith("when,load,", BallastCommand.Run(folder, "predict", "run", "series.csv").Output, StringComparison.Ordinal);
        File.WriteAllLines(folder.File("ends.csv"), File.ReadLines(folder.File("gaps.csv")).Take(360));
        Assert.Equal("error: ends.csv, row 351: load is missing. The last 24 rows are predicted from: fill it, or end the file before it.\n",
            BallastCommand.Run(folder, "predict", "run", "ends.csv").Errors);
    }

    [Theory]
    [InlineData("short.csv", "", 1, "short.csv has 30 rows. A window of 24 and a horizon of 6 need 60 at least, half of them to hold out.")]
    [InlineData("unordered.csv", "", 1, "unordered.csv, row 50: when is 2026-01-30 19:00, and 2026-02-01 00:00 in the row before.")]
    [InlineData("words.csv", "", 1, "words.csv: weather holds texts such as \"rain\". A series is made of numbers: leave the column out")]
    [InlineData("series.csv", "--target rain", 1, "series.csv has no column rain to predict. Its columns are load, heat.")]
    [InlineData("series.csv", "--time heat", 1, "series.csv: when holds dates. A series is made of numbers")]
    [InlineData("series.csv", "--time hour", 1, "series.csv has no column hour. Its columns are when, load, heat.")]
    [InlineData("series.csv", "--task regression", 2, "--task is for a table")]
    [InlineData("series.csv", "--target load", 2, "--target: load is given twice.")]
    [InlineData("series.csv", "--validation 0.05", 1, "Give it a larger share, or take a shorter window, horizon, stride or gap.")]
    [InlineData("series.csv", "--label-smoothing 0.1", 2, "are of classes; this target has none. Leave them out.")]
    public void What_cannot_be_done_with_a_series_is_said_and_nothing_is_left(string file, string more, int expected, string message)
    {
        string[] before = [.. folder.Names().Order()];
        var (code, output, errors) = Train(file, more.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((expected, ""), (code, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal(before, folder.Names().Order());
    }

    [Fact]
    public void Options_of_a_series_alone_ask_for_its_window()
    {
        var (code, _, errors) = BallastCommand.Run(folder, "train", "series.csv", "--target", "load", "--horizon", "3");
        Assert.Equal(2, code);
        Assert.Contains("--horizon is for a time series: give --window too, the number of rows to predict from.", errors, StringComparison.Ordinal);
    }
}
