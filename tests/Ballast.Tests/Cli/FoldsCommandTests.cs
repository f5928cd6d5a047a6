using System.Globalization;
using System.Text;
using System.Text.Json;
using Ballast.Lab;

namespace Ballast.Tests.Cli;

/// <summary>Cross validation of a table by the command.</summary>
public sealed class FoldsCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    // Fifty people with three rows each; the price follows from the area and the town.
    public FoldsCommandTests()
    {
        var text = new StringBuilder("area,town,owner,kind,price\n");
        for (int i = 0; i < 150; i++)
        {
            int area = 40 + i * 37 % 90;
            string town = i % 3 == 0 ? "Ulm" : "Bonn";
            text.Append(CultureInfo.InvariantCulture, $"{area},{town},p{i % 50},{(area > 84 ? "large" : "small")},{2 * area + (i % 3 == 0 ? 30 : 0)}.5\n");
        }

        File.WriteAllText(folder.File("houses.csv"), text.ToString());
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Each_fold_is_a_run_that_is_tested_on_rows_it_has_not_seen()
    {
        var (code, output, errors) = BallastCommand.Run(
            folder, "train", "houses.csv", "--target", "price", "--ignore", "owner", "--ignore", "kind", "--folds", "3", "--members", "2",
            "--epochs", "30", "--out", "cv");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("150 rows, to predict price, a number, from 2 columns:\n  numbers: area\n  categories: town\n", output, StringComparison.Ordinal);
        Assert.Contains("  3 folds drawn at random, each tested on by the mean of 2 networks of the others\n", output, StringComparison.Ordinal);
        Assert.Contains("Fold 3 of 3, 50 rows: loss ", output, StringComparison.Ordinal);

        // Another way to the numbers: the rows of the fold, by the weights that the fold left.
        var tests = MetricsLog.Read(folder.File("cv/metrics.jsonl"));
        var folds = KFold.Split(150, 3, 42);
        string[] rows = File.ReadAllLines(folder.File("houses.csv"));
        for (int fold = 1; fold <= 3; fold++)
        {
            File.WriteAllLines(folder.File("fold.csv"), folds[fold - 1].Test.Select(i => rows[i + 1]).Prepend(rows[0]));
            var model = TableModel.Load(folder.File($"cv/fold-{fold}/weights.safetensors"));
            var measured = model.Evaluate(TableDataset.OpenLabelled(folder.File("fold.csv"), model.Schema));
            Assert.Equal(measured.Loss, tests[fold - 1].Loss!.Value, 1e-6);
            Assert.Equal((fold, 50), (tests[fold - 1].Fold, tests[fold - 1].Count));
            Assert.InRange(tests[fold - 1].Measures!["r2"], 0.9, 1);
        }

        double mean = tests.Average(static test => test.Measures!["r2"]);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Mean of 3 folds: R2 {mean:F3} ± "), output, StringComparison.Ordinal);
        string page = File.ReadAllText(folder.File("cv/report.html"));
        Assert.Contains("price of houses.csv, in 3 folds", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"fold-3/report.html\">3</a>", page, StringComparison.Ordinal);
        Assert.Contains("What it goes by", page, StringComparison.Ordinal);

        Assert.Contains("the 50 rows of fold 2 of 3, which training did not see", BallastCommand.Run(folder, "evaluate", "cv/fold-2").Output,
            StringComparison.Ordinal);
        Assert.StartsWith("price,price low,price high\n", BallastCommand.Run(folder, "predict", "cv/fold-2", "houses.csv").Output, StringComparison.Ordinal);
        foreach (string[] command in (string[][])[["predict", "cv", "houses.csv"], ["evaluate", "cv"], ["doctor", "cv"], ["export", "cv", "net.onnx"]])
        {
            (code, _, errors) = BallastCommand.Run(folder, command);
            Assert.Equal((2, true), (code, errors.Contains("cv holds a cross validation. ", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Groups_stay_whole_and_classes_have_a_confusion_of_all_folds()
    {
        var (code, output, errors) = BallastCommand.Run(folder, "train", "houses.csv", "--target", "kind", "--ignore", "price", "--folds", "4", "--members", "0",
            "--epochs", "12", "--group", "owner", "--out", "cv", "--json");
        Assert.Equal((0, ""), (code, errors));
        var lines = output.Trim().Split('\n').Select(static line => JsonDocument.Parse(line).RootElement).ToArray();
        int[] counts = [.. lines.Where(static line => line.TryGetProperty("fold", out _)).Select(static line => line.GetProperty("count").GetInt32())];
        Assert.Equal((4, 150), (counts.Length, counts.Sum()));
        Assert.All(counts, static count => Assert.Equal(0, count % 3));
        Assert.Equal("end", lines[^1].GetProperty("type").GetString());
        Assert.DoesNotContain("owner", TableModel.Load(folder.File("cv/fold-1/weights.safetensors")).Schema.Columns.Select(static column => column.Name));
        Assert.Contains("4, of whole groups by owner", File.ReadAllText(folder.File("cv/report.html")), StringComparison.Ordinal);
        Assert.Contains("What it takes for what", File.ReadAllText(folder.File("cv/report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_it_goes_on_to_the_same_weights_of_each_fold()
    {
        if (OperatingSystem.IsWindows())
            return;
        string[] Command(string run) => ["train", "houses.csv", "--target", "price", "--folds", "3", "--members", "0", "--epochs", "6", "--out", run];
        var (code, errors) = BallastProcess.RunUntil(folder, "Fold 1 of 3", kill: false, Command("cv"));
        Assert.Equal((130, "Stopped. Continue with: ballast train --resume cv\n"), (code, errors));
        Assert.Equal((0, ""), BallastCommand.Run(folder, "train", "--resume", "cv") is var resumed ? (resumed.ExitCode, resumed.Errors) : default);
        Assert.Equal(0, BallastCommand.Run(folder, Command("whole")).ExitCode);
        for (int fold = 1; fold <= 3; fold++)
        {
            Assert.Equal(File.ReadAllBytes(folder.File($"whole/fold-{fold}/weights.safetensors")),
                File.ReadAllBytes(folder.File($"cv/fold-{fold}/weights.safetensors")));
        }

        Assert.Contains("Mean of 3 folds: R2 ", BallastCommand.Run(folder, "train", "--resume", "cv").Output, StringComparison.Ordinal);
        Assert.Contains("keeps its settings", BallastCommand.Run(folder, "train", "--resume", "cv", "--checkpoint-every", "3").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_of_a_group_are_in_one_fold()
    {
        var table = new StringBuilder("path,label,patient\n");
        for (int i = 0; i < 24; i++)
        {
            File.WriteAllBytes(folder.File($"{i}.png"), new Picture([3, 4, 4], [.. Enumerable.Range(0, 48).Select(k => (byte)(i * 7 + k))]).ToPng());
            table.Append(CultureInfo.InvariantCulture, $"{i}.png,{(i % 2 == 0 ? "cat" : "dog")},p{i % 12 / 2}\n");
        }

        File.WriteAllText(folder.File("photos.csv"), table.ToString());
        string[] Command(int folds) =>
            ["train", "photos.csv", "flatten", "linear:2", "--folds", $"{folds}", "--group", "patient", "--epochs", "2", "--batch-size", "4", "--out", "cv"];
        var (code, _, errors) = BallastCommand.Run(folder, Command(7));
        Assert.Equal((2, true), (code, errors.Contains("6 groups make no 7 folds", StringComparison.Ordinal)));
        (code, _, errors) = BallastCommand.Run(folder, Command(3));
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("into 3 parts of whole groups by patient", File.ReadAllText(folder.File("cv/report.html")), StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(folder.File("cv/weights")).Length);

        // The accuracy of a fold, of the weights that it left, on the pictures of its groups.
        var data = new ImageFolder(folder.File("photos.csv"), new ImageFolderOptions { GroupColumn = "patient" });
        var fold = KFold.ByGroup(data.Groups, 3)[1];
        Assert.Empty(fold.Test.Select(i => data.Groups[i]).Intersect(fold.Train.Select(i => data.Groups[i])));
        var network = new Sequential(new Flatten(), new Linear(48, 2));
        var state = StateFile.Load(Directory.GetFiles(folder.File("cv/weights")).Order(StringComparer.Ordinal).ElementAt(1));
        foreach (var (parameter, end) in network.Parameters().Zip((string[])[".weight", ".bias"]))
            parameter.CopyFrom(state[state.Keys.Single(key => key.EndsWith(end, StringComparison.Ordinal))].Tensor.ToArray());
        using var study = JsonDocument.Parse(File.ReadAllText(folder.File("cv/study.json")));
        Assert.Equal("patient", study.RootElement.GetProperty("definition").GetProperty("group").GetString());
        double accuracy = Evaluation.Run(network, Scaled(data.Subset([.. fold.Test]), study.RootElement)).Accuracy;
        using var results = JsonDocument.Parse(File.ReadAllText(folder.File("cv/results.json")));
        Assert.Contains(accuracy, Numbers(results.RootElement));
    }

    // As the study standardized them.
    static ByteDataset Scaled(ByteDataset data, JsonElement study)
    {
        var methods = study.GetProperty("definition").GetProperty("arms")[0].GetProperty("settings").GetProperty("methods");
        if (!methods.TryGetProperty("scale", out var scale) || scale.ValueKind == JsonValueKind.Null)
            return data;
        float[] Of(string name) => [.. scale.GetProperty(name).EnumerateArray().Select(static value => value.GetSingle())];
        return data.Standardize(new ChannelScale(Of("mean"), Of("std")).ToStandardization());
    }

    static IEnumerable<double> Numbers(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => [element.GetDouble()],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Numbers),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static property => Numbers(property.Value)),
        _ => [],
    };
}
