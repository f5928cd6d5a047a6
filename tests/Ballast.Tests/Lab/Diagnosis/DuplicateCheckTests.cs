using Ballast.Lab;

namespace Ballast.Tests.Lab;

public class DuplicateCheckTests
{
    const string Shared = "test-in-training", Conflicts = "conflicting-labels";

    static Finding[] Find(string check, Dataset training, Dataset test, Module? net = null) => Patient.Find(
        check, net ?? Patient.Net(), new DoctorOptions { Batches = Patient.Loader(training), TestBatches = Patient.Loader(test), MaxBatches = 2 });

    static float[] Values(Dataset data, int index)
    {
        float[] values = new float[data.SampleShape.Length];
        data.Read(index, values);
        return values;
    }

    static ArrayDataset Made(IEnumerable<(float[] Values, int Label)> samples, Shape shape)
    {
        var list = samples.ToList();
        return new ArrayDataset([.. list.SelectMany(static sample => sample.Values)], [.. list.Select(static sample => sample.Label)], shape);
    }

    static IEnumerable<(float[] Values, int Label)> Samples(Dataset data) => Enumerable.Range(0, data.Count).Select(i => (Values(data, i), data.Label(i)));

    // The fault: some training samples are put among the test samples, two of them with another label.
    static ArrayDataset Mixed(Dataset training, Dataset test, int count) => Made(
        Samples(test).Concat(Enumerable.Range(0, count).Select(i => (Values(training, 3 * i), i < 2 ? (training.Label(3 * i) + 1) % 3 : training.Label(3 * i)))),
        training.SampleShape);

    [Theory]
    [InlineData(false, 3, Severity.Warning)]
    [InlineData(true, 3, Severity.Warning)]
    [InlineData(false, 100, Severity.Error)]
    public void Training_samples_in_the_test_data(bool pictures, int count, Severity severity)
    {
        Dataset training = pictures ? Pictures.Data() : Patient.Data(), test = pictures ? Pictures.Data(seed: 8) : Patient.Data(seed: 8);
        Module Net() => pictures ? Pictures.Net() : Patient.Net();
        var mixed = Mixed(training, test, count);
        var finding = Assert.Single(Find(Shared, training, mixed, Net()));
        Assert.Equal((severity, Confidence.Certain), (finding.Severity, finding.Confidence));
        Assert.Equal((count, count - 2, test.Count, 0), (finding.Evidence["duplicates"], finding.Evidence["with_the_same_label"],
            finding.Evidence["first_test_index"], finding.Evidence["first_training_index"]));
        Assert.Contains($"{count} are among the {training.Count} training samples, value for value, 2 with another label", finding.Message, StringComparison.Ordinal);
        Assert.Contains($"{test.Count} = 0, {test.Count + 1} = 3, ", finding.Message, StringComparison.Ordinal);

        // The remedy takes out these and no others.
        var mended = Duplicates.Without(mixed, training);
        Assert.Equal(Samples(test), Samples(mended), static (a, b) => a.Label == b.Label && a.Values.SequenceEqual(b.Values));
        Assert.Empty(Find(Shared, training, mended, Net()));
    }

    // Labels that nothing follows from: whoever knows one has seen the sample. 0.33 is what can be had.
    [Fact]
    public void What_is_measured_on_shared_samples_is_memory_and_without_them_it_is_what_was_learned()
    {
        float[] values = new float[96 * Patient.Features];
        new Generator(1).Normal(values);
        var training = new ArrayDataset(values, [.. new Generator(2).Permutation(96).Select(static i => i % 3)], [Patient.Features]);
        var test = Made(Samples(Noise(60)).Concat(Samples(training)), training.SampleShape);
        var net = new Sequential(new Linear(Patient.Features, 64, generator: new Generator(3)), new ReLU(), new Linear(64, 3, generator: new Generator(4)));
        Patient.Trained(net, Patient.Loader(training), steps: 1200, learningRate: 0.3f);
        double before = Evaluation.Run(net, test).Accuracy, after = Evaluation.Run(net, Duplicates.Without(test, training)).Accuracy;
        Assert.True(before > 0.65, $"{before}");
        Assert.InRange(after, 0.15, 0.55);
        Assert.Equal(Severity.Error, Assert.Single(Find(Shared, training, test, net)).Severity);
    }

    static ArrayDataset Noise(int count)
    {
        float[] values = new float[count * Patient.Features];
        new Generator(7).Normal(values);
        return new ArrayDataset(values, [.. Enumerable.Range(0, count).Select(static i => i % 3)], [Patient.Features]);
    }

    // Loaders of two parts of one dataset share it and no sample.
    [Fact]
    public void Two_parts_of_one_dataset_share_nothing()
    {
        var data = Patient.Data();
        int[] order = new Generator(6).Permutation(data.Count);
        Finding[] Parts(int start) => Patient.Find(Shared, Patient.Net(), new DoctorOptions
        {
            Batches = DataLoader.OfSubset(data, order.AsSpan(0, 500), 16),
            TestBatches = DataLoader.OfSubset(data, order.AsSpan(start, 140), 16),
            MaxBatches = 2,
        });
        Assert.Empty(Parts(500));
        Assert.Equal(20, Assert.Single(Parts(480)).Evidence["duplicates"]);
    }

    // However they are standardized, bytes are bytes.
    [Fact]
    public void Pictures_that_are_kept_as_bytes_are_compared_as_such()
    {
        var slice = Cifar10.FromRecords(SampleRun.Slice);
        ByteDataset training = slice.Subset([.. Enumerable.Range(0, 150)]), test = slice.Subset([.. Enumerable.Range(145, 55)]);
        var other = test.Standardize(new Standardization([0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f]));
        Assert.Equal([(0, 145), (1, 146), (2, 147), (3, 148), (4, 149)], Duplicates.Between(other, training));
        Assert.Equal(50, Duplicates.Without(other, training).Count);
        Assert.Empty(Duplicates.Between(slice.Subset([.. Enumerable.Range(150, 50)]), training));
    }

    [Fact]
    public void Equal_training_samples_of_different_labels()
    {
        var data = Patient.Data();
        var wrong = Made(Samples(data).Concat(Enumerable.Range(0, 9).Select(i => (Values(data, i), i < 7 ? (data.Label(i) + 1) % 3 : data.Label(i)))), data.SampleShape);
        var finding = Assert.Single(Find(Conflicts, wrong, Patient.Data(seed: 8)));
        Assert.Equal((Severity.Warning, Confidence.Certain), (finding.Severity, finding.Confidence));
        Assert.Equal((7, 0, 640), (finding.Evidence["conflicts"], finding.Evidence["first_index"], finding.Evidence["second_index"]));

        var mended = Duplicates.WithoutConflicts(wrong);
        Assert.Equal(649 - 14, mended.Count);
        Assert.Empty(Find(Conflicts, mended, Patient.Data(seed: 8)));
        Assert.Same(data, Duplicates.WithoutConflicts(data));
    }

    // A note is enough for one of a thousand; samples that are repeated on purpose are none.
    [Fact]
    public void One_conflict_is_a_note_and_repeated_samples_are_nothing()
    {
        var data = Patient.Data();
        var one = Made(Samples(data).Append((Values(data, 5), (data.Label(5) + 1) % 3)), data.SampleShape);
        Assert.Equal(Severity.Note, Assert.Single(Find(Conflicts, one, Patient.Data(seed: 8))).Severity);
        var repeated = data.Subset([.. Enumerable.Range(0, 640), .. Enumerable.Range(0, 640)]);
        Assert.Empty(Find(Conflicts, repeated, Patient.Data(seed: 8)));
        Assert.Empty(Find(Shared, repeated, Patient.Data(seed: 8)));
    }

    public static TheoryData<string, int> Healthy => new()
    {
        { "numbers", 60 }, { "numbers", 640 }, { "levels", 60 }, { "levels", 640 }, { "one-hot", 60 }, { "one-hot", 640 }, { "mixed", 100 }, { "rounded", 200 },
    };

    // Rows of few values are equal by chance, with the same label or another.
    [Theory]
    [MemberData(nameof(Healthy))]
    public void Healthy_tables_have_none(string kind, int count)
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            var (training, test) = (Tables.Make(kind, count, seed), Tables.Make(kind, count, seed + 50));
            Assert.Empty(Find(Shared, training, test));
            Assert.Empty(Find(Conflicts, training, test));
        }
    }

    // Of rows that can be equal by chance, more are than would be.
    [Fact]
    public void Copied_rows_of_a_table_of_rounded_numbers()
    {
        var (training, test) = (Tables.Make("rounded", 200, 1), Tables.Make("rounded", 200, 51));
        var finding = Assert.Single(Find(Shared, training, Mixed(training, test, 30)));
        Assert.Equal(Confidence.Likely, finding.Confidence);
        Assert.True(finding.Evidence["duplicates"] > finding.Evidence["by_chance"]);
    }

    [Fact]
    public void What_cannot_be_compared_is_told()
    {
        var data = Patient.Data();
        Assert.Contains("[3,8,8]", Assert.Throws<ArgumentException>(() => Duplicates.Between(data, Pictures.Data())).Message.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("no classes", Assert.Throws<ArgumentException>(
            () => Duplicates.Conflicts(new TensorDataset(Tensor.Zeros([4, 2]), Tensor.Zeros([4, 1])))).Message, StringComparison.Ordinal);
        Assert.Contains("Bool", Assert.Throws<ArgumentException>(
            () => Duplicates.Conflicts(new TensorDataset(Tensor.Zeros([4, 2]).To(ElementType.Bool), Tensor.Zeros([4, 1])))).Message, StringComparison.Ordinal);
        var diagnosis = Doctor.Examine(Patient.Net(), new DoctorOptions { Batches = Patient.Loader().ToList(), MaxBatches = 2 });
        Assert.Contains(new SkippedCheck(Shared, "It needs the training data as a DataLoader."), diagnosis.Skipped);
    }
}
