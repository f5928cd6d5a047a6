namespace Ballast.Tests;

public sealed class TableSplitTests : Temporary
{
    // Ten rows of each of four people; a class that every fifth row has; days that run backwards; a row without a target.
    string Table(string gap = "") => Write(System.Text.Encoding.UTF8.GetBytes("who,day,x,kind\n" + string.Concat(Enumerable.Range(0, 40).Select(i =>
        $"p{i % 4},{(i == 7 ? gap : $"2026-03-{31 - i % 31:00}")},{i},{(i == 3 ? "" : i % 5 == 0 ? "rare" : "usual")}\n"))), "t.csv");

    [Fact]
    public void Classes_keep_their_share_groups_stay_whole_and_the_last_rows_are_held_out()
    {
        string path = Table("2026-01-01");
        int[] rows = [.. Enumerable.Range(0, 40).Where(static i => i != 3)];
        var (train, held) = TableSplit.Of(path, "kind", TableHoldOut.Stratified, null, 0.25, 1);
        Assert.Equal(Enumerable.Range(0, 39), train.Concat(held).Order());
        Assert.Equal(2, held.Count(i => rows[i] % 5 == 0));

        (train, held) = TableSplit.Of(path, "kind", TableHoldOut.Groups, "who", 0.25, 1);
        Assert.Single(held.Select(i => rows[i] % 4).Distinct());
        Assert.Equal(3, train.Select(i => rows[i] % 4).Distinct().Count());

        (train, held) = TableSplit.Of(path, "kind", TableHoldOut.Last, "day", 0.1, 1);
        Assert.Equal([0, 1, 31, 32], held.Select(i => rows[i]).Order());
        var data = TableDataset.Open(path, "kind", train: _ => train);
        Assert.Equal(39, data.Count);
        Assert.Equal((1, 5), (data.FileRow(0), data.FileRow(3)));
    }

    [Fact]
    public void Folds_test_each_row_once_and_what_is_held_out_is_of_the_other_folds()
    {
        string path = Table("2026-01-01");
        int[] rows = [.. Enumerable.Range(0, 40).Where(static i => i != 3)];
        foreach (var (kind, column, count) in ((TableHoldOut, string?, int)[])[
            (TableHoldOut.Random, null, 5), (TableHoldOut.Stratified, null, 4), (TableHoldOut.Groups, "who", 3)])
        {
            var folds = TableFolds.Of(path, ["kind"], kind, column, count, 0.25, 7);
            Assert.Equal(count, folds.Count);
            Assert.Equal(Enumerable.Range(0, 39), folds.SelectMany(static fold => fold.Test).Order());
            foreach (var fold in folds)
            {
                Assert.Equal(Enumerable.Range(0, 39), fold.Train.Concat(fold.Held).Concat(fold.Test).Order());
                Assert.NotEmpty(fold.Held);
                if (kind == TableHoldOut.Stratified)
                    Assert.InRange(fold.Test.Count(i => rows[i] % 5 == 0), 2, 2);
                if (kind == TableHoldOut.Groups)
                    Assert.All((IReadOnlyList<int>[])[fold.Test, fold.Held], part => Assert.Empty(Who(part).Intersect(Who(fold.Train))));
            }
        }

        Assert.Equal(KFold.Split(39, 5, 7)[2].Test, TableFolds.Of(path, ["kind"], TableHoldOut.Random, null, 5, 0.25, 7)[2].Test);
        Assert.Throws<ArgumentException>(() => TableFolds.Of(path, ["kind"], TableHoldOut.Last, "day", 3, 0.2, 1));
        Assert.Throws<ArgumentException>(() => TableFolds.Of(path, ["kind"], TableHoldOut.Groups, "who", 5, 0.2, 1));

        IEnumerable<int> Who(IReadOnlyList<int> part) => part.Select(i => rows[i] % 4);
    }

    [Fact]
    public void What_divides_nothing_is_refused()
    {
        string path = Table();
        string Message(TableHoldOut kind, string target, string? column) =>
            Assert.Throws<InvalidDataException>(() => TableSplit.Of(path, target, kind, column, 0.2, 1)).Message;
        Assert.EndsWith("row 8: day is missing, by which rows are held out. Fill it, or leave the row out.", Message(TableHoldOut.Last, "kind", "day"), StringComparison.Ordinal);
        Assert.EndsWith("who holds texts, which say no time. Expected dates as 2026-05-31, or numbers.", Message(TableHoldOut.Last, "kind", "who"), StringComparison.Ordinal);
        Assert.EndsWith("has no column team. Its columns are who, day, x, kind.", Message(TableHoldOut.Groups, "kind", "team"), StringComparison.Ordinal);
        Assert.Contains("which are no classes to stratify by", Message(TableHoldOut.Stratified, "x", null), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TableSplit.Of(path, "kind", TableHoldOut.Groups, "who", 1.5, 1));
    }

    [Fact]
    public void Importance_is_of_the_columns_that_the_target_comes_from()
    {
        var draw = new Random(1);
        string path = Write(System.Text.Encoding.UTF8.GetBytes("a,b,noise,y\n" + string.Concat(Enumerable.Range(0, 300).Select(_ =>
        {
            double a = draw.NextDouble(), b = draw.NextDouble();
            return FormattableString.Invariant($"{a:F3},{b:F3},{draw.NextDouble():F3},{4 * a + b:F3}\n");
        }))), "i.csv");
        var training = new TableTraining { Epochs = 15 };
        var data = TableDataset.Open(path, "y", train: count => training.Split(count).Train);
        var found = TableImportance.Of(training.Fit(data).Module, data, training.Split(300).Held);
        Assert.Equal(["a", "b", "noise"], found.Select(static column => column.Column));
        Assert.InRange(found[0].Drop, 1, 2.5);
        Assert.InRange(found[2].Drop, -0.02, 0.02);
        Assert.Equal(found, TableImportance.Of(training.Fit(data).Module, data, training.Split(300).Held));
    }
}
