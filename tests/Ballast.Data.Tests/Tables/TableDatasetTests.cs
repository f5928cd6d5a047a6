using System.Globalization;
using System.Text;

namespace Ballast.Tests;

public sealed class TableDatasetTests : Temporary
{
    string Table(string text, string name = "t.csv") => Write(Encoding.UTF8.GetBytes(text), name);

    static string Refused(Action read) => Assert.Throws<InvalidDataException>(read).Message;

    internal const string Houses = "area,heated,town,built,price\n70,yes,Ulm,1990-05-01,100\n80.5,no,\"Bonn, am Rhein\",2001-01-02,120\n,yes,Ulm,1970-01-01,90\n"
        + "60,no,NA,1985-07-09,NA\n75,no,Ulm,1999-12-31,110\n90,yes,Kiel,2010-03-04,150\n50,no,Kiel,1971-02-03,70\n55,no,Ulm,1980-01-01,80\n"
        + "65,yes,Ulm,1991-01-01,95\n85,yes,Kiel,2005-01-01,140.5\n95,yes,Ulm,2015-01-01,160\n";

    [Fact]
    public void Columns_are_recognized_standardized_by_the_rows_trained_on_and_missing_values_said()
    {
        var data = TableDataset.Open(Table(Houses), "price", train: static _ => [0, 1, 2, 3, 4]);
        var schema = data.Schema;
        Assert.Equal((TableTask.Regression, 10, 1), (schema.Task, data.Count, data.WithoutTarget));
        Assert.Equal(["area", "heated", "town", "built"], schema.Columns.Select(static column => column.Name));
        Assert.Equal([ColumnKind.Number, ColumnKind.Category, ColumnKind.Category, ColumnKind.Date],
            schema.Columns.Select(static column => column.Kind));
        Assert.Equal([true, false, false, false], schema.Columns.Select(static column => column.HasMissing));
        Assert.Equal(["area", "area (missing)", "built", "heated", "town"], data.Samples([0, 1]).ColumnNames);
        Assert.Equal(schema.Inputs, schema.InputNames.Count());
        double[] areas = [70, 80.5, 75, 90];         // of the rows 0, 1, 4 and 5 of the file: its third has none, its fourth no price
        double mean = areas.Average(), std = Math.Sqrt(areas.Average(area => (area - mean) * (area - mean)));
        Assert.Equal(mean, schema.Columns[0].Mean, 1e-9);
        Assert.Equal(std, schema.Columns[0].Std, 1e-9);
        Assert.Equal(["Bonn, am Rhein", "Kiel", "Ulm"], schema.Columns[2].Categories);
        Assert.Equal((3, 5), (schema.Numbers, schema.Inputs));
        Assert.Equal([0, 1, 0, 2, 3], data.Row(2).ToArray()[..2].Append(0f).Concat(data.Row(2).ToArray()[3..]));
        Assert.Equal((float)((70 - mean) / std), data.Row(0)[0]);
        Assert.Equal((float)((140.5 - schema.Target.Mean) / schema.Target.Std), data.Target(8));
        var again = TableSchema.FromJson(schema.ToJson());
        Assert.Equal(schema.ToJson(), again.ToJson());
    }

    [Theory]
    [InlineData(";", "1,5"), InlineData("\t", "1,5"), InlineData("|", "1.5"), InlineData(",", "1.5"), InlineData(",", "\"1.5\"")]
    public void Separators_and_decimal_commas_are_recognized(string separator, string number)
    {
        var text = new StringBuilder($"x{separator}y\r\n");
        for (int i = 0; i < 12; i++)
            text.Append(CultureInfo.InvariantCulture, $"{number.Replace("1", $"{i}", StringComparison.Ordinal)}{separator}{i * 3}\r\n");
        var data = TableDataset.Open(Table(text.ToString()), "y", new TableOptions { Task = TableTask.Regression });
        Assert.Equal(ColumnKind.Number, Assert.Single(data.Schema.Columns).Kind);
        Assert.Equal(6, data.Schema.Columns[0].Mean, 1e-6);
    }

    [Fact]
    public void The_task_follows_from_the_target()
    {
        static string Rows(Func<int, string> target) => "x,y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{target(i)}\n"));
        TableSchema Of(Func<int, string> target, TableTask? task = null) =>
            TableDataset.Open(Table(Rows(target)), "y", new TableOptions { Task = task }).Schema;
        Assert.Equal(["no", "yes"], Of(static i => i % 2 == 0 ? "yes" : "no").Target.Categories);
        Assert.Equal(["0", "1", "2"], Of(static i => $"{i % 3}").Target.Categories);
        Assert.Equal(TableTask.Regression, Of(static i => $"{i}").Task);
        Assert.Equal(TableTask.Regression, Of(static i => $"{i % 3}.5").Task);
        Assert.Equal(TableTask.Regression, Of(static i => $"{i % 3}", TableTask.Regression).Task);
        Assert.Equal("is the same in all rows. There is nothing to predict.", Refused(() => Of(static _ => "5", TableTask.Regression))[^53..]);
        Assert.Contains("y holds texts such as \"no\", which are no numbers", Refused(() => Of(static i => i % 2 == 1 ? "yes" : "no", TableTask.Regression)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_first_rows_say_can_be_refuted_by_a_later_one()
    {
        var text = new StringBuilder("x,y\n");
        for (int i = 0; i < 3000; i++)
            text.Append(CultureInfo.InvariantCulture, $"{(i == 2500 ? "many" : $"{i % 7}")},{i % 2}\n");
        var column = Assert.Single(TableDataset.Open(Table(text.ToString()), "y").Schema.Columns);
        Assert.Equal(ColumnKind.Category, column.Kind);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "many"], column.Categories);
    }

    [Fact]
    public void Faults_of_a_table_get_a_clear_answer_each()
    {
        string[] rows = [.. Enumerable.Range(0, 30).Select(i => $"{i},{i % 4},{i % 2}\n")];
        string Of(string head, params string[] more) => Table(head + string.Concat(rows) + string.Concat(more));
        Assert.Contains("line 32, has 2 values. Expected 3, as the first line has names: 7,8", Refused(() => TableDataset.Open(Of("a,b,y\n", "7,8\n"), "y")),
            StringComparison.Ordinal);
        Assert.Contains("line 32, has 1 value. Expected 3", Refused(() => TableDataset.Open(Of("a,b,y\n", "7\n"), "y")), StringComparison.Ordinal);
        Assert.Contains("has no column z to predict. Its columns are a, b, y.", Refused(() => TableDataset.Open(Of("a,b,y\n"), "z")), StringComparison.Ordinal);
        Assert.Contains("has 2 columns of the name \"a\"", Refused(() => TableDataset.Open(Of("a,a,y\n"), "y")), StringComparison.Ordinal);
        Assert.Contains("has a column without a name", Refused(() => TableDataset.Open(Of("a, ,y\n"), "y")), StringComparison.Ordinal);
        Assert.Contains("has one name only", Refused(() => TableDataset.Open(Table("only\n1\n"), "only")), StringComparison.Ordinal);
        Assert.Contains("is empty", Refused(() => TableDataset.Open(Table(""), "y")), StringComparison.Ordinal);
        Assert.Contains("has names of columns and no rows", Refused(() => TableDataset.Open(Table("a,y\n"), "y")), StringComparison.Ordinal);
        Assert.Contains("has 2 rows in which y is given. Expected 10 or more", Refused(() => TableDataset.Open(Table("a,y\n1,2\n3,4\n"), "y")), StringComparison.Ordinal);
        Assert.Contains("has no column c to leave out", Refused(() => TableDataset.Open(Of("a,b,y\n"), "y", new TableOptions { Ignore = ["c"] })),
            StringComparison.Ordinal);
        string texts = "name,y\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"person {i},{i % 2}\n"));
        Assert.Contains("name holds 200 different texts in 200 rows, such as \"person 0\". Free text and names are not learned from: leave the column out.",
            Refused(() => TableDataset.Open(Table(texts), "y")), StringComparison.Ordinal);
        // Commas before decimals, in a file with commas between values: in a column, and in the target.
        foreach (string line in (string[])["\"#,5\",#", "#,\"#,5\""])
        {
            string commas = "size,y\n" + string.Concat(Enumerable.Range(0, 200).Select(i => line.Replace("#", $"{i}", StringComparison.Ordinal) + "\n"));
            Assert.EndsWith("They are numbers with a comma before the decimals, such as 0,5: write points, or put semicolons or tabs between the columns.",
                Refused(() => TableDataset.Open(Table(commas), "y")), StringComparison.Ordinal);
        }

        Assert.Contains("has no column to predict y from", Refused(() => TableDataset.Open(Table(texts), "y", new TableOptions { Ignore = ["name"] })),
            StringComparison.Ordinal);
        Assert.Equal("it is the same in all rows", TableDataset.Open(Of("a,b,y\n"), "y",
            train: static _ => [0, 4, 8]).Schema.Ignored["b"]);
        Assert.Throws<FileNotFoundException>(() => TableDataset.Open(At("none.csv"), "y"));
    }

    [Fact]
    public void Rows_to_predict_are_found_by_name_in_any_order_and_what_is_new_is_counted()
    {
        var schema = TableDataset.Open(Table(Houses), "price").Schema;
        string two = "more,built,town,heated,area\n9,1990-05-01,Ulm,yes,70\n9,,Jena,maybe,\n";
        var data = TableDataset.Open(Table(two, "two.csv"), schema);
        var first = TableDataset.Open(Table(Houses), schema);
        Assert.Equal(first.Row(0).ToArray(), data.Row(0).ToArray());
        Assert.Equal((2, 2), (data.Count, data.Unknown));
        Assert.Equal([0f, 1, 0, 0, 0], data.Row(1).ToArray());
        Assert.Contains("has no column town, built. Expected the columns that were trained on: area, heated, town, built.",
            Refused(() => TableDataset.Open(Table("area,heated\n1,2\n", "few.csv"), schema)), StringComparison.Ordinal);
        Assert.Contains("line 2: area is \"large\". Expected a number, as in the rows that were trained on.",
            Refused(() => TableDataset.Open(Table("area,heated,town,built\nlarge,yes,Ulm,1990-01-01\n", "text.csv"), schema)), StringComparison.Ordinal);
        Assert.Contains("line 2: built is \"05/31/99\". Expected a date as 2026-05-31",
            Refused(() => TableDataset.Open(Table("area,heated,town,built\n7,yes,Ulm,05/31/99\n", "date.csv"), schema)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("True", "False"), InlineData("true", "false"), InlineData("TRUE", "FALSE"), InlineData("1", "0")]
    public void Booleans_are_the_same_however_a_program_writes_them(string yes, string no)
    {
        string Rows(string y, string n) => "x,b,y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i % 7},{(i % 3 == 0 ? y : n)},{(i % 5 == 0 ? y : n)}\n"));
        var data = TableDataset.Open(Table(Rows(yes, no)), "y");
        Assert.Equal([no, yes], data.Schema.ClassNames);
        foreach (var (y, n) in ((string, string)[])[("True", "False"), ("true", "false"), ("TRUE", "FALSE"), ("1", "0")])
        {
            var other = TableDataset.OpenLabelled(Table(Rows(y, n), "other.csv"), data.Schema);
            Assert.Equal(0, other.Unknown);
            for (int i = 0; i < 40; i++)
            {
                Assert.Equal(data.Row(i).ToArray(), other.Row(i).ToArray());
                Assert.Equal(data.Target(i), other.Target(i));
            }
        }

        // Both spellings in one file are two categories, not four; other texts stay what they are.
        var mixed = TableDataset.Open(Table(Rows("true", "false") + Rows("True", "False")[6..]), "y").Schema;
        Assert.Equal(["False", "True"], mixed.ClassNames);
        Assert.Equal(["False", "True"], mixed.Columns[1].Categories);
        Assert.Equal(["True", "maybe", "true"], TableDataset.Open(Table(Rows("true", "maybe") + Rows("True", "maybe")[6..]), "y").Schema.ClassNames);
    }
}
