using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Metrics against scikit-learn's: metrics.json, whatever the batches are.</summary>
public class MetricTests
{
    static readonly JsonElement[] Cases = [.. Golden.Load("metrics.json").GetProperty("cases").EnumerateArray()];

    public static TheoryData<string, int> Names
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var recorded in Cases)
            {
                foreach (int size in (int[])[1, 7, 1000])
                    data.Add(recorded.GetProperty("name").GetString()!, size);
            }

            return data;
        }
    }

    static Tensor Of(JsonElement recorded, string shape, string values, bool isFloat) => isFloat
        ? Tensor.From(recorded.GetProperty(values).Floats(), new Shape(recorded.GetProperty(shape).Ints()))
        : Tensor.FromInt64(recorded.GetProperty(values).Longs(), new Shape(recorded.GetProperty(shape).Ints()));

    static TrainerMetric Make(string name, ClassAverage average, bool multiLabel) => name switch
    {
        "accuracy" => new Accuracy(multiLabel),
        "class_accuracy" => new ClassAccuracy(),
        "top2" => new TopKAccuracy(2),
        "precision" => new Precision(average, multiLabel),
        "recall" => new Recall(average, multiLabel),
        "f1" => new F1Score(average, multiLabel),
        "iou" => new IntersectionOverUnion(average, multiLabel),
        "auroc" => new AreaUnderRoc(),
        "perplexity" => new Perplexity(),
        "mae" => new MeanAbsoluteError(),
        "mse" => new MeanSquaredError(),
        "rmse" => new MeanSquaredError(root: true),
        "r2" => new R2Score(),
        _ => new ConfusionMatrix(),
    };

    static void Take(TrainerMetric metric, Tensor outputs, Tensor targets, int size)
    {
        for (int start = 0; start < outputs.Shape[0]; start += size)
        {
            int count = Math.Min(size, outputs.Shape[0] - start);
            metric.Update(outputs.Narrow(0, start, count), targets.Narrow(0, start, count));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void They_are_scikit_learns(string name, int size)
    {
        var recorded = Cases.Single(one => one.GetProperty("name").GetString() == name);
        var outputs = Of(recorded, "shape", "outputs", isFloat: true);
        var targets = Of(recorded, "target_shape", "targets", recorded.GetProperty("kind").GetString() == "float32");
        bool multiLabel = recorded.Find("multi_label") is not null;
        int compared = 0;
        foreach (var expected in recorded.GetProperty("values").EnumerateObject())
        {
            if (expected.Name == "confusion")
            {
                var confusion = new ConfusionMatrix();
                Take(confusion, outputs, targets, size);
                Assert.Equal(expected.Value.Longs(), confusion.Matrix.Cast<long>());
                Assert.Equal(recorded.GetProperty("values").GetProperty("accuracy").GetDouble(), confusion.Value, 1e-12);
                continue;
            }

            IEnumerable<(ClassAverage Average, double Value)> values = expected.Value.ValueKind == JsonValueKind.Object
                ? expected.Value.EnumerateObject().Select(static one => (Enum.Parse<ClassAverage>(one.Name, ignoreCase: true), one.Value.GetDouble()))
                : [(ClassAverage.Macro, expected.Value.GetDouble())];
            foreach (var (average, value) in values)
            {
                var metric = Make(expected.Name, average, multiLabel);
                Take(metric, outputs, targets, size);
                // Sums in double of a few hundred terms; the cross entropy of probabilities is clipped by scikit-learn at 1e-15.
                Assert.True(Math.Abs(value - metric.Value) <= 1e-9 * Math.Max(1, Math.Abs(value)),
                    $"{expected.Name} {average}: {metric.Value}, expected {value}");
                compared++;
            }
        }

        Assert.True(compared >= 4);
    }

    [Fact]
    public void Classes_have_values_of_their_own_and_lines_show_them_where_asked()
    {
        var recall = new Recall { ShowClasses = true, Name = "seen" };
        recall.Update(Tensor.From([3, 0, 0, 0, 3, 0, 3, 0, 0], [3, 3]), Tensor.FromInt64(0, 1, 1));
        Assert.Equal([1, 0.5, double.NaN], recall.Classes);
        Assert.Equal("seen = 0.75, seen[0] = 1, seen[1] = 0.5, seen[2] = NaN", recall.Values.ToString());
        Assert.Equal(0.5, recall.Values["seen[1]"]);
        Assert.Equal("There is no value named recall; there are seen, seen[0], seen[1], seen[2].",
            Assert.Throws<ArgumentException>(() => recall.Values["recall"]).Message);
    }

    [Fact]
    public void An_output_that_is_not_a_number_is_never_right()
    {
        var outputs = Tensor.From([float.NaN, 1, 1, 0], [2, 2]);
        TrainerMetric[] metrics = [new Accuracy(), new TopKAccuracy(2), new ConfusionMatrix(), new ClassAccuracy(), new AreaUnderRoc()];
        foreach (var metric in metrics)
            metric.Update(outputs, Tensor.FromInt64(1, 0));
        Assert.Equal([0.5, 0.5, 0.5, 0.5, double.NaN], metrics.Select(static metric => metric.Value));
    }

    [Fact]
    public void More_classes_than_there_are_are_refused_at_the_first_batch()
    {
        var outputs = Tensor.From([3, 1, 2, 0, 9, 0], [2, 3]);
        Assert.Equal("TopKAccuracy: expected 5 classes or more, got 3 in outputs [2, 3], of which every one would be right. Take new TopKAccuracy(2) or less.",
            Assert.Throws<ArgumentException>(() => new TopKAccuracy().Update(outputs, Tensor.FromInt64(1, 0))).Message);
        var all = new TopKAccuracy(3);
        all.Update(outputs, Tensor.FromInt64(1, 0));
        Assert.Equal(1, all.Value);
    }

    // scikit-learn's accuracy_score of these rows is 0.5: it wants all labels of a row.
    [Fact]
    public void Of_several_labels_each_counts_by_itself()
    {
        var accuracy = new Accuracy(multiLabel: true);
        accuracy.Update(Tensor.From([1, -1, 1, 1, 1, -1], [2, 3]), Tensor.From([1, 0, 1, 0, 0, 0], [2, 3]));
        Assert.Equal(4 / 6.0, accuracy.Value);
    }

    [Fact]
    public void Shares_of_classes_count_by_the_largest()
    {
        var accuracy = new Accuracy();
        accuracy.Update(Tensor.From([3, 1, 2, 0, 9, 0], [2, 3]), Tensor.From([0.6f, 0.4f, 0, 0.1f, 0.2f, 0.7f], [2, 3]));
        Assert.Equal(0.5, accuracy.Value);
    }

    [Fact]
    public void Classes_may_lie_on_the_last_axis()
    {
        // [N, L, C] for [N, L], as a network of sequences gives them.
        var (accuracy, perplexity) = (new Accuracy(), new Perplexity());
        var outputs = Tensor.From([9, 0, 0, 0, 9, 0, 0, 0, 9, 0, 9, 0], [2, 2, 3]);
        foreach (TrainerMetric metric in (TrainerMetric[])[accuracy, perplexity])
            metric.Update(outputs, Tensor.FromInt64([0, 1, 2, -100], [2, 2]));
        Assert.Equal(1, accuracy.Value);
        Assert.Equal(1 + 2 * Math.Exp(-9), perplexity.Value, 1e-9);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refused("Accuracy: expected logits [N, C, ...] for classes int64 [N, ...], or outputs and targets of one shape, got [2, 3] and int64 [4]. "
            + "Name the metrics that fit (Metrics = [] for none).", static () => new Accuracy().Update(Tensor.Zeros([2, 3]), Tensor.FromInt64(0, 0, 0, 0)));
        Refused("Recall: expected classes from 0 to 2 for outputs [1, 3], got 3.", static () => new Recall().Update(Tensor.Zeros([1, 3]), Tensor.FromInt64(3)));
        Refused("R2Score: expected outputs and targets of one shape, got [2, 3] and [2]. Reshape one of them.",
            static () => new R2Score().Update(Tensor.Zeros([2, 3]), Tensor.Zeros([2])));
        Refused("TopKAccuracy: expected 1 class or more, got 0.", static () => _ = new TopKAccuracy(0));
        Refused("MeanAbsoluteError: looks at output 1 and target 0, and there are 1 outputs and 1 targets.",
            static () => new MeanAbsoluteError { Output = 1 }.Update(new Batch(Tensor.Zeros([1]), Tensor.Zeros([1])), Tensor.Zeros([1])));

        static void Refused(string message, Action action) => Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
    }
}
