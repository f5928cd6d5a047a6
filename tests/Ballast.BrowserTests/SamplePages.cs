using Ballast.Lab;

namespace Ballast.BrowserTests;

/// <summary>Reports of made-up measurements, as pages on the disk.</summary>
static class SamplePages
{
    /// <summary>A study of the tutorial's network: PyTorch's accuracies, and curves that lead to them.</summary>
    public static string Placement { get; } = Write("placement", static (arm, i) => new TrialResult
    {
        Values = new Dictionary<string, double>
        {
            ["accuracy"] = End(arm.Name, i),
            ["testLoss"] = 2.5 - 2 * End(arm.Name, i),
            ["trainLoss"] = 2.6 - 2 * End(arm.Name, i),
        },
        Curves =
        [
            new("accuracy", [5000, 10000, 15000, 20000, 25000], [.. Enumerable.Range(1, 5).Select(epoch => End(arm.Name, i) - 0.06 / epoch)]),
            new("loss", [.. Enumerable.Range(1, 50).Select(static line => 500.0 * line)], [.. Enumerable.Range(1, 50).Select(line => 2.6 - 2 * End(arm.Name, i) + 0.5 / line)]),
        ],
    });

    /// <summary>A study of batch sizes: charts over a factor.</summary>
    public static string BatchSize { get; } = Write("batch-size", static (arm, i) => new TrialResult
    {
        Values = new Dictionary<string, double>
        {
            ["accuracy"] = arm.Group == "group" ? 0.44 + i / 500.0 : 0.48 - 0.2 / arm.Factor!.Value + i / 400.0,
            ["trainLoss"] = 1.5 + i / 50.0,
            ["testLoss"] = 1.6,
        },
    });

    /// <summary>A study of learning rates: a logarithmic axis that begins a rounding below a power of ten, as the study's own does, and
    /// an arm that never got there.</summary>
    public static string LearningRate { get; } = Write("learning-rate", static (arm, i) => arm.Trial == "stress"
        ? new TrialResult
        {
            Values = new Dictionary<string, double> { ["limit"] = (arm.Group == "with" ? 3 : 0.01) * (1 + i / 10.0) },
            Curves = [new("stress", [.. Enumerable.Range(0, 80).Select(static k => 1e-4f / 10 * Math.Pow(1.2, k))], [.. Enumerable.Range(0, 80).Select(k => 1.8 + Math.Abs(k - 40 - i) / 60.0)])],
        }
        : new TrialResult
        {
            Values = new Dictionary<string, double> { ["accuracy"] = arm.Group == "with" ? 0.47 + i / 200.0 : 0.4 - i / 100.0 },
            Curves = [new("accuracy", [250, 500, 1000, 5000], [0.2, 0.3, 0.38 + i / 100.0, arm.Name == "without-x30" ? 0.1 : 0.42 + i / 100.0])],
        });

    /// <summary>The page of a comparison.</summary>
    public static string Comparison { get; } = WriteComparison();

    /// <summary>The page of one network's training, of which images were held back.</summary>
    public static string Training { get; } = WriteTraining();

    /// <summary>The page of a training on pictures, with what its network does with those held back.</summary>
    public static string Classes { get; } = WriteClasses();

    /// <summary>The page of a training on numbers that are foretold, with the importance of columns.</summary>
    public static string Numbers { get; } = WriteNumbers();

    static double End(string arm, int i) => arm switch
    {
        "before" => new[] { 0.475, 0.476, 0.476, 0.484, 0.484 }[i],
        "after" => 0.42 + i / 200.0,
        _ => new[] { 0.427, 0.410, 0.419, 0.419, 0.416 }[i],
    };

    static string Write(string study, Func<StudyArm, int, TrialResult> trial)
    {
        var images = Cifar10.FromRecords(Path.Combine(AppContext.BaseDirectory, "cifar10-slice.bin"));
        var data = StudyData.Of(images, images);
        var definition = Study.Find(study).Define(new StudyOptions { Seeds = StudyOptions.FirstSeeds(study == "placement" ? 5 : 3) }, data);
        var record = new StudyRecord(
            definition, Machine.Describe($"ballast study {study}", data.Files), 50_000, 10_000, false, RunSamples.Of(images));
        var trials = from arm in definition.Arms
                     from repeat in definition.Repeats
                     select trial(arm, definition.Seeds.ToList().IndexOf(repeat.Seed)) with { Arm = arm.Name, Seed = repeat.Seed };
        string path = File($"{study}.html");
        StudyPage.Write(new StudyResult(record, [.. trials]), path);
        return path;
    }

    static string WriteComparison()
    {
        string path = File("comparison.html");
        RunCurve Curve(double end) => new()
        {
            Points = [.. Enumerable.Range(1, 50).Select(line => new LossPoint(500 * line, (line - 1) / 10 + 1, end + 0.6 / line))],
            TestLoss = end,
            TestAccuracy = 2 - end,
            Epochs = [.. Enumerable.Range(1, 5).Select(epoch => new EpochPoint(epoch, end + 0.3 / epoch, 1.9 - end - 0.1 / epoch, null))],
            Activations = Spreads(normalized: end < 1.6),
        };
        ComparisonPage.Write(new ComparisonReport
        {
            With = Curve(1.5),
            Without = Curve(1.6),
            Epochs = 5,
            StepsPerEpoch = 5000,
            BatchSize = 10,
            Seed = 42,
            Network = TutorialComparison.Network(3072),
            Published = TutorialComparison.Published,
            Provenance = Machine.Describe("ballast compare", []),
        }, path);
        return path;
    }

    static string WriteTraining()
    {
        string path = File("training.html");
        RunPage.Write(new RunReport
        {
            Curve = new RunCurve
            {
                Points = [.. Enumerable.Range(1, 50).Select(static line => new LossPoint(500 * line, (line - 1) / 10 + 1, 1.5 + 0.6 / line))],
                Epochs = [.. Enumerable.Range(1, 5).Select(static epoch => new EpochPoint(epoch, 1.5 + 0.3 / epoch, 0.45 - 0.1 / epoch, 0.44 - 0.05 / epoch))],
                Activations = Spreads(normalized: true),
                TestLoss = 1.47,
                TestAccuracy = 0.478,
                TrainingSeconds = 2.2,
                ImagesPerSecond = 115_000,
            },
            Settings = RunSettings.Tutorial,
            StepsPerEpoch = 5000,
            Classes = 10,
            TrainingImages = 50_000,
            TestImages = 10_000,
            Provenance = Machine.Describe("ballast train", []),
        }, path);
        return path;
    }

    static string WriteClasses()
    {
        string[] names = ["airplane", "automobile", "a class of a rather long name", "horse"];
        var draw = new Random(2);
        int[] labels = [.. Enumerable.Range(0, 200).Select(_ => draw.Next(4))];
        var probabilities = new List<float>();
        foreach (int label in labels)
        {
            double[] raw = [.. Enumerable.Range(0, 4).Select(c => Math.Exp((c == label ? 1.5 : 0) + 3 * draw.NextDouble()))];
            probabilities.AddRange(raw.Select(value => (float)(value / raw.Sum())));
        }

        var classes = new ClassFindings(names, labels, probabilities);
        byte[] png = new Picture([3, 16, 16], [.. Enumerable.Range(0, 768).Select(static i => (byte)i)]).ToPng();
        return WriteFindings("classes", new RunFindings
        {
            Classes = classes,
            Mistakes = [.. classes.Wrong().Take(12).Select(i => new Mistake(
                $"picture {i + 1}", names[labels[i]], names[classes.Predicted(i)], classes.Of(i, classes.Predicted(i)), png))],
        }, null);
    }

    static string WriteNumbers()
    {
        double[] truth = [.. Enumerable.Range(0, 120).Select(static i => 40_000 + 25_000 * Math.Sin(i / 9.0))];
        double[] said = [.. truth.Select(static (value, i) => value + 6_000 * Math.Sin(i * 7.3))];
        return WriteFindings("numbers", new RunFindings
        {
            Numbers = new NumberFindings("load", truth, said) { Interval = 9_000 },
            Forecasts = [new ForecastFindings("load", [.. truth.Select((value, i) => new ForecastPoint(i + 1, value, said[i], 9_000))],
                [3_000, 4_000, 5_500], [5_000, 9_000, 14_000])],
            Importance = [new("temperature", 0.4, 0.03), new("a column of a rather long name", 0.12, 0.02), new("noise", -0.01, 0.01)],
        }, "load");
    }

    static string WriteFindings(string name, RunFindings findings, string? target)
    {
        string path = File($"{name}.html");
        RunPage.Write(new RunReport
        {
            Curve = new RunCurve
            {
                Points = [.. Enumerable.Range(1, 20).Select(static line => new LossPoint(25 * line, line, 0.2 + 1.1 / line))],
                Epochs = [.. Enumerable.Range(1, 20).Select(epoch => new EpochPoint(
                    epoch, 0.2 + 1.1 / epoch, target is null ? 0.95 - 0.4 / epoch : null, target is null ? 0.9 - 0.4 / epoch : null))],
                Rates = [.. Enumerable.Range(1, 20).Select(static line => new RatePoint(25 * line, 1e-3 * (20 - line), 2 + Math.Sin(line)))],
            },
            Settings = RunSettings.Tutorial with { Epochs = 20 },
            StepsPerEpoch = 25,
            Classes = target is null ? 4 : 0,
            TrainingImages = 800,
            Samples = target is null ? "images" : "rows",
            Target = target,
            Findings = findings,
            Provenance = Machine.Describe("ballast train", []),
        }, path);
        return path;
    }

    // Normal values that spread from epoch to epoch, and where there is a normalization behind it such of mean 0 and deviation 1.
    static List<LayerSpread> Spreads(bool normalized)
    {
        var generator = new Generator(1);
        var spreads = new List<LayerSpread>();
        for (int epoch = 0; epoch <= 5; epoch++)
        {
            for (int layer = 1; layer <= 6; layer++)
            {
                float[] values = new float[2000], after = new float[2000];
                generator.Normal(values, epoch * 0.4f, 1 + epoch);
                generator.Normal(after);
                spreads.Add(new LayerSpread(5000 * epoch, epoch, $"layers.{layer}", normalized ? $"BatchNorm1d({layer})" : $"Linear({layer}, 8)",
                    ValueSpread.Of(values)!, normalized ? ValueSpread.Of(after) : null));
            }
        }

        return spreads;
    }

    static string File(string name) => Path.Combine(Directory.CreateTempSubdirectory("ballast-pages-").FullName, name);
}
