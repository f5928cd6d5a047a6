using System.Globalization;
using System.Text;

namespace Ballast.Tests.Cli;

/// <summary>Tables with several labels, and what a person does with another table than the one that was trained on.</summary>
public sealed class LabelCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // A shape is red where a is above 0, round where b is, and large where their sum is above 0.5.
    void Shapes(string name, int from)
    {
        var draw = new Random(7);
        var text = new StringBuilder("a,b,red,round,large\n");
        for (int i = 0; i < from + 160; i++)
        {
            double a = draw.NextDouble() * 2 - 1, b = draw.NextDouble() * 2 - 1;
            string line = string.Create(CultureInfo.InvariantCulture,
                $"{a:F3},{b:F3},{(a > 0 ? "yes" : "no")},{(b > 0 ? 1 : 0)},{(a + b > 0.5 ? "true" : "false")}\n");
            if (i >= from)
                text.Append(line);
        }

        File.WriteAllText(folder.File(name), text.ToString());
    }

    [Fact]
    public void Labels_are_learned_measured_each_and_predicted_with_a_decision_and_a_probability()
    {
        Shapes("shapes.csv", 0);
        var (code, output, errors) = BallastCommand.Run(folder,
            "train", "shapes.csv", "--target", "red,round,large", "--epochs", "25", "--members", "2", "--out", "run");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith(
            "160 rows, to predict red, round, large, 3 labels, each yes or no, from 2 columns:\n  numbers: a, b\n", output, StringComparison.Ordinal);
        Assert.Matches("Held out, 32 rows: AUROC (0\\.9[0-9]{2}|1\\.000)\n", output);
        string page = File.ReadAllText(folder.File("run/report.html"));
        Assert.Contains("Which labels it tells", page, StringComparison.Ordinal);
        foreach (string label in (string[])["red", "round", "large"])
            Assert.Contains($"<th scope=\"row\">{label}</th>", page, StringComparison.Ordinal);

        // The areas and decisions are those of what predict writes, counted here.
        Shapes("other.csv", 160);
        string[] predicted = BallastCommand.Run(folder, "predict", "run", "other.csv").Output.Trim().Split('\n');
        Assert.Equal("red,probability red,round,probability round,large,probability large", predicted[0]);
        string[][] said = [.. predicted[1..].Select(static line => line.Split(','))];
        bool[][] truth = [.. File.ReadAllLines(folder.File("other.csv"))[1..]
            .Select(static line => line.Split(',')[2..].Select(static cell => cell is "yes" or "1" or "true").ToArray())];
        double area = Enumerable.Range(0, 3).Average(k => Area([.. said.Select(row => Number(row[2 * k + 1]))], [.. truth.Select(row => row[k])]));
        Assert.All(said, static row => Assert.All(Enumerable.Range(0, 3), k => Assert.Equal(Number(row[2 * k + 1]) > 0.5 ? "1" : "0", row[2 * k])));
        Assert.InRange(area, 0.9, 1);
        (code, output, errors) = BallastCommand.Run(folder, "evaluate", "run", "--test-data", "other.csv");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Rows:     160 of other.csv\n", output, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Measured: AUROC {area:F3}\n"), output, StringComparison.Ordinal);
        Assert.Equal("", BallastCommand.Run(folder, "doctor", "run", "--fail-on", "never").Errors);
        Assert.Equal(0, BallastCommand.Run(folder, "export", "run", "net.onnx").ExitCode);
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    // The share of the pairs of a yes and a no whose yes has more.
    static double Area(double[] scores, bool[] yes) => (from i in Enumerable.Range(0, yes.Length)
                                                        where yes[i]
                                                        from j in Enumerable.Range(0, yes.Length)
                                                        where !yes[j]
                                                        select scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0).Average();

    [Theory]
    [InlineData("red,round,large --task regression", "several targets, which are labels, each yes or no. To predict several numbers")]
    [InlineData("a,red", "shapes.csv, row 1: a is \"")]
    [InlineData("red,shape", "has no column shape to predict. Its columns are a, b, red, round, large.")]
    [InlineData("red,round,red", "--target: red is given twice.")]
    [InlineData("red,round --stratified", "Rows are stratified by the classes of one target.")]
    [InlineData("red --task labels", "--task: expected regression, classification or multi-label, got \"labels\".")]
    public void What_are_no_labels_is_refused(string command, string message)
    {
        Shapes("shapes.csv", 0);
        var (code, _, errors) = BallastCommand.Run(folder, ["train", "shapes.csv", "--target", .. command.Split(' ')]);
        Assert.NotEqual(0, code);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal(["shapes.csv"], folder.Names());
    }

    [Fact]
    public void Another_table_is_measured_by_its_rows_with_a_target_and_names_cannot_steer_the_terminal()
    {
        // Columns and classes with line breaks, quotes and a sequence that clears the screen.
        var text = new StringBuilder("\"the\nsize\",\"kind \u001b[2J\"\n");
        for (int i = 0; i < 80; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i % 10},{(i % 10 > 4 ? "\"on\ntwo lines\"" : "\"a \u001b[2J \"\"b\"\"\"")}\n");
        File.WriteAllText(folder.File("t.csv"), text.ToString());
        var (code, output, errors) = BallastCommand.Run(folder,
            "train", "t.csv", "--target", "kind \u001b[2J", "--epochs", "12", "--members", "0", "--out", "run");
        Assert.Equal((0, ""), (code, errors));
        Assert.DoesNotContain('\u001b', output);
        Assert.StartsWith(
            "80 rows, to predict kind \\u001B[2J, one of 2 classes, from 1 columns:\n  numbers: the\\nsize\n", output, StringComparison.Ordinal);
        Assert.Contains("two lines", File.ReadAllText(folder.File("run/report.html")), StringComparison.Ordinal);

        // Read back as CSV, the output has the classes as they are.
        File.WriteAllText(folder.File("said.csv"), BallastCommand.Run(folder, "predict", "run", "t.csv").Output);
        var said = TableDataset.Open(folder.File("said.csv"), "kind \u001b[2J");
        Assert.Equal(["a \u001b[2J \"b\"", "on\ntwo lines"], said.Schema.Target.Categories);
        Assert.Equal(80, said.Count);

        // Other columns in another order, a row without its class, and one that is wrong: 3 of 4 are right.
        File.WriteAllText(folder.File("other.csv"), "\"kind \u001b[2J\",more,\"the\nsize\"\n\"on\ntwo lines\",x,9\n\"on\ntwo lines\",x,8\n,x,3\n"
            + "\"a \u001b[2J \"\"b\"\"\",x,0\n\"a \u001b[2J \"\"b\"\"\",x,9\n");
        (code, output, errors) = BallastCommand.Run(folder, "evaluate", "run", "--test-data", "other.csv");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Rows:     4 of other.csv; 1 without a kind \\u001B[2J are left out\n", output, StringComparison.Ordinal);
        Assert.Contains("Measured: accuracy 75.0 %\n", output, StringComparison.Ordinal);
        File.AppendAllText(folder.File("other.csv"), "new,x,9\n");
        Assert.Contains("row 6: kind \\u001B[2J is \"new\", a class that no row trained on had. Leave such rows out, or train with them.",
            BallastCommand.Run(folder, "evaluate", "run", "--test-data", "other.csv").Errors, StringComparison.Ordinal);
        File.WriteAllText(folder.File("other.csv"), "a,b\n1,2\n");
        Assert.Contains("has no column the\nsize, kind \\u001B[2J. Expected the columns that were trained on",
            BallastCommand.Run(folder, "evaluate", "run", "--test-data", "other.csv").Errors, StringComparison.Ordinal);
    }
}
