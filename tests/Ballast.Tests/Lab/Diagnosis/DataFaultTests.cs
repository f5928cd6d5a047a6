using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Faults of tables and of the scale of test data: planted, mended by the remedy that is printed, and healthy data.</summary>
public class DataFaultTests
{
    const string Constant = "constant-columns", Leaking = "leaking-column", Scale = "test-scale";

    static Finding[] Find(string check, Dataset training, Dataset test, Module? net = null) =>
        Patient.Find(check, net ?? Net(training.SampleShape.Length), new DoctorOptions
        {
            Batches = Patient.Loader(training),
            TestBatches = Patient.Loader(test),
            MaxBatches = 40,
            Loss = training.Targets[0].IsClass ? new DoctorOptions().Loss : static (outputs, targets) => new MSELoss().Forward(outputs, targets),
        });

    static Sequential Net(int columns) => new(
        new Linear(columns, 16, generator: new Generator(1)), new ReLU(), new Linear(16, 3, generator: new Generator(2)));

    static double Accuracy(Dataset training, Dataset test) => Evaluation.Run(
        Patient.Trained(Net(training.SampleShape.Length), Patient.Loader(training), steps: 300, learningRate: 0.1f), test).Accuracy;

    // The data with another column at the end.
    static ArrayDataset With(ArrayDataset data, Func<int, int, float> column) => Changed(data, data.SampleShape.Length + 1, (row, values) =>
        [.. values, column(row, data.Label(row))]);

    static ArrayDataset Changed(ArrayDataset data, int columns, Func<int, float[], float[]> change)
    {
        float[] values = new float[data.SampleShape.Length];
        List<float> all = [];
        for (int row = 0; row < data.Count; row++)
        {
            data.Read(row, values);
            all.AddRange(change(row, values));
        }

        return new ArrayDataset([.. all], [.. Enumerable.Range(0, data.Count).Select(data.Label)], [columns]);
    }

    [Fact]
    public void A_column_that_never_varies_in_training_and_does_in_use()
    {
        float[] noise = new float[640];
        new Generator(2).Normal(noise, 0, 30);
        ArrayDataset training = With(Patient.Data(), static (_, _) => 0), test = With(Patient.Data(seed: 8), (row, _) => noise[row]);
        var finding = Assert.Single(Find(Constant, training, test));
        Assert.Equal((Severity.Warning, Confidence.Certain), (finding.Severity, finding.Confidence));
        Assert.Equal((1, 0, 12, 1, 640), (finding.Evidence["constant"], finding.Evidence["nearly_constant"], finding.Evidence["first_column"],
            finding.Evidence["other_in_the_test_data"], finding.Evidence["samples"]));
        Assert.Contains("column 12 (always 0)", finding.Message, StringComparison.Ordinal);
        // The remedy: without it.
        Assert.Empty(Find(Constant, Patient.Data(), Patient.Data(seed: 8)));
        double before = Accuracy(training, test), after = Accuracy(Patient.Data(), Patient.Data(seed: 8));
        Assert.True(after > before + 0.2, $"{before} and {after}");
    }

    [Fact]
    public void Columns_that_are_the_same_or_nearly_so_everywhere_are_a_note()
    {
        var training = With(With(Patient.Data(4000), static (_, _) => 7.5f), static (row, _) => row % 1500 == 3 ? 1 : 0);
        var test = With(With(Patient.Data(seed: 8), static (_, _) => 7.5f), static (_, _) => 0);
        var finding = Assert.Single(Find(Constant, training, test));
        Assert.Equal((Severity.Note, 1, 1, 0), (finding.Severity, finding.Evidence["constant"], finding.Evidence["nearly_constant"],
            finding.Evidence["other_in_the_test_data"]));
        Assert.Contains("column 12 (always 7.5), column 13 (always 0)", finding.Message, StringComparison.Ordinal);
        // One in a hundred is a rare category.
        Assert.Empty(Find(Constant, With(Patient.Data(1000), static (row, _) => row % 100 == 3 ? 1 : 0), With(Patient.Data(seed: 8), static (_, _) => 0)));
    }

    // Pixels at the edge of pictures are often black throughout: only rows are looked at.
    [Fact]
    public void Pictures_have_no_columns()
    {
        var black = Pictures.Data(change: static (_, i, value) => i % 8 == 0 ? 0 : value);
        Assert.Empty(Find(Constant, black, black, Pictures.Plain()));
        Assert.Empty(Find(Leaking, black, black, Pictures.Plain()));
    }

    [Theory]
    [InlineData("copy", Confidence.Likely)]
    [InlineData("noisy", null)]
    [InlineData("row number", null)]
    public void A_column_that_tells_the_class(string kind, Confidence? confidence)
    {
        var data = Tables.Make("numbers", 640, 1);
        if (kind == "row number") // of data that is sorted
            data = Sorted(data);
        float[] noise = new float[640];
        new Generator(2).Normal(noise, 0, 0.1f);
        float Value(int row, int label) => kind switch { "copy" => 1 - label, "noisy" => label + noise[row], _ => row / 100f };
        // In use it is not known.
        ArrayDataset training = With(data, Value), unknown = Tables.Make("numbers", 640, 2), test = With(unknown, static (_, _) => 0);
        var finding = Assert.Single(Find(Leaking, training, test));
        Assert.Equal((Severity.Warning, 12), (finding.Severity, finding.Evidence["column"]));
        Assert.True(finding.Evidence["share_told"] >= 0.99);
        if (confidence is { } sure)
            Assert.Equal(sure, finding.Confidence);
        // The remedy: without it. What is measured on samples that were not trained on and have it is better, what is measured in use worse.
        Assert.Empty(Find(Leaking, data, unknown));
        if (kind == "row number")
            return;
        double before = Accuracy(training, test), after = Accuracy(data, unknown), promised = Accuracy(training, With(unknown, Value));
        Assert.True(after > before + 0.03 && promised > after + 0.1, $"{before}, {after}, {promised}");
    }

    static ArrayDataset Sorted(ArrayDataset data) => Kept(data, [.. Enumerable.Range(0, data.Count).OrderBy(data.Label)]);

    // y = x0 + 2 x1 + noise: no column is the target; then one is, in other units.
    [Fact]
    public void A_column_that_is_the_target_in_other_units()
    {
        TensorDataset Make(int seed, bool leak)
        {
            float[] x = new float[200 * 4], y = new float[200], noise = new float[200];
            new Generator(seed).Normal(x);
            new Generator(seed + 1).Normal(noise);
            for (int i = 0; i < 200; i++)
            {
                y[i] = x[4 * i] + 2 * x[4 * i + 1] + 0.3f * noise[i];
                x[4 * i + 3] = leak ? 5 - 2.54f * y[i] : x[4 * i + 3];
            }

            return new TensorDataset(Tensor.From(x, [200, 4]), Tensor.From(y, [200, 1]));
        }

        var net = new Sequential(new Linear(4, 8, generator: new Generator(1)), new ReLU(), new Linear(8, 1, generator: new Generator(2)));
        var finding = Assert.Single(Find(Leaking, Make(3, true), Make(5, true), net));
        Assert.Equal((Confidence.Likely, 3), (finding.Confidence, finding.Evidence["column"]));
        Assert.Equal(1, finding.Evidence["correlation"], 1e-6);
        var options = new DoctorOptions
        {
            Batches = Patient.Loader(Make(3, false)),
            TestBatches = Patient.Loader(Make(5, false)),
            Loss = static (outputs, targets) => new MSELoss().Forward(outputs, targets),
            Optimizer = new SGD(net.Parameters(), 0.01f),
            Plan = new TrainingPlan(16, 200, Epochs: 50),
        };
        Assert.Empty(Doctor.Examine(net, options).Findings);
        Assert.Empty(Doctor.Examine(net, options with { Trained = true }).Findings);
    }

    public static TheoryData<string, int> Healthy => new()
    {
        { "numbers", 60 }, { "numbers", 640 }, { "levels", 60 }, { "levels", 640 }, { "one-hot", 60 }, { "one-hot", 640 }, { "mixed", 100 }, { "rounded", 200 },
    };

    [Theory]
    [MemberData(nameof(Healthy))]
    public void Healthy_tables_raise_no_alarm(string kind, int count)
    {
        for (int seed = 1; seed <= 8; seed++)
        {
            var (training, test) = (Tables.Make(kind, count, seed), Tables.Make(kind, count, seed + 50));
            Assert.Empty(Find(Leaking, training, test));
            Assert.Empty(Find(Scale, training, test));
            // A category that a small table has not is a column of zeros, which is told and is no alarm.
            Assert.DoesNotContain(Find(Constant, training, test), finding => finding.Severity > Severity.Note || count >= 200);
        }
    }

    static readonly Dictionary<string, (Func<float, float> Training, Func<float, float> Test)> Scales = new()
    {
        ["bytes in use"] = (static value => value, static value => 255 * value),
        ["bytes in training"] = (static value => 255 * value, static value => value),
        ["standardized in training"] = (static value => (value - 0.4f) / 0.17f, static value => value),
        ["standardized in use"] = (static value => value, static value => (value - 0.4f) / 0.17f),
        ["from -1 to 1 in training"] = (static value => 2 * value - 1, static value => value),
    };

    public static TheoryData<string> ScaleNames => [.. Scales.Keys];

    [Theory]
    [MemberData(nameof(ScaleNames))]
    public void Test_pictures_on_another_scale(string name)
    {
        var (of, used) = Scales[name];
        ArrayDataset Data(int seed, Func<float, float> scale) => Pictures.Data(seed: seed, change: (_, _, value) => scale(value));
        var net = Pictures.Trained(Pictures.Net(), Pictures.Loader(Data(5, of)));
        var finding = Assert.Single(Find(Scale, Data(5, of), Data(9, used), net));
        Assert.Equal((Severity.Error, Confidence.Likely), (finding.Severity, finding.Confidence));
        // The remedy: both alike.
        Assert.Empty(Find(Scale, Data(5, of), Data(9, of), net));
        double before = Evaluation.Run(net, Data(9, used)).Accuracy, after = Evaluation.Run(net, Data(9, of)).Accuracy;
        Assert.True(after >= before && after > 0.9, $"{before} and {after}");
        Assert.Equal(before, finding.Evidence["accuracy_on_test_data"], 0.02);
    }

    [Fact]
    public void A_column_in_other_units()
    {
        ArrayDataset Data(int seed, float unit) => Changed(Patient.Data(seed: seed), 12, (_, values) => [unit * (170 + values[0]), .. values[1..]]);
        var finding = Assert.Single(Find(Scale, Data(5, 0.01f), Data(8, 1)));
        Assert.Equal((Severity.Warning, 0, 1), (finding.Severity, finding.Evidence["first_column"], finding.Evidence["columns"]));
        Assert.InRange(finding.Evidence["spread_ratio"], 85, 115);
        Assert.Empty(Find(Scale, Data(5, 0.01f), Data(8, 0.01f)));
    }

    [Fact]
    public void Columns_are_called_by_their_names_in_parts_of_the_data_too()
    {
        string[] names = [.. Enumerable.Range(0, 12).Select(static column => $"x{column}"), "price_eur"];
        Dataset Named(ArrayDataset data) => new TensorDataset(
            Tensor.Stack([.. Enumerable.Range(0, data.Count).Select(row => data.Get(row).Inputs[0])]),
            Tensor.FromInt64([.. Enumerable.Range(0, data.Count).Select(row => (long)data.Label(row))]))
        {
            ColumnNames = names,
        };
        ArrayDataset training = With(Patient.Data(), static (_, _) => 0), test = With(Patient.Data(seed: 8), static (_, _) => 0);
        int[] all = [.. Enumerable.Range(0, training.Count)];
        var unchanged = new Standardization([.. new float[13]], [.. Enumerable.Repeat(1f, 13)]);
        foreach (var data in (Dataset[])[Named(training), Named(training).Subset(all), Named(training).Standardize(unchanged)])
            Assert.Contains("column price_eur (always 0)", Assert.Single(Find(Constant, data, test)).Message, StringComparison.Ordinal);
        var told = With(Tables.Make("numbers", 640, 1), static (_, label) => label);
        Assert.Contains("column price_eur (1)", Assert.Single(Find(Leaking, Named(told), Named(told))).Message, StringComparison.Ordinal);
        Dataset Units(int seed, float unit) =>
            Named(With(Patient.Data(seed: seed), (row, _) => unit * (170 + row % 7)));
        Assert.Contains("column price_eur (median", Assert.Single(Find(Scale, Units(5, 0.01f), Units(8, 1))).Message, StringComparison.Ordinal);
    }

    // What is measured in use is mostly of one class: by statistics of their own its samples look like those of all classes.
    [Fact]
    public void Test_data_standardized_by_statistics_of_their_own()
    {
        ArrayDataset raw = Patient.Data(), all = Patient.Data(1200, seed: 8);
        var used = Kept(all, [.. Enumerable.Range(0, all.Count).Where(i => all.Label(i) == 1 || i % 20 == 0)]);
        var (training, own, alike) = (Standardized(raw, raw), Standardized(used, used), Standardized(used, raw));
        var finding = Assert.Single(Find(Scale, training, own));
        Assert.Equal((Severity.Warning, Confidence.Certain), (finding.Severity, finding.Confidence));
        Assert.Empty(Find(Scale, training, alike));
        Assert.Empty(Find(Scale, training, training)); // the same data: nothing of their own
        double before = Accuracy(training, own), after = Accuracy(training, alike);
        Assert.True(after > before + 0.1, $"{before} and {after}");
    }

    static ArrayDataset Kept(ArrayDataset data, int[] rows)
    {
        float[] values = new float[12];
        List<float> all = [];
        foreach (int row in rows)
        {
            data.Read(row, values);
            all.AddRange(values);
        }

        return new ArrayDataset([.. all], [.. rows.Select(data.Label)], [12]);
    }

    static ArrayDataset Standardized(ArrayDataset data, ArrayDataset by)
    {
        double[] sums = new double[12], squares = new double[12];
        Changed(by, 12, (_, values) =>
        {
            for (int i = 0; i < 12; i++)
                (sums[i], squares[i]) = (sums[i] + values[i], squares[i] + (double)values[i] * values[i]);
            return values;
        });
        return Changed(data, 12, (_, values) => [.. values.Select((value, i) =>
            (float)((value - sums[i] / by.Count) / Math.Sqrt(squares[i] / by.Count - sums[i] / by.Count * (sums[i] / by.Count))))]);
    }
}
