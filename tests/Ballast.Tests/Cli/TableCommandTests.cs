using System.Globalization;
using System.Text;

namespace Ballast.Tests.Cli;

public sealed class TableCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public TableCommandTests()
    {
        var text = new StringBuilder("area,town,price\n");
        for (int i = 0; i < 120; i++)
            text.Append(CultureInfo.InvariantCulture, $"{40 + i * 7 % 90},{(i % 3 == 0 ? "Ulm" : "\"Bonn, West\"")},{2 * (40 + i * 7 % 90) + (i % 3 == 0 ? 30 : 0)}.5\n");
        File.WriteAllText(folder.File("houses.csv"), text.ToString());
        File.WriteAllText(folder.File("new.csv"), "town,extra,area\nUlm,1,60\n\"Bonn, West\",2,60\nJena,3,\n");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_table_is_trained_on_and_another_predicted_as_CSV()
    {
        var (code, output, errors) = BallastProcess.Run(folder, "train", "houses.csv", "--target", "price", "--out", "run");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("120 rows, to predict price, a number, from 2 columns:\n  numbers: area\n  categories: town\nEpoch   1: loss ", output,
            StringComparison.Ordinal);
        Assert.Contains("Held out, 24 rows: R2 0.9", output, StringComparison.Ordinal);
        Assert.Equal(["metrics.jsonl", "weights.safetensors"], Directory.GetFiles(folder.File("run")).Select(Path.GetFileName).Order());

        (code, output, errors) = BallastProcess.Run(folder, "predict", "run", "new.csv");
        Assert.Equal((0, "note: 1 value is a category that no row trained on had; they are taken as missing.\n"), (code, errors));
        string[] lines = output.Trim().Split('\n');
        Assert.Equal("price,price low,price high", lines[0]);
        Assert.Equal(4, lines.Length);
        double[] ulm = [.. lines[1].Split(',').Select(static cell => double.Parse(cell, CultureInfo.InvariantCulture))];
        Assert.InRange(ulm[0], 135, 166);
        Assert.True(ulm[1] < ulm[0] && ulm[0] < ulm[2]);
    }

    [Fact]
    public void Classes_come_with_their_probabilities()
    {
        Assert.Equal(0, BallastProcess.Run(folder, "train", "houses.csv", "--target", "town", "--ignore", "price", "--epochs", "2", "--out", "run").ExitCode);
        string[] lines = BallastProcess.Run(folder, "predict", "run", "new.csv").Output.Trim().Split('\n');
        Assert.Equal("town,\"probability Bonn, West\",probability Ulm", lines[0]);
        Assert.Equal(4, lines.Length);
    }

    [Theory]
    [InlineData("train houses.csv", 2, "What is to be predicted? Give --target and a column of houses.csv.")]
    [InlineData("train houses.csv --target rent", 1, "houses.csv has no column rent to predict. Its columns are area, town, price.")]
    [InlineData("train none.csv --target rent", 1, "There is no file none.csv.")]
    [InlineData("train houses.csv --target price --task guess", 2, "--task: expected regression or classification, got \"guess\".")]
    [InlineData("train houses.csv --target price --flip random", 2, "--flip means nothing to a table")]
    [InlineData("train houses.csv --target price --validation 2", 2, "--validation: expected a share between 0 and 1, got 2.")]
    [InlineData("train --target price", 2, "--target is for a table.")]
    public void What_cannot_be_done_with_a_table_is_said_and_nothing_is_left(string command, int expected, string message)
    {
        var (code, output, errors) = BallastProcess.Run(folder, command.Split(' '));
        Assert.Equal((expected, ""), (code, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal(["houses.csv", "new.csv"], folder.Names().Order());
    }
}
