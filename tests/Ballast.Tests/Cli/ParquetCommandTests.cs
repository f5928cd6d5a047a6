namespace Ballast.Tests.Cli;

/// <summary>Parquet files by the command: train, predict, evaluate, and what is refused.</summary>
public sealed class ParquetCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static string Golden(string name) => Path.Combine(ArchitectureTests.Root(), "tests", "Ballast.Data.Tests", "Goldens", "tables", name);

    [Fact]
    public void A_Parquet_file_is_learned_and_predicted_and_a_CSV_file_of_its_rows_gives_the_same()
    {
        var (code, output, errors) = BallastCommand.Run(
            folder, "train", Golden("zstd.parquet"), "--target", "price", "--epochs", "6", "--members", "0", "--out", "run");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("300 rows, to predict price, a number, from 9 columns:\n  numbers: area, small, rooms, floor, units\n  categories: town, garden\n"
            + "  dates: sold, day\n", output, StringComparison.Ordinal);
        (code, output, errors) = BallastCommand.Run(folder, "predict", "run", Golden("lz4.parquet"));
        Assert.Equal((0, "", 301), (code, errors, output.TrimEnd('\n').Split('\n').Length));
        Assert.Equal(output, BallastCommand.Run(folder, "predict", "run", Golden("houses.csv")).Output);
        (code, output, errors) = BallastCommand.Run(folder, "evaluate", "run", "--test-data", Golden("gzip.parquet"));
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Rows:     300 of ", output, StringComparison.Ordinal);
        Assert.Contains("Held out: 60 rows\n", BallastCommand.Run(folder, "evaluate", "run").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("struct.parquet", "place holds a struct in each row")]
    [InlineData("time.parquet", "at holds a time of day in each row")]
    [InlineData("list.parquet", "tags holds a list in each row")]
    [InlineData("groups.parquet", "bytes holds bytes in each row")]
    public void Columns_of_other_types_are_refused_by_name_and_nothing_is_left(string file, string message)
    {
        var (code, output, errors) = BallastCommand.Run(folder, "train", Golden(file), "--target", "price", "--out", "run");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains($"{file}: {message}. A table has numbers, texts, booleans and dates: leave the column out (--ignore)", errors,
            StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }
}
