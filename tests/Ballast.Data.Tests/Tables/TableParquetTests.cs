using System.Text;
using Parquet;
using Parquet.Schema;

namespace Ballast.Tests;

/// <summary>Parquet files that polars and hyparquet-writer wrote (Goldens/tables.mjs) are read as the CSV file of the same rows.</summary>
public sealed class TableParquetTests : Temporary
{
    static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Goldens", "tables", name);

    static string Refused(Func<object> read) => Assert.Throws<InvalidDataException>(read).Message;

    static float[][] Rows(TableDataset data) => [.. Enumerable.Range(0, data.Count).Select(row => data.Row(row).ToArray())];

    [Theory]
    [InlineData("uncompressed")]
    [InlineData("snappy")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("lz4")]
    [InlineData("brotli")]
    public void The_rows_are_those_of_the_CSV_file_in_every_compression(string compression)
    {
        var expected = TableDataset.Open(Golden("houses.csv"), "price");
        var data = TableDataset.Open(Golden(compression + ".parquet"), "price");
        Assert.Equal(expected.Schema.ToJson(), data.Schema.ToJson());
        Assert.Equal(Rows(expected), Rows(data));
        Assert.Equal(
            [ColumnKind.Number, ColumnKind.Number, ColumnKind.Number, ColumnKind.Number, ColumnKind.Number, ColumnKind.Category, ColumnKind.Category,
                ColumnKind.Date, ColumnKind.Date],
            data.Schema.Columns.Select(static column => column.Kind));
        Assert.Equal(["Bonn, West", "Köln", "Ulm", "a \"quoted\" name", "two\nlines"],
            data.Schema.Columns[5].Categories.Order(StringComparer.Ordinal));
        for (int row = 0; row < data.Count; row++)
            Assert.Equal(expected.Target(row), data.Target(row));
    }

    [Fact]
    public void One_file_is_predicted_by_the_schema_of_the_other()
    {
        var schema = TableDataset.Open(Golden("houses.csv"), "price").Schema;
        Assert.Equal(Rows(TableDataset.Open(Golden("houses.csv"), schema)), Rows(TableDataset.Open(Golden("zstd.parquet"), schema)));
        Assert.Equal(300, TableDataset.OpenLabelled(Golden("snappy.parquet"), schema).Count);
        // Another file has texts where the numbers of trained rows were.
        var other = TableDataset.Open(Write(Encoding.UTF8.GetBytes("town,y\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"{i},{i}\n"))), "t.csv"), "y",
            new TableOptions { Task = TableTask.Regression }).Schema;
        Assert.EndsWith("snappy.parquet, row 1: town is \"Bonn, West\". Expected a number, as in the rows that were trained on.",
            Refused(() => TableDataset.Open(Golden("snappy.parquet"), other)), StringComparison.Ordinal);
        string dates = "area,y\n" + string.Concat(Enumerable.Range(10, 12).Select(i => $"2020-01-{i},{i}.5\n"));
        Assert.Contains("area is \"140.25\". Expected a date, as in the rows that were trained on.", Refused(() => TableDataset.Open(Golden("snappy.parquet"),
            TableDataset.Open(Write(Encoding.UTF8.GetBytes(dates), "d.csv"), "y").Schema)), StringComparison.Ordinal);
        Assert.Contains("has no column area, small, rooms, floor, units, town, garden, sold, day. Expected the columns",
            Refused(() => TableDataset.Open(Golden("groups.parquet"), schema)), StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_of_rows_and_decimals_are_read_and_columns_of_other_types_refused_by_name()
    {
        Assert.EndsWith("list.parquet: tags holds a list in each row. A table has numbers, texts, booleans and dates: leave the column out (--ignore), or "
            + "make columns of these of it.", Refused(() => TableDataset.Open(Golden("list.parquet"), "price")), StringComparison.Ordinal);
        Assert.Single(TableDataset.Open(Golden("list.parquet"), "price", new TableOptions { Ignore = ["tags"] }).Schema.Columns);
        Assert.Contains("struct.parquet: place holds a struct in each row.", Refused(() => TableDataset.Open(Golden("struct.parquet"), "price")),
            StringComparison.Ordinal);
        Assert.Contains("time.parquet: at holds a time of day in each row.", Refused(() => TableDataset.Open(Golden("time.parquet"), "price")),
            StringComparison.Ordinal);
        Assert.Single(TableDataset.Open(Golden("time.parquet"), "price", new TableOptions { Ignore = ["at"] }).Schema.Columns);
        Assert.Contains("groups.parquet: bytes holds bytes in each row.", Refused(() => TableDataset.Open(Golden("groups.parquet"), "price")),
            StringComparison.Ordinal);
        var file = TableFile.Read(Golden("groups.parquet"), wanted: static name => name != "bytes");
        Assert.Equal((300, 5), (file.Rows.Count, file.Rows.Blocks));
        Assert.Equal(["k0", "k1", "k2", "k3"], file.Columns[1].Texts);
        for (int i = 0; i < 300; i++)
        {
            Assert.Equal(Pick(i, 9) % 11 == 0 ? float.NaN : Pick(i, 9) / 4f, file.Rows[i][0]);
            Assert.Equal(i % (i < 100 ? 3 : 4), (int)file.Rows[i][1]);
            Assert.Equal(Pick(i, 1), file.Rows[i][2]);
        }

        static int Pick(int i, int k) => (i * 7919 + k * 104729) % 1009;
    }

    [Fact]
    public async Task Several_threads_read_what_one_does_and_refuse_for_the_same_reason()
    {
        const int Group = 30_000, Columns = 11;
        string path = At("large.parquet");
        DataField[] fields = [.. Enumerable.Range(0, Columns).Select(static c =>
            c is 5 or 9 ? new DataField<string>($"c{c}", true) : (DataField)new DataField<double>($"c{c}", true))];
        await using (var stream = File.Create(path))
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream))
        {
            for (int from = 0; from < 2 * Group; from += Group)
            {
                using var group = writer.CreateRowGroup();
                for (int c = 0; c < Columns; c++)
                {
                    if (c is 5 or 9)
                        await group.WriteAsync(fields[c], (string[])[.. Enumerable.Range(from, Group).Select(row => $"t{Value(row, c) % 7}")]);
                    else
                        await group.WriteAsync<double>(fields[c], (double?[])[.. Enumerable.Range(from, Group).Select(row => Value(row, c))]);
                }

                group.CompleteValidate();
            }
        }

        foreach (int threads in (int[])[1, 2, 3])
        {
            var file = TableFile.Read(path, threads: threads);
            Assert.Equal(2 * Group, file.Rows.Count);
            for (int row = 0; row < 2 * Group; row++)
            {
                for (int c = 0; c < Columns; c++)
                {
                    float value = file.Rows[row][c];
                    if (c is 5 or 9 ? file.Columns[c].Texts[(int)value] != $"t{Value(row, c) % 7}" : !value.Equals((float?)Value(row, c) ?? float.NaN))
                        Assert.Fail($"{threads} threads, row {row}, column {c}: {value}, expected {Value(row, c)}.");
                }
            }

            var numbers = new Dictionary<string, ColumnKind> { ["c9"] = ColumnKind.Number, ["c5"] = ColumnKind.Number };
            Assert.Contains("large.parquet, row 1: c5 is \"t", Refused(() => TableFile.Read(path, numbers, threads: threads)), StringComparison.Ordinal);
        }

        // A column with missing values becomes two, so the rows are longer than they were read, and written over others.
        var data = TableDataset.Open(path, "c1");
        int[] places = [0, 2, 3, 4, 6, 7, 8, 10];
        Assert.Equal((2 * places.Length) + 2, data.Schema.Inputs);
        for (int row = 0, at = 0; row < 2 * Group; row++)
        {
            if (Value(row, 1) is not { } answer)
                continue;
            var values = data.Row(at);
            Assert.Equal((double)answer, data.Target(at++) * data.Schema.Target.Std + data.Schema.Target.Mean, 0.01);
            for (int k = 0; k < places.Length; k++)
            {
                var (column, value) = (data.Schema.Columns.First(column => column.Name == $"c{places[k]}"), Value(row, places[k]));
                if (values[2 * k + 1] != (value is null ? 1 : 0) || Math.Abs(values[2 * k] * column.Std - (value - column.Mean ?? 0)) > 0.01)
                    Assert.Fail($"row {row}, column {column.Name}: {values[2 * k]}, {values[2 * k + 1]}, expected {value}.");
            }

            Assert.Equal(Value(row, 5) % 7 + 1, values[^2]);
            Assert.Equal(Value(row, 9) % 7 + 1, values[^1]);
        }

        static double? Value(int row, int c) => c is not (5 or 9) && row % 97 == c ? null : (row * 7919L + c * 104729) % 1009;
    }

    [Fact]
    public void A_network_learns_one_and_holds_out_of_it_by_a_column_and_a_series_is_made_of_one()
    {
        var training = new TableTraining { Epochs = 25, Members = 0 };
        var data = TableDataset.Open(Golden("zstd.parquet"), "price", train: rows => training.Split(rows).Train);
        var model = training.Fit(data);
        Assert.InRange(model.Metric, 0.6, 1);
        Assert.Equal(300, model.Predict(TableDataset.Open(Golden("lz4.parquet"), model.Schema)).Length);
        var (train, held) = TableSplit.Of(Golden("zstd.parquet"), ["price"], TableHoldOut.Groups, "units", 0.2, 0);
        Assert.Equal(300, train.Length + held.Length);
        var series = SeriesTable.Open(Golden("list.parquet"), "x", ["tags"]);
        Assert.Equal(["price"], series.Columns);
        Assert.Equal(["300", "301"], series.Next(2));
    }
}
