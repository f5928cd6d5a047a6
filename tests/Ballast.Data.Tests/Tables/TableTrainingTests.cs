using System.Globalization;
using System.Text;

namespace Ballast.Tests;

public sealed class TableTrainingTests : Temporary
{
    // y = 3 a - 2 [town is Ulm] + 0.5 a [town is Kiel], with noise of 0.1.
    string Table(bool classes)
    {
        var draw = new Random(1);
        var text = new StringBuilder("a,town,noise,y\n");
        for (int i = 0; i < 600; i++)
        {
            double a = draw.NextDouble() * 4 - 2, noise = draw.NextDouble();
            string town = ((string[])["Ulm", "Kiel", "Bonn"])[draw.Next(3)];
            double y = 3 * a - (town == "Ulm" ? 2 : 0) + (town == "Kiel" ? 0.5 * a : 0) + 0.1 * (draw.NextDouble() - 0.5);
            text.Append(CultureInfo.InvariantCulture, $"{a:F4},{town},{noise:F3},{(classes ? y > 0 ? "high" : "low" : $"{y:F4}")}\n");
        }

        return Write(Encoding.UTF8.GetBytes(text.ToString()), "t.csv");
    }

    [Theory]
    [InlineData(false, 0.98), InlineData(true, 0.95)]
    public void A_table_is_learned_kept_and_used_and_the_same_seed_gives_the_same_bits(bool classes, double least)
    {
        var training = new TableTraining { Epochs = 40, Members = 2 };
        TableDataset Open() => TableDataset.Open(Table(classes), "y", train: count => training.Split(count).Train);
        List<TableEpoch> epochs = [];
        var model = training.Fit(Open(), epochs.Add);
        Assert.InRange(model.Metric, least, 1);
        Assert.Equal(120, model.HeldOut);
        Assert.Equal(model.Loss, epochs.Where(static epoch => epoch.IsBest).Last().HeldOutLoss);
        Assert.Equal(Bits(model), Bits(training.Fit(Open())));
        Assert.NotEqual(Bits(model), Bits((training with { Seed = 43, Epochs = 2 }).Fit(Open())));

        model.Save(At("w.safetensors"));
        var loaded = TableModel.Load(At("w.safetensors"));
        var rows = TableDataset.Open(Table(classes), loaded.Schema);
        float[][] predicted = loaded.Predict(rows);
        Assert.Equal(model.Predict(rows), predicted);
        Assert.Equal((model.Metric, model.Interval, model.HeldOut), (loaded.Metric, loaded.Interval, loaded.HeldOut));
        Assert.Equal(classes ? 2 : 1, predicted[0].Length);
        string[] lines = File.ReadAllLines(At("t.csv"))[1..];
        int right = lines.Where((line, i) =>
        {
            string y = line.Split(',')[3];
            return classes ? (predicted[i][0] > predicted[i][1] ? "high" : "low") == y
                : Math.Abs(predicted[i][0] - double.Parse(y, CultureInfo.InvariantCulture)) <= model.Interval;
        }).Count();
        Assert.InRange(right / 600.0, classes ? 0.95 : 0.85, 1);
    }

    [Fact]
    public void Members_are_averaged_and_without_any_the_network_of_the_best_epoch_is_kept()
    {
        var data = TableDataset.Open(Table(false), "y", train: count => new TableTraining().Split(count).Train);
        var three = new TableNetwork(data.Schema, generator: new Generator(1), members: 3);
        three.Eval();
        var input = data.Inputs([0, 1, 2, 3]);
        double[] mean = new double[4];
        for (int member = 0; member < 3; member++)
        {
            var one = new TableNetwork(data.Schema, generator: new Generator(2));
            var state = new StateDict();
            foreach (var (key, entry) in three.StateDict())
            {
                if (key.StartsWith($"member{member}.", StringComparison.Ordinal))
                    state.Add("member0" + key[7..], entry);
            }

            one.LoadStateDict(state);
            one.Eval();
            float[] outputs = one.Forward(input).ToArray();
            for (int i = 0; i < 4; i++)
                mean[i] += outputs[i] / 3.0;
        }

        float[] averaged = three.Forward(input).ToArray();
        for (int i = 0; i < 4; i++)
            Assert.Equal(mean[i], averaged[i], 1e-5);

        var training = new TableTraining { Epochs = 3, Members = 0 };
        var model = training.Fit(data);
        int[] held = training.Split(data.Count).Held;
        float[] said = Prediction.Outputs(model.Module, data.Samples(held), 1024)[0].ToArray();
        Assert.Equal(held.Select((row, i) => Math.Pow(said[i] - data.Target(row), 2)).Average(), model.Loss, 1e-5);
        Assert.NotEqual(Bits(model), Bits((training with { Members = 1 }).Fit(data)));
    }

    [Fact]
    public void Settings_that_cannot_work_are_refused()
    {
        Assert.Equal("A validation share of 1.5 of 100 rows leaves too few on one side. Choose one between 0 and 1, such as 0.2.",
            Assert.Throws<ArgumentException>(() => new TableTraining { Validation = 1.5 }.Split(100)).Message);
        var data = TableDataset.Open(Table(false), "y");
        Assert.Throws<ArgumentException>(() => new TableTraining { BatchSize = 1 }.Fit(data));
        Assert.Equal("Expected 1 or more epochs and patience, 2 or more rows a batch and 0 or more members, got 100, 16,  and -1.",
            Assert.Throws<ArgumentException>(() => new TableTraining { Members = -1 }.Fit(data)).Message);
        Assert.Throws<ArgumentException>(() => new TableNetwork(data.Schema, members: 0));
        Assert.Throws<ArgumentException>(() => TableNetwork.Average([]));
        Assert.Equal("TableNetwork: the state is of no network for a table: it has no weights member0.first.weight.",
            Assert.Throws<ArgumentException>(() => TableNetwork.From(data.Schema, new Linear(2, 3).StateDict())).Message);
        Assert.Throws<OperationCanceledException>(() => new TableTraining().Fit(data, cancellation: new CancellationToken(canceled: true)));
        File.WriteAllText(At("no.safetensors"), "not one");
        Assert.Throws<InvalidDataException>(() => TableModel.Load(At("no.safetensors")));
    }

    static byte[] Bits(TableModel model) =>
        [.. model.Module.Parameters().SelectMany(static parameter => System.Runtime.InteropServices.MemoryMarshal.AsBytes(parameter.AsSpan()).ToArray())];
}
