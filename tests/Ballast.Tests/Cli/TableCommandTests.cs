using System.Globalization;
using System.Text;
using Ballast.Lab;

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
        var (code, output, errors) = BallastCommand.Run(folder, "train", "houses.csv", "--target", "price", "--out", "run");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("120 rows, to predict price, a number, from 2 columns:\n  numbers: area\n  categories: town\nEpoch   1: loss ", output,
            StringComparison.Ordinal);
        Assert.Contains("Held out, 24 rows: R2 0.9", output, StringComparison.Ordinal);
        Assert.Equal(
            [".lock", "activations.jsonl", "best.safetensors", "checkpoint.safetensors", "metrics.jsonl", "report.html", "run.json", "weights.safetensors"],
            Directory.GetFiles(folder.File("run")).Select(Path.GetFileName).Order());

        (code, output, errors) = BallastCommand.Run(folder, "predict", "run", "new.csv");
        Assert.Equal((0, "note: 1 value is a category that no row trained on had; they are taken as missing.\n"), (code, errors));
        string[] lines = output.Trim().Split('\n');
        Assert.Equal("price,price low,price high", lines[0]);
        Assert.Equal(4, lines.Length);
        double[] ulm = [.. lines[1].Split(',').Select(static cell => double.Parse(cell, CultureInfo.InvariantCulture))];
        Assert.InRange(ulm[0], 135, 166);
        Assert.True(ulm[1] < ulm[0] && ulm[0] < ulm[2]);
    }

    [Fact]
    public void A_run_of_a_table_is_examined_evaluated_exported_and_reported_like_any_other()
    {
        Assert.Equal(0, BallastCommand.Run(folder, "train", "houses.csv", "--target", "price", "--epochs", "12", "--learning-rate", "0.01", "--out", "run").ExitCode);
        var record = RunFolder.Open(folder.File("run")).Record;
        Assert.Equal((0.01f, 12, LearnedKind.Table), (record.Settings.LearningRate, record.Settings.Epochs, record.File!.Kind));
        Assert.Equal("houses.csv", Assert.Single(record.Provenance.Data).Name);

        var (_, output, errors) = BallastCommand.Run(folder, "doctor", "run");
        Assert.Equal("", errors);
        Assert.Contains("batches", output, StringComparison.Ordinal);
        (_, output, errors) = BallastCommand.Run(folder, "evaluate", "run");
        Assert.Equal("", errors);
        Assert.Contains("Held out: 24 rows\n", output, StringComparison.Ordinal);
        var last = MetricsLog.Read(Path.Combine(folder.File("run"), "metrics.jsonl"))[^1];
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Measured: R2 {last.Measures!["r2"]:F3}\n"), output, StringComparison.Ordinal);
        Assert.Contains($"{Path.Combine("run", "best.safetensors")}\n", output, StringComparison.Ordinal);
        Assert.Equal(0, BallastCommand.Run(folder, "export", "run", "net.onnx").ExitCode);
        Assert.Equal((2, "error: --tta is for runs on images. A run on a file is evaluated on what was held out of it.\nSee ballast evaluate --help.\n"),
            BallastCommand.Run(folder, "evaluate", "run", "--tta", "flip") is var refused ? (refused.ExitCode, refused.Errors) : default);
        string page = File.ReadAllText(Path.Combine(folder.File("run"), "report.html"));
        Assert.Contains("of how price varies in the rows held out.", page, StringComparison.Ordinal);
        Assert.Contains("Norm of the gradient", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_it_predicts_by_its_best_epoch_and_resumed_it_ends_with_the_same_bytes()
    {
        if (OperatingSystem.IsWindows())
            return;
        string[] Command(string run) => ["train", "houses.csv", "--target", "price", "--epochs", "400", "--early-stopping", "25", "--out", run];
        var (code, errors) = BallastProcess.RunUntil(folder, "Epoch   3:", kill: false, Command("run"));
        Assert.Equal((130, "Stopped. Continue with: ballast train --resume run\n"), (code, errors));
        Assert.StartsWith("price\n", BallastCommand.Run(folder, "predict", "run", "new.csv").Output, StringComparison.Ordinal);
        Assert.Equal(0, BallastCommand.Run(folder, "train", "--resume", "run").ExitCode);
        Assert.Equal(0, BallastCommand.Run(folder, Command("whole")).ExitCode);
        Assert.Equal(File.ReadAllBytes(folder.File("whole/weights.safetensors")), File.ReadAllBytes(folder.File("run/weights.safetensors")));

        File.AppendAllText(folder.File("houses.csv"), "100,Ulm,231\n");
        Assert.Contains("houses.csv has changed since run was begun.", BallastCommand.Run(folder, "doctor", "run").Errors, StringComparison.Ordinal);
    }

    // The networks that are averaged begin when the first one is over.
    [Fact]
    public void Stopped_among_its_members_it_goes_on_to_the_same_bytes_and_predicts_by_their_mean()
    {
        if (OperatingSystem.IsWindows())
            return;
        string[] Command(string run) =>
            ["train", "houses.csv", "--target", "price", "--epochs", "60", "--early-stopping", "60", "--batch-size", "8", "--members", "3", "--out", run];
        var (code, errors) = BallastProcess.RunUntil(folder, "Network 1 of 3, of all rows: ", kill: false, Command("run"));
        Assert.Equal((130, "Stopped. Continue with: ballast train --resume run\n"), (code, errors));
        Assert.True(File.Exists(folder.File("run/member-1.safetensors")));
        Assert.False(File.Exists(folder.File("run/weights.safetensors")));
        Assert.StartsWith("price\n", BallastCommand.Run(folder, "predict", "run", "new.csv").Output, StringComparison.Ordinal);
        Assert.Equal(0, BallastCommand.Run(folder, "train", "--resume", "run").ExitCode);
        Assert.Equal(0, BallastCommand.Run(folder, Command("whole")).ExitCode);
        Assert.Equal(File.ReadAllBytes(folder.File("whole/weights.safetensors")), File.ReadAllBytes(folder.File("run/weights.safetensors")));
        Assert.Equal([1, 2, 3], MetricsLog.Read(folder.File("run/metrics.jsonl")).Where(static line => line.Type == MetricKind.Member)
            .Select(static line => line.Member!.Value));
        Assert.Empty(Directory.GetFiles(folder.File("run"), "member-*"));

        // The mean of the three, of which each is something else; none is the network that is measured.
        var model = TableModel.Load(folder.File("run/weights.safetensors"));
        var rows = TableDataset.Open(folder.File("new.csv"), model.Schema);
        double[] single = [.. Enumerable.Range(0, 3).Select(i => (double)One(model, i).Predict(rows)[0][0])];
        Assert.Equal(single.Average(), model.Predict(rows)[0][0], 1e-3);
        Assert.Equal(4, single.Append(TableModel.Load(folder.File("run/best.safetensors")).Predict(rows)[0][0]).Distinct().Count());
    }

    static TableModel One(TableModel model, int member)
    {
        var state = new StateDict();
        foreach (var (key, entry) in model.Module.StateDict())
        {
            if (key.StartsWith($"member{member}.", StringComparison.Ordinal))
                state.Add("member0" + key[7..], entry);
        }

        var network = TableNetwork.From(model.Schema, state);
        network.Eval();
        return model with { Module = network };
    }

    [Fact]
    public void Classes_come_with_their_probabilities()
    {
        Assert.Equal(0, BallastCommand.Run(folder, "train", "houses.csv", "--target", "town", "--ignore", "price", "--epochs", "2", "--out", "run").ExitCode);
        string[] lines = BallastCommand.Run(folder, "predict", "run", "new.csv").Output.Trim().Split('\n');
        Assert.Equal("town,\"probability Bonn, West\",probability Ulm", lines[0]);
        Assert.Equal(4, lines.Length);
    }

    [Fact]
    public void A_class_of_which_no_row_is_trained_on_or_held_out_is_said()
    {
        string Rows(int place) => "x,kind\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i % 9},{(i == place ? "rare" : i % 2 == 0 ? "a" : "b")}\n"));
        var split = new TableTraining().Split(60);
        foreach (var (place, said) in ((int, string)[])[
            (split.Held[0], "  no row is trained on of: rare; the network cannot know them\n"), (split.Train[0], "  no row is held out of: rare\n")])
        {
            File.WriteAllText(folder.File("rare.csv"), Rows(place));
            var (code, output, errors) = BallastCommand.Run(
                folder, "train", "rare.csv", "--target", "kind", "--epochs", "1", "--members", "0", "--out", $"run-{place}");
            Assert.Equal((0, ""), (code, errors));
            Assert.Contains(said, output, StringComparison.Ordinal);
            Assert.Single(output.Split('\n'), static line => line.StartsWith("  no row", StringComparison.Ordinal));
        }

        Assert.Contains("is in 1 row. Each of 3 folds needs one of each class: take fewer folds, or do not stratify.",
            BallastCommand.Run(folder, "train", "rare.csv", "--target", "kind", "--folds", "3", "--stratified").Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train houses.csv", 2, "What is to be predicted? Give --target and a column of houses.csv.")]
    [InlineData("train houses.csv --target rent", 1, "houses.csv has no column rent to predict. Its columns are area, town, price.")]
    [InlineData("train none.csv --target rent", 1, "There is no file none.csv.")]
    [InlineData("train houses.csv --target price --task guess", 2, "--task: expected regression, classification or multi-label, got \"guess\".")]
    [InlineData("train houses.csv --target price --flip random", 2, "--flip means nothing to a table")]
    [InlineData("train houses.csv --target price --validation 2", 2, "--validation: expected a share between 0 and 1, got 2.")]
    [InlineData("train houses.csv --target price --members 2 --keep-best false", 2, "the best epoch's network is what is measured: keep it.")]
    [InlineData("train houses.csv --target price --members 2 --window 5", 2, "--members is for a table. Leave it or --window out.")]
    [InlineData("train houses.csv --target price --folds 3 --window 5", 2, "Folds are tested on in turn, also those before what is trained on")]
    [InlineData("train houses.csv --target price --folds 3 --time area", 2, "Leave --folds or --time out.")]
    [InlineData("train houses.csv --target price --folds 200", 2, "120 samples make no 200 folds.")]
    [InlineData("train houses.csv --target price --folds 3 --group town", 2, "2 groups make no 3 folds.")]
    [InlineData("train --target price", 2, "--target is for a table.")]
    public void What_cannot_be_done_with_a_table_is_said_and_nothing_is_left(string command, int expected, string message)
    {
        var (code, output, errors) = BallastCommand.Run(folder, command.Split(' '));
        Assert.Equal((expected, ""), (code, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal(["houses.csv", "new.csv"], folder.Names().Order());
    }
}
